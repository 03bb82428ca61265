#include "sts/session_token.h"

#include <algorithm>

#include "sts/issue.h"
#include "sts/lineage.h"
#include "wire/session_input.h"

namespace openirsa::sts {

Result<wire::Answer, wire::Error> get_session_token(wire::Call& call) {
  const auto duration = call.parameters.integer("DurationSeconds");
  if (!duration) return duration.error();
  wire::ValidationErrors errors;
  check_duration(errors, *duration, longest_without_role);
  check_mfa(errors, call.parameters);
  if (!errors.empty()) return errors.error();
  if (auto refused = refuse_mfa(call.parameters)) return *std::move(refused);

  const wire::Caller& caller = *call.caller;
  std::int64_t seconds = duration->value_or(usual_without_role);
  // API reference: for root "if the duration is longer than one hour, the session … defaults to one hour".
  if (caller.kind == wire::Caller::Kind::root) seconds = std::min(seconds, longest_of_root);
  const Extras extras{.source_identity = {}, .tags = {}, .ancestors = ancestors_below(caller, call.now)};
  StatementView statement;
  statement.kind = SessionKind::session_token;
  statement.account = caller.account;
  statement.role_id = caller.unique_id;
  statement.role_name = caller.name;
  statement.extras = &extras;
  const auto issued = issue(call, statement, seconds);
  if (!issued) return issued.error();
  wire::Xml xml(1024 + issued->token.size());
  write_credentials(xml, *issued);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::sts
