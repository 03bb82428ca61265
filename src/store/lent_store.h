// Lends a store that the test goes on using, and lets the test come between any two calls. Included by tests
// only.
#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "store/store.h"

namespace openirsa::store {

class LentStore final : public Store {
 public:
  explicit LentStore(Store& store) : store_(store) {}

  // REQUIRES of all three: set while nothing is under way.
  std::function<std::optional<Error>(int call)> before_changes;  // an error is the answer; calls count from 1
  std::function<void()> before_list;
  std::function<void()> after_list;

  // While it is held, nobody learns of changes.
  std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }

  Result<std::optional<Entry>, Error> get(std::string_view key) override { return store_.get(key); }
  Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after,
                                         std::size_t limit) override {
    if (const auto call = before_list) call();
    auto answer = store_.list(prefix, after, limit);
    if (const auto call = after_list) call();
    return answer;
  }
  Result<Revision, Error> commit(const Commit& commit) override { return store_.commit(commit); }
  Result<Changes, Error> changes(std::string_view prefix, Revision revision) override {
    const std::lock_guard lock(mutex_);
    if (before_changes) {
      if (auto refused = before_changes(++calls_)) return *std::move(refused);
    }
    return store_.changes(prefix, revision);
  }
  Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) override {
    return store_.wait_for_changes(revision, timeout);
  }
  Result<Revision, Error> revision() override { return store_.revision(); }
  void close() override { store_.close(); }

 private:
  Store& store_;
  std::mutex mutex_;
  int calls_ = 0;
};

}  // namespace openirsa::store
