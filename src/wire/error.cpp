#include "wire/error.h"

#include <array>
#include <cstddef>

namespace openirsa::wire {

namespace {

struct Row {
  Code code;
  std::string_view name;
  int status;
  Code rest;  // the same failure on a REST-JSON service
};

// Names and statuses of IAM, STS and EKS come from their service models. The common ones are those of the
// page "Common errors" of the IAM and STS API references; the rest_ ones are what API Gateway, which stands
// before EKS, answers.
constexpr std::array rows{
    Row{Code::access_denied, "AccessDenied", 403, Code::eks_access_denied},
    Row{Code::incomplete_signature, "IncompleteSignature", 400, Code::rest_incomplete_signature},
    Row{Code::internal_failure, "InternalFailure", 500, Code::eks_server},
    Row{Code::invalid_action, "InvalidAction", 400, Code::unknown_operation},
    Row{Code::invalid_client_token_id, "InvalidClientTokenId", 403, Code::rest_unrecognized_client},
    Row{Code::invalid_parameter_value, "InvalidParameterValue", 400, Code::eks_invalid_parameter},
    Row{Code::malformed_input, "MalformedInput", 400, Code::eks_invalid_parameter},
    Row{Code::malformed_query_string, "MalformedQueryString", 404, Code::eks_invalid_parameter},
    Row{Code::missing_action, "MissingAction", 400, Code::unknown_operation},
    Row{Code::missing_authentication_token, "MissingAuthenticationToken", 403,
        Code::rest_missing_authentication_token},
    Row{Code::request_entity_too_large, "RequestEntityTooLarge", 413, Code::rest_request_entity_too_large},
    Row{Code::service_unavailable, "ServiceUnavailable", 503, Code::eks_service_unavailable},
    Row{Code::signature_does_not_match, "SignatureDoesNotMatch", 403, Code::rest_invalid_signature},
    Row{Code::throttling, "Throttling", 400, Code::rest_throttling},
    Row{Code::validation_error, "ValidationError", 400, Code::eks_invalid_parameter},
    Row{Code::concurrent_modification, "ConcurrentModification", 409, Code::concurrent_modification},
    Row{Code::delete_conflict, "DeleteConflict", 409, Code::delete_conflict},
    Row{Code::entity_already_exists, "EntityAlreadyExists", 409, Code::entity_already_exists},
    Row{Code::invalid_input, "InvalidInput", 400, Code::invalid_input},
    Row{Code::limit_exceeded, "LimitExceeded", 409, Code::limit_exceeded},
    Row{Code::malformed_policy_document, "MalformedPolicyDocument", 400, Code::malformed_policy_document},
    Row{Code::no_such_entity, "NoSuchEntity", 404, Code::no_such_entity},
    Row{Code::open_id_idp_communication_error, "OpenIdIdpCommunicationError", 400,
        Code::open_id_idp_communication_error},
    Row{Code::policy_not_attachable, "PolicyNotAttachable", 400, Code::policy_not_attachable},
    Row{Code::service_failure, "ServiceFailure", 500, Code::eks_server},
    Row{Code::unmodifiable_entity, "UnmodifiableEntity", 400, Code::unmodifiable_entity},
    Row{Code::expired_token, "ExpiredTokenException", 400, Code::expired_token},
    Row{Code::idp_communication_error, "IDPCommunicationError", 400, Code::idp_communication_error},
    Row{Code::idp_rejected_claim, "IDPRejectedClaim", 403, Code::idp_rejected_claim},
    Row{Code::invalid_authorization_message, "InvalidAuthorizationMessageException", 400,
        Code::invalid_authorization_message},
    Row{Code::invalid_identity_token, "InvalidIdentityToken", 400, Code::invalid_identity_token},
    Row{Code::packed_policy_too_large, "PackedPolicyTooLarge", 400, Code::packed_policy_too_large},
    Row{Code::region_disabled, "RegionDisabledException", 403, Code::region_disabled},
    Row{Code::eks_access_denied, "AccessDeniedException", 403, Code::eks_access_denied},
    Row{Code::eks_bad_request, "BadRequestException", 400, Code::eks_bad_request},
    Row{Code::eks_client, "ClientException", 400, Code::eks_client},
    Row{Code::eks_invalid_parameter, "InvalidParameterException", 400, Code::eks_invalid_parameter},
    Row{Code::eks_invalid_request, "InvalidRequestException", 400, Code::eks_invalid_request},
    Row{Code::eks_not_found, "NotFoundException", 404, Code::eks_not_found},
    Row{Code::eks_resource_in_use, "ResourceInUseException", 409, Code::eks_resource_in_use},
    Row{Code::eks_resource_limit_exceeded, "ResourceLimitExceededException", 400,
        Code::eks_resource_limit_exceeded},
    Row{Code::eks_resource_not_found, "ResourceNotFoundException", 404, Code::eks_resource_not_found},
    Row{Code::eks_server, "ServerException", 500, Code::eks_server},
    Row{Code::eks_service_unavailable, "ServiceUnavailableException", 503, Code::eks_service_unavailable},
    Row{Code::unknown_operation, "UnknownOperationException", 404, Code::unknown_operation},
    Row{Code::expired_session, "ExpiredToken", 403, Code::rest_expired_token},
    Row{Code::rest_expired_token, "ExpiredTokenException", 403, Code::rest_expired_token},
    Row{Code::rest_incomplete_signature, "IncompleteSignatureException", 403,
        Code::rest_incomplete_signature},
    Row{Code::rest_invalid_signature, "InvalidSignatureException", 403, Code::rest_invalid_signature},
    Row{Code::rest_missing_authentication_token, "MissingAuthenticationTokenException", 403,
        Code::rest_missing_authentication_token},
    Row{Code::rest_request_entity_too_large, "RequestEntityTooLargeException", 413,
        Code::rest_request_entity_too_large},
    Row{Code::rest_throttling, "ThrottlingException", 429, Code::rest_throttling},
    Row{Code::rest_unrecognized_client, "UnrecognizedClientException", 403, Code::rest_unrecognized_client},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].code) != i) return false;
  }
  return true;
}
static_assert(rows.size() == static_cast<std::size_t>(Code::count_), "every code has a row");
static_assert(in_order(), "rows stand in the order of the codes");

