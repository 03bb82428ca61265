// The query protocol: from a form to an operation. Not for other rooms.
#pragma once

#include "wire/passage.h"

namespace openirsa::wire {

// The namespace of errors that concern no service's operation.
inline constexpr std::string_view fault_namespace = "http://webservices.amazon.com/AWSFault/2005-15-09";

// Form body and query string, read into the passage's parameters.
Result<Done, Error> parse_query(Passage& passage);
// By Action and Version. `service` is null when nothing names one.
Result<Done, Error> find_action(const Service* service, Passage& passage);

}  // namespace openirsa::wire
