#include "base/time_text.h"
#include "iam/arns.h"
#include "iam/faults.h"
#include "iam/handlers.h"
#include "iam/input.h"
#include "iam/page.h"
#include "iam/views.h"

namespace openirsa::iam {
namespace {

using record::User;
using wire::Call;
using wire::Caller;
using wire::Code;
using wire::Error;

// The account's root shows itself as a user without a name.
HandlerAnswer root_as_user(const Call& call) {
  const auto* account = record::find<record::Account>(*call.snapshot, record::account_key(call.account()));
  wire::Xml xml;
  xml.open("User");
  xml.text("UserId", call.account());
  xml.text("Arn", iam_arn(call, "root"));
  if (account != nullptr) xml.text("CreateDate", to_iso8601(account->created));
  xml.close("User");
  return wire::xml_answer(xml.take());
}

}  // namespace

HandlerAnswer get_user(Call& call) {
  Input input(call);
  const auto given = input.optional("UserName", rule::user_name);
  if (auto fault = input.fault()) return *std::move(fault);
  const bool is_user = call.caller->kind == Caller::Kind::user;
  if (!given && call.caller->kind == Caller::Kind::root) return root_as_user(call);
  if (!given && !is_user) {
    return Error{Code::validation_error, "Must specify userName when calling with non-User credentials"};
  }
  const std::string_view name = given ? *given : std::string_view(call.caller->name);
  const auto* user = record::find<User>(*call.snapshot, record::user_key(call.account(), name));
  if (user == nullptr) return no_such_user(name);
  wire::Xml xml;
  write_user(xml, "User", call, *user, Detail::full);
  return wire::xml_answer(xml.take());
}

HandlerAnswer list_users(Call& call) {
  Input input(call);
  const auto path_prefix = input.optional("PathPrefix", rule::path_prefix).value_or("/");
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  wire::Xml xml;
  xml.open("Users");
  const auto prefix = record::kind_prefix(call.account(), "-", User::kind);
  const auto after = page.after().empty() ? std::string() : record::user_key(call.account(), page.after());
  record::scan<User>(*call.snapshot, prefix, after, [&](const User& user) {
    if (!user.path.starts_with(path_prefix)) return true;
    if (!page.take(user.name)) return false;
    write_user(xml, "member", call, user, Detail::listed);
    return true;
  });
  xml.close("Users");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

}  // namespace openirsa::iam
