#include "store/commit_check.h"

#include <algorithm>

namespace openirsa::store {
namespace {

std::optional<Error> check_key(std::string_view key) {
  if (key.empty()) return Error{Fault::invalid, "a key must not be empty"};
  if (key.size() > max_key_bytes) {
    return Error{Fault::too_large, "a key of " + std::to_string(key.size()) +
                                       " bytes is above the limit of " + std::to_string(max_key_bytes)};
  }
  return std::nullopt;
}

std::optional<Error> check_distinct(std::vector<std::string_view> keys) {
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return std::nullopt;
  return Error{Fault::invalid, "the commit names the key `" + std::string(*twice) + "` twice"};
}

Error too_many(std::string_view what, std::size_t count) {
  return {Fault::too_large, "a commit with " + std::to_string(count) + " " + std::string(what) +
                                " is above the limit of " + std::to_string(max_operations_per_commit)};
}

}  // namespace

std::optional<Error> check_commit(const Commit& commit) {
  const std::size_t writes = commit.puts.size() + commit.deletes.size();
  if (writes > max_operations_per_commit) return too_many("puts and deletes", writes);
  if (commit.expect.size() > max_operations_per_commit) return too_many("expectations", commit.expect.size());

  std::vector<std::string_view> expected, written;
  for (const auto& expectation : commit.expect) expected.push_back(expectation.key);
  for (const auto& put : commit.puts) written.push_back(put.key);
  for (const auto& key : commit.deletes) written.push_back(key);
  for (const auto* keys : {&expected, &written}) {
    for (const auto key : *keys) {
      if (auto refused = check_key(key)) return refused;
    }
  }
  for (const auto& put : commit.puts) {
    if (put.value.size() > max_value_bytes) {
      return Error{Fault::too_large, "the value of `" + put.key + "` has " +
                                         std::to_string(put.value.size()) + " bytes, above the limit of " +
                                         std::to_string(max_value_bytes)};
    }
  }
  if (const auto bytes = bytes_of(commit); bytes > max_commit_bytes) {
    return Error{Fault::too_large, "a commit of " + std::to_string(bytes) + " bytes is above the limit of " +
                                       std::to_string(max_commit_bytes)};
  }
  if (auto refused = check_distinct(std::move(expected))) return refused;
  return check_distinct(std::move(written));
}

std::size_t bytes_of(const Commit& commit) {
  std::size_t bytes = 0;
  for (const auto& expectation : commit.expect) bytes += expectation.key.size();
  for (const auto& put : commit.puts) bytes += put.key.size() + put.value.size();
  for (const auto& key : commit.deletes) bytes += key.size();
  return bytes;
}

Error closed_error() { return {Fault::closed, "the store is closed"}; }

Error compacted_error() { return {Fault::compacted, "the changes since that revision are not kept"}; }

Error conflict_error(const Expectation& expected, Revision found) {
  return {Fault::conflict, "`" + expected.key + "` is at revision " + std::to_string(found) + ", not " +
                               std::to_string(expected.revision)};
}

std::string first_key(std::string_view prefix, std::string_view after) {
  if (after < prefix) return std::string(prefix);
  std::string next(after);
  next.push_back('\0');  // nothing lies between a byte string and itself with a zero byte behind
  return next;
}

std::optional<std::string> end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace openirsa::store
