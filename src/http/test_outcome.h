// What a handler answers, run to its end on this thread. Included by tests only.
#pragma once

#include <future>
#include <utility>

#include "http/message.h"

namespace openirsa::http::test {

// Waits for what the handler waits for, wherever that is made.
inline Response settle(Reply reply) {
  while (auto* later = std::get_if<Later>(&reply)) {
    std::promise<Work> promise;
    auto work = promise.get_future();
    later->begin([&](Work resumed) { promise.set_value(std::move(resumed)); });
    reply = work.get()();
  }
  return std::get<Response>(std::move(reply));
}

inline Response settle(Outcome outcome) {
  if (auto* work = std::get_if<Work>(&outcome)) return settle((*work)());
  if (auto* later = std::get_if<Later>(&outcome)) return settle(Reply(std::move(*later)));
  return std::get<Response>(std::move(outcome));
}

}  // namespace openirsa::http::test
