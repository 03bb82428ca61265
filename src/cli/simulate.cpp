// simulate web-identity: what AssumeRoleWithWebIdentity would answer, and why, without issuing anything. Exit
// status 0 where it would be allowed, 1 where refused, 2 where nothing could be simulated.
#include "base/text.h"
#include "cli/explain.h"
#include "cli/files.h"
#include "cli/nouns.h"
#include "cli/offline.h"

namespace openirsa::cli {
namespace {

constexpr int unanswered = 2;

struct Arguments {
  std::string token_file;
  std::string claims;
  std::string role;
  std::string session_name = "simulation";
  std::int64_t duration = 3600;
  bool offline = false;
  std::string trust_policy;
  std::string issuer;
  std::vector<std::string> client_ids;
  std::string jwks;
  std::string account;
};

int not_simulated(const Failure& failure) {
  (void)fail(failure);
  return unanswered;
}

Result<json::object, Failure> claims_of(const std::string& text) {
  auto claims = parse_json_object(text);
  if (!claims) return Failure{"--claims must be a JSON object: " + claims.error().message};
  return *std::move(claims);
}

// A token's bytes are taken as they are, as SDKs take them: a line end in the file would refuse it there too.
Result<json::object, Failure> body_of(const Arguments& arguments) {
  json::object body{{"roleArn", arguments.role},
                    {"sessionName", arguments.session_name},
                    {"durationSeconds", arguments.duration}};
  if (arguments.token_file.empty()) {
    auto claims = claims_of(arguments.claims);
    if (!claims) return std::move(claims).error();
    body["claims"] = *std::move(claims);
    return body;
  }
  auto token = text_of_file(arguments.token_file);
  if (!token) return std::move(token).error();
  if (!is_utf8(*token)) return Failure{arguments.token_file + " holds no token"};
  body["token"] = *std::move(token);
  return body;
}

Result<json::object, Failure> ask_online(const Common& common, const Arguments& arguments) {
  const auto body = body_of(arguments);
  if (!body) return body.error();
  const auto connection = Connection::open(common);
  if (!connection) return connection.error();
  auto answer = connection->simulate(*body);
  if (!answer) return failure_of(answer.error());
  return *std::move(answer);
}

Result<json::object, Failure> ask_offline(const Arguments& arguments) {
  OfflineQuestion question{.token = {},
                           .claims = {},
                           .role_arn = arguments.role,
                           .account = arguments.account,
                           .session_name = arguments.session_name,
                           .duration = arguments.duration,
                           .trust_policy = {},
                           .jwks = {},
                           .issuer = arguments.issuer,
                           .client_ids = arguments.client_ids};
  auto trust = text_of_file(arguments.trust_policy);
  if (!trust) return std::move(trust).error();
  question.trust_policy = *std::move(trust);
  if (arguments.token_file.empty()) {
    auto claims = claims_of(arguments.claims);
    if (!claims) return std::move(claims).error();
    question.claims = *std::move(claims);
  } else {
    auto token = text_of_file(arguments.token_file);
    if (!token) return std::move(token).error();
    question.token = *std::move(token);
    auto jwks = text_of_file(arguments.jwks);
    if (!jwks) return std::move(jwks).error();
    question.jwks = *std::move(jwks);
  }
  return simulate_offline(question, SystemClock().now());
}

// What the arguments lack or have too much of.
std::optional<Failure> mistake_in(const Arguments& arguments) {
  if (arguments.token_file.empty() == arguments.claims.empty())
    return Failure{"say one of --token FILE and --claims JSON"};
  const bool files = !arguments.trust_policy.empty() || !arguments.issuer.empty() ||
                     !arguments.client_ids.empty() || !arguments.jwks.empty() || !arguments.account.empty();
  if (!arguments.offline) {
    if (files)
      return Failure{
          "--trust-policy, --issuer, --client-id, --jwks and --account need --offline; a server has its own"};
    return std::nullopt;
  }
  if (arguments.trust_policy.empty() || arguments.issuer.empty() || arguments.client_ids.empty())
    return Failure{"--offline needs --trust-policy FILE, --issuer URL and --client-id ID"};
  if (!arguments.token_file.empty() && arguments.jwks.empty())
    return Failure{"--offline needs --jwks FILE to verify a token; --claims needs no keys"};
  return std::nullopt;
}

int simulate(const Common& common, const Arguments& arguments) {
  if (const auto mistake = mistake_in(arguments)) return not_simulated(*mistake);
  const auto answer = arguments.offline ? ask_offline(arguments) : ask_online(common, arguments);
  if (!answer) return not_simulated(answer.error());
  const auto verdict = find_string(*answer, "verdict");
  const json::object* decision = find_object(*answer, "decision");
  if (!verdict || decision == nullptr) return not_simulated({"the answer holds no verdict"});
  if (common.form() == Form::json) {
    print_json(*answer);
  } else {
    show_decision(*decision);
    print("");
    print("Simulated: nothing was issued.");
  }
  return *verdict == "allowed" ? 0 : 1;
}

}  // namespace

void add_simulate_verb(CLI::App& program, Run& run) {
  CLI::App* verb =
      program.add_subcommand("simulate", "what a request would be answered, and why")->require_subcommand(1);
  CLI::App* noun =
      verb->add_subcommand("web-identity", "would this token be exchanged for that role's credentials?");
  auto common = add_common(*noun);
  auto arguments = std::make_shared<Arguments>();
  refuse_empty(noun->add_option("--role", arguments->role, "the role's ARN"))->required();
  refuse_empty(noun->add_option("--token", arguments->token_file, "file of the token, as the SDK reads it"));
  refuse_empty(noun->add_option("--claims", arguments->claims,
                                "in place of a token: its claims as JSON; no signature is checked"));
  refuse_empty(noun->add_option("--session-name", arguments->session_name, "RoleSessionName"))
      ->capture_default_str();
  noun->add_option("--duration", arguments->duration, "DurationSeconds")->capture_default_str();
  noun->add_flag("--offline", arguments->offline, "judge from the files that follow, without a server");
  refuse_empty(
      noun->add_option("--trust-policy", arguments->trust_policy, "file of the role's trust policy"));
  refuse_empty(noun->add_option("--issuer", arguments->issuer, "the provider's issuer URL"));
  refuse_empty(noun->add_option("--client-id", arguments->client_ids,
                                "an audience that the provider takes; may be repeated"));
  refuse_empty(noun->add_option("--jwks", arguments->jwks, "file of the issuer's key set"));
  refuse_empty(
      noun->add_option("--account", arguments->account, "the provider's account; default: the role's"));
  noun->callback([&run, common, arguments] { run = [=] { return simulate(*common, *arguments); }; });
}

}  // namespace openirsa::cli
