// Is every store the same store? One suite for all back ends and for the mirror over them, in three parts:
// conformance_data.h, conformance_model.h and conformance_writers.h. A back end joins with a factory
// (store_test.cpp); it may excuse itself from a test only by name, with a reason. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/store.h"

namespace openirsa::store {

// An open, empty store of a test's own.
class Opened {
 public:
  virtual ~Opened() = default;
  virtual Store& store() = 0;
  // The same data by another way, where there is one: what it writes, store() did not write.
  virtual Store& other_writer() { return store(); }
  // Empty when reopen() works; else the reason.
  virtual std::string cannot_reopen() const { return {}; }
  virtual void reopen() {}
};

struct BackEnd {
  std::string name;
  std::function<std::unique_ptr<Opened>(LogBound)> open;
};

inline void PrintTo(const BackEnd& back_end, std::ostream* out) { *out << back_end.name; }

class StoreConformance : public ::testing::TestWithParam<BackEnd> {
 protected:
  void SetUp() override { open({}); }
  void open(LogBound bound) {
    opened_.reset();
    opened_ = GetParam().open(bound);
  }
  Store& store() { return opened_->store(); }

  Revision put(const std::string& key, const std::string& value) { return put(store(), key, value); }
  static Revision put(Store& store, const std::string& key, const std::string& value) {
    const auto done = store.commit({{}, {{key, value}}, {}});
    EXPECT_TRUE(done) << done.error().message;
    return done ? *done : -1;
  }
  std::optional<Entry> get(const std::string& key) {
    auto found = store().get(key);
    EXPECT_TRUE(found);
    return found ? *found : std::nullopt;
  }
  // "(absent)" where there is nothing.
  std::string value(const std::string& key) {
    const auto found = get(key);
    return found ? found->value : "(absent)";
  }
  std::vector<std::string> keys(const std::string& prefix, const std::string& after, std::size_t limit) {
    std::vector<std::string> keys;
    auto page = store().list(prefix, after, limit);
    EXPECT_TRUE(page);
    if (page) {
      for (const auto& entry : *page) keys.push_back(entry.key);
    }
    return keys;
  }
  Fault refusal(const Commit& commit) {
    const auto done = store().commit(commit);
    EXPECT_FALSE(done);
    return done ? Fault{-1} : done.error().code;
  }
  // The replay of all changes since `since` over `state`.
  Revision replay(std::map<std::string, std::string>& state, Revision since) {
    auto fresh = store().changes("", since);
    EXPECT_TRUE(fresh);
    if (!fresh) return -1;
    Revision last = since;
    for (auto& change : fresh->changes) {
      EXPECT_GE(change.revision, last);
      last = change.revision;
      if (change.value)
        state[change.key] = *change.value;
      else
        EXPECT_EQ(state.erase(change.key), 1U) << "a deletion of what was not there: " << change.key;
    }
    EXPECT_GE(fresh->revision, last);
    return fresh->revision;
  }
  std::map<std::string, std::string> everything() {
    std::map<std::string, std::string> all;
    auto page = store().list("", "", 1'000'000);
    EXPECT_TRUE(page);
    if (page) {
      for (const auto& entry : *page) all[entry.key] = entry.value;
    }
    return all;
  }

  std::unique_ptr<Opened> opened_;
};

}  // namespace openirsa::store
