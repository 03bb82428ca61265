// One request between its first byte and its answer: what the dispatcher's steps hand to one another. Not for
// other rooms.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"
#include "sigv4/sigv4.h"
#include "wire/operation.h"

namespace openirsa::wire {

struct Passage {
  House& house;
  const http::Request& http;
  Time now;
  std::shared_ptr<const store::Snapshot> snapshot;
  // Only where the request carries something of a signature: the view costs an allocation, unsigned exchanges
  // skip it.
  std::optional<sigv4::RequestView> view;
  std::optional<Result<sigv4::Claim, sigv4::Error>> claim;
  const Service* service = nullptr;
  const Operation* operation = nullptr;
  std::string region;
  std::unique_ptr<const std::string> form;  // query string and body together, where both are read
  Parameters parameters;
  json::object body;
  std::vector<std::string> labels;
  std::optional<Caller> caller;
  Trace trace;                   // holds the request's id
  store::Revision began_at = 0;  // of the snapshot that the handler saw when it began to wait
};

}  // namespace openirsa::wire