const Row& row_of(Code code) { return rows.at(static_cast<std::size_t>(code)); }

std::string violation(std::string_view subject, std::string_view field, std::string_view constraint) {
  std::string text(subject);
  text.append(" at '").append(field).append("' failed to satisfy constraint: ").append(constraint);
  return text;
}

std::string violation_of_value(std::string_view value, std::string_view field, std::string_view constraint) {
  return violation("Value '" + std::string(value) + "'", field, constraint);
}

}  // namespace

std::string_view wire_name(Code code) { return row_of(code).name; }
int http_status(Code code) { return row_of(code).status; }
Code as_rest(Code code) { return row_of(code).rest; }

Error validation_error(std::string_view field, std::string_view constraint) {
  ValidationErrors errors;
  errors.add(field, constraint);
  return errors.error();
}

Error validation_error(std::string_view value, std::string_view field, std::string_view constraint) {
  ValidationErrors errors;
  errors.add(value, field, constraint);
  return errors.error();
}

void ValidationErrors::add(std::string_view field, std::string_view constraint) {
  texts_.push_back(violation("Value", field, constraint));
}

void ValidationErrors::add(std::string_view value, std::string_view field, std::string_view constraint) {
  texts_.push_back(violation_of_value(value, field, constraint));
}

Error ValidationErrors::error() const {
  std::string message = std::to_string(texts_.size());
  message += texts_.size() == 1 ? " validation error detected: " : " validation errors detected: ";
  for (std::size_t i = 0; i < texts_.size(); ++i) message.append(i == 0 ? "" : "; ").append(texts_[i]);
  return {Code::validation_error, std::move(message)};
}

std::string must_not_be_null() { return "Member must not be null"; }

std::string length_at_most(std::size_t n) {
  return "Member must have length less than or equal to " + std::to_string(n);
}

std::string length_at_least(std::size_t n) {
  return "Member must have length greater than or equal to " + std::to_string(n);
}

std::string must_match(std::string_view pattern) {
  return "Member must satisfy regular expression pattern: " + std::string(pattern);
}

}  // namespace openirsa::wire
