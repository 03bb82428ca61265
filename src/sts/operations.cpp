#include <array>

#include "sts/access_key_info.h"
#include "sts/assume_role.h"
#include "sts/assume_role_input.h"
#include "sts/authorization_message.h"
#include "sts/federation_token.h"
#include "sts/service.h"
#include "sts/session_token.h"
#include "sts/web_identity.h"
#include "wire/xml.h"

namespace openirsa::sts {
namespace {

// Needs no permission and works under an explicit Deny.
Result<wire::Answer, wire::Error> get_caller_identity(wire::Call& call) {
  wire::Xml xml;
  xml.text("UserId", call.caller->user_id);
  xml.text("Account", call.caller->account);
  xml.text("Arn", call.caller->arn);
  return wire::xml_answer(xml.take());
}

constexpr std::array operations{
    wire::Operation{.name = "AssumeRole",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "sts:AssumeRole",
                    .resource = role_of_request,
                    .handler = assume_role,
                    .keys = add_assume_role_keys,
                    .refusal = refuse_assume_role},
    wire::Operation{.name = "AssumeRoleWithWebIdentity",
                    .route = {},
                    .who = wire::Who::own_token,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = assume_role_with_web_identity},
    wire::Operation{.name = "DecodeAuthorizationMessage",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,  // reads files
                    .action = "sts:DecodeAuthorizationMessage",
                    .resource = anything,
                    .handler = decode_authorization_message},
    wire::Operation{.name = "GetAccessKeyInfo",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "sts:GetAccessKeyInfo",
                    .resource = anything,
                    .handler = get_access_key_info},
    wire::Operation{.name = "GetCallerIdentity",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = get_caller_identity},
    wire::Operation{.name = "GetFederationToken",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "sts:GetFederationToken",
                    .resource = federated_user_of_request,
                    .handler = get_federation_token,
                    .keys = add_federation_keys},
    wire::Operation{.name = "GetSessionToken",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = get_session_token},
};
static_assert(wire::complete(operations), "every operation states its caller, and the table is sorted");

}  // namespace

constexpr wire::Service service{.name = "sts",
                                .protocol = wire::Protocol::query,
                                .version = "2011-06-15",
                                .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                                .operations = operations};

}  // namespace openirsa::sts
