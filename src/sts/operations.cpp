#include <array>

#include "sts/service.h"
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
    wire::Operation{.name = "AssumeRoleWithWebIdentity",
                    .route = {},
                    .who = wire::Who::own_token,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = assume_role_with_web_identity},
    wire::Operation{.name = "GetCallerIdentity",
                    .route = {},
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = get_caller_identity},
};
static_assert(wire::complete(operations), "every operation states its caller, and the table is sorted");

}  // namespace

constexpr wire::Service service{.name = "sts",
                                .protocol = wire::Protocol::query,
                                .version = "2011-06-15",
                                .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/",
                                .operations = operations};

}  // namespace openirsa::sts
