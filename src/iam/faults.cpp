#include "iam/faults.h"

#include "base/text.h"

namespace openirsa::iam {

using wire::Code;
using wire::Error;

Error no_such_entity(std::string_view noun, std::string_view name) {
  return {Code::no_such_entity, concatenate({"The ", noun, " with name ", name, " cannot be found."})};
}

Error already_exists(std::string_view title, std::string_view name) {
  return {Code::entity_already_exists, concatenate({title, " with name ", name, " already exists."})};
}

Error no_such_inline_policy(std::string_view noun, std::string_view policy_name) {
  return {Code::no_such_entity,
          concatenate({"The ", noun, " policy with name ", policy_name, " cannot be found."})};
}

Error inline_size_exceeded(std::string_view noun, std::string_view name, std::int64_t limit) {
  return {Code::limit_exceeded, concatenate({"Maximum policy size of ", std::to_string(limit),
                                             " bytes exceeded for ", noun, " ", name})};
}

Error no_such_access_key(std::string_view id) {
  return {Code::no_such_entity, concatenate({"The Access Key with id ", id, " cannot be found."})};
}

Error no_such_boundary(std::string_view arn) {
  return {Code::no_such_entity, concatenate({"Scope ARN: ", arn, " does not exist or is not attachable."})};
}

Error no_such_policy(std::string_view arn) {
  return {Code::no_such_entity, concatenate({"Policy ", arn, " was not found."})};
}

Error no_such_version(std::string_view arn, std::string_view version_id) {
  return {Code::no_such_entity,
          concatenate({"Policy ", arn, " version ", version_id, " does not exist or is not attachable."})};
}

Error not_attachable(std::string_view arn) {
  return {Code::no_such_entity, concatenate({"Policy ", arn, " does not exist or is not attachable."})};
}

Error no_such_provider(std::string_view arn) {
  return {Code::no_such_entity, concatenate({"OpenIDConnect Provider not found for arn ", arn})};
}

Error malformed_policy(std::string message) { return {Code::malformed_policy_document, std::move(message)}; }

Error quota_exceeded(std::string_view quota, std::int64_t limit) {
  return {Code::limit_exceeded,
          concatenate({"Cannot exceed quota for ", quota, ": ", std::to_string(limit)})};
}

Error not_authorized(const wire::Call& call, std::string_view resource) {
  return {Code::access_denied, concatenate({"User: ", call.caller->arn, " is not authorized to perform: ",
                                            call.operation.action, " on resource: ", resource})};
}

Error delete_conflict(std::string_view what) {
  return {Code::delete_conflict, concatenate({"Cannot delete entity, must ", what, " first."})};
}

Error invalid_input(std::initializer_list<std::string_view> text) {
  return {Code::invalid_input, concatenate(text)};
}

Error of_store(const store::Error& error) {
  switch (error.code) {
    case store::Fault::conflict:
      return {Code::concurrent_modification,
              "The request was rejected because multiple requests to change this object were submitted "
              "simultaneously. Wait a few minutes and submit your request again."};
    case store::Fault::closed:
    case store::Fault::unavailable:
      return {Code::service_unavailable, "The request has failed due to a temporary failure of the server."};
    case store::Fault::too_large:
      return {Code::limit_exceeded, "The entity is larger than the store can keep."};
    case store::Fault::invalid:
    case store::Fault::compacted:
      break;
  }
  return {Code::service_failure, "The request processing has failed because of an unknown error."};
}

// The reason is in the log already: the mirror's decoder complained when the record arrived.
Error unreadable_record() {
  return {Code::service_failure, "The request processing has failed because of an unknown error."};
}

}  // namespace openirsa::iam
