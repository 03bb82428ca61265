#include "wire/authenticate.h"

#include <span>

#include "wire/region.h"

namespace openirsa::wire {

namespace {

Code code_of(sigv4::Fault fault) {
  switch (fault) {
    case sigv4::Fault::missing_authentication:
      return Code::missing_authentication_token;
    case sigv4::Fault::incomplete_signature:
    case sigv4::Fault::unsupported_algorithm:
      return Code::incomplete_signature;
    case sigv4::Fault::header_not_signed:
    case sigv4::Fault::date_mismatch:
    case sigv4::Fault::expired:
    case sigv4::Fault::not_yet_valid:
    case sigv4::Fault::wrong_scope:
    case sigv4::Fault::signature_mismatch:
    case sigv4::Fault::payload_mismatch:
      return Code::signature_does_not_match;
  }
  return Code::signature_does_not_match;
}

Error refuse(Passage& passage, Step step, const sigv4::Error& error) {
  passage.trace.fail(step, std::string(sigv4::name_of(error.code)), error.detail, error.expected,
                     error.actual);
  return {code_of(error.code), error.message};
}

Error unsigned_request(Passage& passage) {
  passage.trace.fail(Step::signature_claim_parsed, "missing_authentication", "the request is not signed");
  const bool rest = passage.service->protocol == Protocol::rest_json;
  return {Code::missing_authentication_token,
          rest ? "Missing Authentication Token" : "Request is missing Authentication Token"};
}

Error unknown_key(Passage& passage, std::string_view why) {
  if (!passage.trace.failure) {
    passage.trace.fail(Step::access_key_found, "unknown_access_key", std::string(why), {},
                       passage.trace.access_key_id);
  }
  return {Code::invalid_client_token_id, "The security token included in the request is invalid."};
}

// IAM signs for us-east-1 at its default endpoint and for the client's region at ours; STS and EKS for the
// client's region. Any region of the server's partition is one that a client may mean.
std::optional<sigv4::Error> check_scope(const Passage& passage, const sigv4::Claim& claim) {
  const std::string_view region = claim.scope.region;
  const bool known = partition_of(region) == passage.house.names.partition;
  return sigv4::check_scope(claim, known ? std::span(&region, 1) : std::span<const std::string_view>(),
                            passage.service->name);
}

const CredentialSource* source_of(const House& house, std::string_view access_key_id) {
  for (const CredentialSource* source : house.credential_sources) {
    if (source->owns(access_key_id)) return source;
  }
  return nullptr;
}

Result<FoundKey, Error> find_key(Passage& passage, const sigv4::Claim& claim) {
  Trace& trace = passage.trace;
  trace.access_key_id = claim.access_key_id;
  const CredentialSource* source = source_of(passage.house, claim.access_key_id);
  if (source == nullptr) return unknown_key(passage, "no access key has an id of this form");
  auto found = source->find(claim.access_key_id, claim.session_token, *passage.snapshot, passage.now, trace);
  if (!found) {
    Error error = std::move(found).error();
    if (error.code == Code::invalid_client_token_id) return unknown_key(passage, error.message);
    if (!trace.failure) trace.fail(Step::access_key_found, std::string(wire_name(error.code)), error.message);
    // The caller's own session, not a web identity token: AWS has another code for it (aws-sdk-java-v2#1649).
    if (error.code == Code::expired_token) {
      return Error{Code::expired_session, "The security token included in the request is expired"};
    }
    return error;
  }
  return found;
}

Result<Done, Error> verify_signature(Passage& passage) {
  if (!passage.claim) return unsigned_request(passage);
  if (!*passage.claim) {
    const auto& error = passage.claim->error();
    if (error.code == sigv4::Fault::missing_authentication) return unsigned_request(passage);
    return refuse(passage, Step::signature_claim_parsed, error);
  }
  Trace& trace = passage.trace;
  const sigv4::Claim& claim = **passage.claim;
  const sigv4::Rules rules;
  if (auto error = check_scope(passage, claim)) return refuse(passage, Step::signature_claim_parsed, *error);
  // AWS answers a wrong clock before it looks for the key.
  if (auto error = sigv4::check_time(claim, rules, passage.now)) {
    return refuse(passage, Step::signature_claim_parsed, *error);
  }
  trace.pass(Step::signature_claim_parsed);

  auto found = find_key(passage, claim);
  if (!found) return std::move(found).error();
  trace.pass(Step::access_key_found);
  if (found->caller.session) trace.pass(Step::session_valid);
  // The key's owner may see why a signature did not hold; who made it is not known yet.
  trace.account = found->caller.account;

  const auto verified = sigv4::verify(*passage.view, claim, found->secret, rules, passage.now);
  if (!verified) return refuse(passage, Step::signature_verified, verified.error());
  trace.pass(Step::signature_verified);
  trace.caller = found->caller.arn;
  if (passage.house.key_uses != nullptr && found->caller.session == nullptr) {
    passage.house.key_uses->used(claim.access_key_id, passage.service->name, claim.scope.region, passage.now);
  }
  passage.region = claim.scope.region;
  passage.caller = std::move(found->caller);
  return Done{};
}

void let_administrator_in(Passage& passage) {
  Caller administrator;
  administrator.kind = Caller::Kind::administrator;
  administrator.name = "administrator";
  passage.trace.caller = administrator.name;
  passage.caller = std::move(administrator);
}

}  // namespace

Result<Done, Error> authenticate(Passage& passage) {
  const bool admin = passage.http.peer.admin;
  switch (passage.operation->who) {
    case Who::own_token:
      return Done{};  // an Authorization header is not looked at
    case Who::administrator:
      if (!admin) {
        passage.trace.fail(Step::access_key_found, "not_administrator",
                           "the request did not come over the admin socket");
        return Error{Code::access_denied, "This operation is open to the host's administrator only."};
      }
      let_administrator_in(passage);
      return Done{};
    case Who::signed_by_account:
      if (admin && passage.service->name == own_service && !passage.claim) {
        let_administrator_in(passage);
        return Done{};
      }
      return verify_signature(passage);
    case Who::unstated:
      break;
  }
  passage.trace.fail(Step::access_key_found, "no_caller_stated", "the operation's row states no caller");
  return Error{Code::access_denied, "This operation is open to nobody."};
}

}  // namespace openirsa::wire
