// Errors as AWS names them. A handler returns one of these; the dispatcher gives it the service's own form
// (XML for the query protocol, JSON for REST). Codes and their HTTP statuses stand in one table, error.cpp,
// taken from the service models; no other file spells a status.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace openirsa::wire {

// One value for each code on the wire. The name on the wire is wire_name(): most IAM codes have no
// `Exception` suffix, some STS codes and all EKS codes do.
enum class Code {
  // common
  access_denied,
  incomplete_signature,
  internal_failure,
  invalid_action,
  invalid_client_token_id,
  invalid_parameter_value,
  malformed_input,
  malformed_query_string,
  missing_action,
  missing_authentication_token,
  request_entity_too_large,
  service_unavailable,
  signature_does_not_match,
  throttling,
  validation_error,
  // IAM
  concurrent_modification,
  delete_conflict,
  entity_already_exists,
  invalid_input,
  limit_exceeded,
  malformed_policy_document,
  no_such_entity,
  open_id_idp_communication_error,
  policy_not_attachable,
  service_failure,
  unmodifiable_entity,
  // STS
  expired_token,
  idp_communication_error,
  idp_rejected_claim,
  invalid_authorization_message,
  invalid_identity_token,
  packed_policy_too_large,
  region_disabled,
  // EKS and our own service (REST-JSON)
  eks_access_denied,
  eks_bad_request,
  eks_client,
  eks_invalid_parameter,
  eks_invalid_request,
  eks_not_found,
  eks_resource_in_use,
  eks_resource_limit_exceeded,
  eks_resource_not_found,
  eks_server,
  eks_service_unavailable,
  unknown_operation,  // UnknownOperationException 404: a REST route that does not exist
  // What the dispatcher makes of a caller's credentials. Handlers do not use these: as_rest() translates the
  // common ones.
  expired_session,  // ExpiredToken 403: the caller's own session, not the web identity token (that is
                    // expired_token)
  rest_expired_token,
  rest_incomplete_signature,
  rest_invalid_signature,
  rest_missing_authentication_token,
  rest_request_entity_too_large,
  rest_throttling,
  rest_unrecognized_client,
  count_,
};
std::string_view wire_name(Code code);  // "NoSuchEntity"
int http_status(Code code);             // 404
// The same failure as REST-JSON services name it: access_denied becomes eks_access_denied, validation_error
// becomes eks_invalid_parameter. Codes that have no other name stay.
Code as_rest(Code code);

struct Error {
  Code code;
  std::string message;     // what the caller may read: as AWS writes it where AWS has a text
  json::object members{};  // REST: further members of the error body, e.g. clusterName
};

// Texts that several places need and that must not drift apart.
Error validation_error(std::string_view field, std::string_view constraint);
// `1 validation error detected: Value '<value>' at '<field>' failed to satisfy constraint: <constraint>`
Error validation_error(std::string_view value, std::string_view field, std::string_view constraint);
// AWS joins several: `3 validation errors detected: Value at 'a' …; Value at 'b' …`
class ValidationErrors {
 public:
  void add(std::string_view field, std::string_view constraint);
  void add(std::string_view value, std::string_view field, std::string_view constraint);
  bool empty() const { return texts_.empty(); }
  Error error() const;  // REQUIRES: !empty()

 private:
  std::vector<std::string> texts_;
};
// The constraints of the service models in AWS's words.
std::string must_not_be_null();
std::string length_at_most(std::size_t n);
std::string length_at_least(std::size_t n);
std::string must_match(std::string_view pattern);

}  // namespace openirsa::wire
