#include "own/simulation.h"

#include "base/text.h"
#include "policy/arn.h"
#include "sts/web_identity_check.h"
#include "token/unsecured.h"
#include "wire/simulated.h"

namespace openirsa::own {
namespace {

using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;

Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

struct Request {
  std::string role_arn;
  std::string form;  // the exchange's parameters
  bool is_signed = false;
};

void add(std::string& form, std::string_view name, std::string_view value) {
  form.append(form.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
}

Result<std::string, Error> take_text(const json::object& body, std::string_view member,
                                     std::optional<std::string> fallback) {
  const bool absent = find_member(body, member) == nullptr;
  if (absent && fallback) return *std::move(fallback);
  const auto text = find_string(body, member);
  if (text) return std::string(*text);
  return invalid("member `" + std::string(member) + (absent ? "` is missing" : "` is not a text"));
}

Result<std::string, Error> take_token(const Call& call) {
  const bool has_token = find_member(call.body, "token") != nullptr;
  const auto* claims = find_member(call.body, "claims");
  if (has_token == (claims != nullptr)) {
    return invalid("the body must have one of the members `token` and `claims`");
  }
  if (has_token) return take_text(call.body, "token", std::nullopt);
  const json::object* members = claims->if_object();
  if (members == nullptr) return invalid("member `claims` is not an object");
  return token::unsecured_token(*members, call.now);
}

Result<Request, Error> take_request(const Call& call) {
  Request request;
  auto role_arn = take_text(call.body, "roleArn", std::nullopt);
  if (!role_arn) return std::move(role_arn).error();
  request.role_arn = *std::move(role_arn);
  const auto session = take_text(call.body, "sessionName", "simulation");
  if (!session) return session.error();
  const auto token = take_token(call);
  if (!token) return token.error();
  request.is_signed = find_member(call.body, "token") != nullptr;
  add(request.form, "RoleArn", request.role_arn);
  add(request.form, "RoleSessionName", *session);
  add(request.form, "WebIdentityToken", *token);
  if (find_member(call.body, "durationSeconds") != nullptr) {
    const auto seconds = find_integer(call.body, "durationSeconds");
    if (!seconds) return invalid("member `durationSeconds` is not a whole number");
    add(request.form, "DurationSeconds", std::to_string(*seconds));
  }
  return request;
}

// Only what is well-formed can be another's; the exchange's own checks refuse the rest.
bool is_of_another(const Call& call, std::string_view role_arn) {
  if (call.caller->kind == wire::Caller::Kind::administrator) return false;
  const auto arn = policy::parse_arn(role_arn);
  return arn && arn->account != call.account();
}

wire::Trace trace_of(const Call& call) {
  wire::Trace trace;
  trace.request_id = call.request_id;
  trace.time = call.now;
  trace.service = "sts";
  trace.operation = "AssumeRoleWithWebIdentity";
  trace.source_ip = call.http.peer.address;
  return trace;
}

}  // namespace

std::string role_of_body(const Call& call) {
  return std::string(find_string(call.body, "roleArn").value_or("*"));
}

Result<Answer, Error> simulate_web_identity(Call& call) {
  const auto request = take_request(call);
  if (!request) return request.error();
  call.trace.role_arn = request->role_arn.substr(0, 2048);
  if (is_of_another(call, request->role_arn)) {
    return Error{Code::eks_resource_not_found, "No role found for ARN: " + request->role_arn + "."};
  }
  const auto parameters = wire::Parameters::parse(request->form);
  if (!parameters) return invalid(parameters.error().message);
  wire::Trace trace = trace_of(call);
  Call exchange{.house = call.house,
                .operation = call.operation,
                .http = call.http,
                .request_id = call.request_id,
                .region = call.region,
                .now = call.now,
                .snapshot = call.snapshot,
                .parameters = *parameters,
                .body = call.body,
                .labels = call.labels,
                .caller = nullptr,
                .trace = trace,
                .came = call.came};
  sts::WebIdentityCheck check(exchange);
  std::optional<Error> error;
  if (!request->is_signed) {
    if (auto done = check.run_unsigned(); !done) error = std::move(done).error();
  } else if (auto verified = check.run(); !verified) {
    error = std::move(verified).error();
  } else if (!*verified) {
    return wire::wait_for(call, check.fetch());
  }
  const auto kind =
      request->is_signed ? wire::SimulatedToken::signed_by_issuer : wire::SimulatedToken::claims_alone;
  return wire::json_answer(wire::simulated_answer(std::move(trace), error, kind));
}

}  // namespace openirsa::own
