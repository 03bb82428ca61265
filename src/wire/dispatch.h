// The one way from an HTTP request to an operation and back. Numbered steps, in dispatch.cpp; no handler can forget one.
#pragma once

#include <memory>
#include <vector>

#include "http/message.h"
#include "wire/operation.h"

namespace openirsa::wire {

class Dispatcher final : public http::Handler {
 public:
  // REQUIRES: house and services outlive the dispatcher.
  Dispatcher(House& house, std::vector<const Service*> services);

  http::Outcome handle(const http::Request& request) override;

 private:
  House& house_;
  std::vector<const Service*> services_;
};

// A response for what the HTTP engine refuses by itself, in the form that the path suggests.
http::Response engine_error(int status, std::string_view reason);

}  // namespace openirsa::wire
