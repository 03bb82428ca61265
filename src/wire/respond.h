// Step 8: answers and errors as bytes, in the service's own form. Not for other rooms.
#pragma once

#include "wire/passage.h"

namespace openirsa::wire {

http::Response success(const Passage& passage, Answer answer);
// Writes code and text into the trace as well. An error before there is a service is JSON where the path is
// one of REST.
http::Response refusal(Passage& passage, Error error);

}  // namespace openirsa::wire
