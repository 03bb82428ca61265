#include "eks/faults.h"

namespace openirsa::eks {

using wire::Code;
using wire::Error;

Error no_such_cluster(std::string_view name) {
  std::string text("No cluster found for name: ");
  text.append(name).append(".");
  return {Code::eks_resource_not_found, std::move(text), {{"clusterName", name}}};
}

Error cluster_exists(std::string_view name) {
  std::string text("Cluster already exists with name: ");
  text.append(name);
  return {Code::eks_resource_in_use, std::move(text), {{"clusterName", name}}};
}

Error invalid_parameter(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

Error not_authorized(const wire::Call& call, std::string_view resource) {
  std::string text("User: ");
  text.append(call.caller->arn).append(" is not authorized to perform: ").append(call.operation.action);
  text.append(" on resource: ").append(resource);
  return {Code::eks_access_denied, std::move(text)};
}

Error of_store(const store::Error& error) {
  switch (error.code) {
    case store::Fault::closed:
    case store::Fault::unavailable:
    case store::Fault::conflict:  // a hundred times in a row
      return {Code::eks_service_unavailable, "The service is unavailable. Back off and retry the operation."};
    case store::Fault::too_large:
      return invalid_parameter("The cluster's settings are larger than the store can keep.");
    case store::Fault::invalid:
    case store::Fault::compacted:
      break;
  }
  return unreadable_record();
}

// The reason is in the log already: the mirror's decoder complained when the record arrived.
Error unreadable_record() {
  return {Code::eks_server, "The request processing has failed because of an unknown error."};
}

}  // namespace openirsa::eks
