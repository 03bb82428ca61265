#include <array>

#include "own/accounts.h"
#include "own/decisions.h"
#include "own/provider_keys.h"
#include "own/revocations.h"
#include "own/service.h"
#include "own/simulation.h"
#include "own/tokens.h"

namespace openirsa::own {
namespace {

// Over the admin socket only: it tells where the administrator's credentials lie.
Result<wire::Answer, wire::Error> get_server(wire::Call& call) {
  const auto verbatim = call.parameters.boolean("verbatim");
  if (!verbatim) return verbatim.error();
  return wire::json_answer(call.house.server_facts(verbatim->value_or(false)));
}

std::string any(const wire::Call&) { return "*"; }

constexpr std::array operations{
    wire::Operation{.name = "CreateAccount",
                    .route = "POST /openirsa/v1/accounts",
                    .who = wire::Who::administrator,
                    .access = wire::Access::write,
                    .action = {},
                    .resource = nullptr,
                    .handler = create_account},
    wire::Operation{.name = "CreateServiceAccountToken",
                    .route = "POST /openirsa/v1/clusters/{name}/tokens",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "openirsa:CreateServiceAccountToken",
                    .resource = cluster_of_label,
                    .handler = create_service_account_token},
    wire::Operation{.name = "DeleteProviderKeys",
                    .route = "DELETE /openirsa/v1/providers/{providerArn}/keys",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,
                    .action = "openirsa:DeleteProviderKeys",
                    .resource = provider_of_label,
                    .handler = delete_provider_keys},
    wire::Operation{.name = "ExplainDecision",
                    .route = "GET /openirsa/v1/decisions/{requestId}",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,  // reads files
                    .action = "openirsa:ExplainDecision",
                    .resource = any,
                    .handler = explain_decision},
    wire::Operation{.name = "FetchProviderKeys",
                    .route = "POST /openirsa/v1/providers/{providerArn}/keys",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,
                    .action = "openirsa:FetchProviderKeys",
                    .resource = provider_of_label,
                    .handler = fetch_provider_keys},
    wire::Operation{.name = "GetAccount",
                    .route = "GET /openirsa/v1/accounts/{account}",
                    .who = wire::Who::administrator,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = get_account},
    wire::Operation{.name = "GetProviderKeys",
                    .route = "GET /openirsa/v1/providers/{providerArn}/keys",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "openirsa:GetProviderKeys",
                    .resource = provider_of_label,
                    .handler = get_provider_keys},
    wire::Operation{.name = "GetServer",
                    .route = "GET /openirsa/v1/server",
                    .who = wire::Who::administrator,
                    .access = wire::Access::write,  // may make the verbatim authority
                    .action = {},
                    .resource = nullptr,
                    .handler = get_server},
    wire::Operation{.name = "ListAccounts",
                    .route = "GET /openirsa/v1/accounts",
                    .who = wire::Who::administrator,
                    .access = wire::Access::read,
                    .action = {},
                    .resource = nullptr,
                    .handler = list_accounts},
    wire::Operation{.name = "ListDecisions",
                    .route = "GET /openirsa/v1/decisions",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,  // reads files
                    .action = "openirsa:ListDecisions",
                    .resource = any,
                    .handler = list_decisions},
    wire::Operation{.name = "ListRevocations",
                    .route = "GET /openirsa/v1/revocations",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "openirsa:ListRevocations",
                    .resource = any,
                    .handler = list_revocations},
    wire::Operation{.name = "PutProviderKeys",
                    .route = "PUT /openirsa/v1/providers/{providerArn}/keys",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,
                    .action = "openirsa:PutProviderKeys",
                    .resource = provider_of_label,
                    .handler = put_provider_keys},
    wire::Operation{.name = "RevokeSessions",
                    .route = "POST /openirsa/v1/revocations",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::write,
                    .action = "openirsa:RevokeSessions",
                    .resource = revoked_of_body,
                    .handler = revoke_sessions},
    wire::Operation{.name = "SimulateWebIdentity",
                    .route = "POST /openirsa/v1/simulate/web-identity",
                    .who = wire::Who::signed_by_account,
                    .access = wire::Access::read,
                    .action = "openirsa:SimulateWebIdentity",
                    .resource = role_of_body,
                    .handler = simulate_web_identity},
};
static_assert(wire::complete(operations), "every operation states its caller, and the table is sorted");

}  // namespace

constexpr wire::Service service{.name = "openirsa",
                                .protocol = wire::Protocol::rest_json,
                                .version = "2026-11-24",
                                .xml_namespace = {},
                                .operations = operations};

}  // namespace openirsa::own
