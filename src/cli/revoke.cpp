// revoke sessions: the emergency brake, for one of seven kinds of subjects.
#include <array>

#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

constexpr const char* revocations_path = "/openirsa/v1/revocations";

struct RevokeArguments {
  std::string role, user, provider, issuer, cluster, signing_key, access_key;
  std::string until;
};

struct Subject {
  const char* kind;
  const char* option;
  std::string RevokeArguments::* value;
  const char* help;
};
constexpr std::array subjects{
    Subject{"role", "--role", &RevokeArguments::role, "sessions of this role, by its name"},
    Subject{"user", "--user", &RevokeArguments::user, "sessions made by this user, by its name"},
    Subject{"provider", "--provider", &RevokeArguments::provider,
            "sessions that came through this OpenID Connect provider, by its ARN"},
    Subject{"signing-key", "--signing-key", &RevokeArguments::signing_key,
            "sessions of tokens that this key of --issuer signed, by its kid"},
    Subject{"issuer", "--issuer", &RevokeArguments::issuer, "sessions of this issuer's tokens, by its URL"},
    Subject{"cluster", "--cluster", &RevokeArguments::cluster,
            "sessions of this cluster's tokens, by its name"},
    Subject{"access-key", "--access-key", &RevokeArguments::access_key,
            "sessions made with this access key or session, by its id"},
};

// Exactly one subject; --issuer beside --signing-key says whose key it is.
Result<json::object, Failure> body_of(const RevokeArguments& arguments) {
  json::object body;
  for (const Subject& subject : subjects) {
    const std::string& value = arguments.*subject.value;
    if (value.empty()) continue;
    const bool of_key = !arguments.signing_key.empty() && subject.value == &RevokeArguments::issuer;
    if (of_key) {
      body["issuer"] = value;
    } else if (body.contains("kind")) {
      return Failure{std::string("one subject at a time: give ") + subject.option + " in a second command"};
    } else {
      body["kind"] = subject.kind;
      body["subject"] = value;
    }
  }
  if (!body.contains("kind")) {
    return Failure{
        "say whose sessions: --role, --user, --provider, --issuer, --cluster, --signing-key or "
        "--access-key"};
  }
  if (!arguments.signing_key.empty() && arguments.issuer.empty())
    return Failure{"--signing-key needs --issuer: the URL of the issuer whose key it is"};
  if (!arguments.until.empty()) body["until"] = arguments.until;
  return body;
}

int revoke(const Common& common, const RevokeArguments& arguments) {
  const auto body = body_of(arguments);
  if (!body) return fail(body.error());
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto answer = connection->rest("openirsa", "POST", revocations_path, *body);
  if (!answer) return fail(failure_of(answer.error()));
  if (common.form() == Form::json) {
    print_json(*answer);
    return 0;
  }
  const json::object* revocation = find_object(*answer, "revocation");
  if (revocation == nullptr) return fail({"the server's answer holds no revocation"});
  const auto text = [&](std::string_view member) {
    return std::string(find_string(*revocation, member).value_or(""));
  };
  print_fields({{"Kind", text("kind")}, {"Subject", text("subject")}, {"Sessions until", text("until")}});
  return 0;
}

}  // namespace

void add_revoke_verb(CLI::App& program, Run& run) {
  CLI::App* verb = program.add_subcommand("revoke", "end sessions at once")->require_subcommand(1);
  CLI::App* sessions = verb->add_subcommand(
      "sessions", "end the sessions that came of one thing, and all that were made from them");
  auto common = add_common(*sessions);
  auto arguments = std::make_shared<RevokeArguments>();
  for (const Subject& subject : subjects) {
    refuse_empty(sessions->add_option(subject.option, (*arguments).*subject.value, subject.help));
  }
  refuse_empty(sessions->add_option("--until", arguments->until,
                                    "only sessions that began at this time or before (default: now)"));
  sessions->callback([&run, common, arguments] { run = [=] { return revoke(*common, *arguments); }; });
}

}  // namespace openirsa::cli
