// maxResults and nextToken. A token holds the last name that was given, so that it still means the same place
// when clusters come and go between two calls; to clients it is opaque.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/operation.h"

namespace openirsa::eks {

class Page {
 public:
  static Result<Page, wire::Error> of(const wire::Call& call);

  const std::string& after() const { return after_; }  // empty at the beginning
  // Asks for room for this entry: false when the page is full, and then the caller stops.
  bool take(std::string_view name);
  void write_end(json::object& body) const;  // nextToken, where there is more

 private:
  std::string scope_;  // a token of one list, account or region means nothing in another
  std::string after_;
  std::string last_;
  std::size_t left_ = 100;
  bool more_ = false;
};

}  // namespace openirsa::eks
