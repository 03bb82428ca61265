// The one way from an HTTP request to an operation and back. Numbered steps, in dispatch.cpp; no handler can
// forget one.
#pragma once

#include <memory>
#include <vector>

#include "http/message.h"
#include "wire/operation.h"

namespace openirsa::wire {

class Tables;  // the services' rows, indexed: see select.h

class Dispatcher final : public http::Handler {
 public:
  // REQUIRES: house and services outlive the dispatcher.
  Dispatcher(House& house, std::vector<const Service*> services);
  ~Dispatcher() override;

  http::Outcome handle(const http::Request& request) override;

 private:
  House& house_;
  std::unique_ptr<const Tables> tables_;
};

// A response for what the HTTP engine refuses by itself, before there is a path to go by: the query
// protocol's XML, with the REST protocol's header x-amzn-ErrorType.
http::Response engine_error(int status, std::string_view reason);

}  // namespace openirsa::wire
