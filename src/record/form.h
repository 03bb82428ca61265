// How records are read from JSON and written to it; used by the record files alone. The first fault stays and
// every later read gives an empty value, so that parse functions read as a list of members.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "policy/policy.h"
#include "record/policies.h"
#include "record/record.h"
#include "record/tag.h"
#include "record/vault.h"

namespace openirsa::record {

// The parsed text of a record; what it holds lives in one piece of memory until it goes.
class Document {
 public:
  explicit Document(std::string_view text);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

 private:
  friend class Reader;
  std::array<unsigned char, 4096> buffer_;
  json::monotonic_resource memory_;
  Result<json::object, JsonError> members_;
};

class Reader {
 public:
  explicit Reader(const Document& document);  // reads `v` as well
  // The members of an object inside a record; `place` ("keys[0].") stands before their names in messages.
  Reader(const json::object& members, std::string place);

  bool has(std::string_view name) const { return !fault_ && find_member(*members_, name) != nullptr; }
  std::string text(std::string_view name);
  std::string text_or_empty(std::string_view name);  // a member that earlier releases did not write
  std::vector<std::string> texts(std::string_view name);
  std::int64_t integer(std::string_view name);
  bool flag(std::string_view name);
  Time time(std::string_view name);
  Tags tags(std::string_view name);
  json::object object(std::string_view name);
  Secret secret(std::string_view name, const Vault& vault, std::string_view record_key);
  std::optional<policy::Policy> policy(std::string_view name, policy::Kind kind);  // nothing after a fault
  // As it was accepted when the record was written; compiled when it is first used.
  std::optional<policy::Policy> stored_policy(std::string_view name, policy::Kind kind);
  Permissions permissions(std::string_view name);
  const json::object* members_of(std::string_view name);  // null after a fault

  // Calls `read(Reader&)` for each object of an array, until the first fault.
  template <class Read>
  void each(std::string_view name, Read read) {
    const json::array* array = take_array(name);
    for (std::size_t i = 0; array != nullptr && i < array->size() && !fault_; ++i) {
      const std::string place = place_ + std::string(name) + "[" + std::to_string(i) + "]";
      const json::object* members = (*array)[i].if_object();
      if (members == nullptr) return note("member `" + place + "` is not an object");
      Reader item(*members, place + ".");
      read(item);
      if (item.fault_) fault_ = std::move(item.fault_);
    }
  }

  // "member `keys[0].created` is not a time"
  void fail(std::string_view name, std::string_view why);
  bool failed() const { return fault_.has_value(); }
  RecordError error() const { return {*fault_}; }  // REQUIRES: failed()

  // What nobody asked for: members of versions to come.
  json::object unknown() const;

  // The record when every read went well and it lies under its own key.
  template <class R>
  Result<R, RecordError> finish(R& record, std::string_view key, std::string_view own_key) {
    if (!fault_ && key != own_key) note("the record lies under a key that is not its own");
    if (fault_) return error();
    record.unknown = unknown();
    return std::move(record);
  }

 private:
  const json::value* take(std::string_view name);
  const json::array* take_array(std::string_view name);
  void note(std::string message);

  const json::object* members_;
  std::string place_;
  std::vector<std::string_view> taken_;
  std::optional<std::string> fault_;
};

class Writer {
 public:
  static Writer record();  // begins with `v`
  Writer() = default;      // for an object inside a record

  void text(std::string_view name, std::string_view value);
  void texts(std::string_view name, const std::vector<std::string>& values);
  void integer(std::string_view name, std::int64_t value);
  void flag(std::string_view name, bool value);
  void time(std::string_view name, Time value);
  void tags(std::string_view name, const Tags& tags);
  void value(std::string_view name, json::value value);
  void secret(std::string_view name, const Secret& secret, const Vault& vault, std::string_view record_key);

  // An unknown member never displaces one that this version knows.
  json::object finish(const json::object& unknown);
  std::string finish_text(const json::object& unknown) { return json::serialize(finish(unknown)); }

 private:
  json::object members_;
};

}  // namespace openirsa::record
