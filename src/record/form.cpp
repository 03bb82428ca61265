#include "record/form.h"

#include <algorithm>

#include "base/time_text.h"
#include "record/compiled.h"

namespace openirsa::record {
namespace {

constexpr std::int64_t form_version = 1;

// Deeper than any request body may be: what was accepted and stored some levels down must be readable again.
constexpr JsonLimits limits{.depth = 128};

// To the millisecond, which `created` of a cluster shows on the wire.
std::string time_text(Time t) {
  const auto milliseconds = t - std::chrono::floor<std::chrono::seconds>(t);
  std::string text = to_iso8601(t);
  if (milliseconds.count() == 0) return text;
  const std::string digits = std::to_string(1000 + milliseconds.count());
  return text.insert(text.size() - 1, "." + digits.substr(1));
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
json::string_view json_view(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Document::Document(std::string_view text)
    : memory_(buffer_.data(), buffer_.size()), members_(parse_json_object(text, limits, &memory_)) {}

Reader::Reader(const Document& document) : members_(document.members_ ? &*document.members_ : nullptr) {
  if (members_ == nullptr) {
    fault_ = document.members_.error().message;
    return;
  }
  taken_.reserve(members_->size());
  const std::int64_t version = integer("v");
  if (fault_) return;
  if (version > form_version) {
    note("the record was written by a newer release (its form is " + std::to_string(version) +
         ", this release reads " + std::to_string(form_version) + ")");
  } else if (version < form_version) {
    fail("v", "is not a form that any release wrote");
  }
}

Reader::Reader(const json::object& members, std::string place)
    : members_(&members), place_(std::move(place)) {
  taken_.reserve(members_->size());
}

void Reader::note(std::string message) {
  if (!fault_) fault_ = std::move(message);
}

void Reader::fail(std::string_view name, std::string_view why) {
  note("member `" + place_ + std::string(name) + "` " + std::string(why));
}

const json::value* Reader::take(std::string_view name) {
  if (fault_) return nullptr;
  const json::value* member = find_member(*members_, name);
  if (member == nullptr)
    fail(name, "is missing");
  else
    taken_.push_back(name);
  return member;
}

const json::array* Reader::take_array(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return nullptr;
  if (!member->is_array()) fail(name, "is not an array");
  return member->if_array();
}

std::string Reader::text(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return {};
  if (member->is_string()) return std::string(view(member->get_string()));
  fail(name, "is not text");
  return {};
}

std::string Reader::text_or_empty(std::string_view name) {
  return fault_ || find_member(*members_, name) == nullptr ? std::string() : text(name);
}

std::vector<std::string> Reader::texts(std::string_view name) {
  std::vector<std::string> out;
  const json::array* array = take_array(name);
  if (array == nullptr) return out;
  out.reserve(array->size());
  for (const json::value& item : *array) {
    if (!item.is_string()) {
      fail(name, "is not an array of texts");
      return {};
    }
    out.emplace_back(view(item.get_string()));
  }
  return out;
}

std::int64_t Reader::integer(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return 0;
  if (member->is_int64()) return member->get_int64();
  fail(name, "is not an integer");
  return 0;
}

bool Reader::flag(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return false;
  if (member->is_bool()) return member->get_bool();
  fail(name, "is not true or false");
  return false;
}

Time Reader::time(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return {};
  const auto time = member->is_string() ? parse_iso8601(view(member->get_string())) : std::nullopt;
  if (time) return *time;
  fail(name, "is not a time");
  return {};
}

Tags Reader::tags(std::string_view name) {
  Tags out;
  const json::object* members = members_of(name);
  if (members == nullptr) return out;
  for (const auto& [key, value] : *members) {
    if (!value.is_string()) {
      fail(name, "holds a value that is not text");
      return {};
    }
    out.emplace(std::string(key.data(), key.size()), view(value.get_string()));
  }
  return out;
}

const json::object* Reader::members_of(std::string_view name) {
  const json::value* member = take(name);
  if (member == nullptr) return nullptr;
  if (!member->is_object()) fail(name, "is not an object");
  return member->if_object();
}

json::object Reader::object(std::string_view name) {
  const json::object* members = members_of(name);
  return members == nullptr ? json::object{} : json::object(*members, json::storage_ptr{});
}

Secret Reader::secret(std::string_view name, const Vault& vault, std::string_view record_key) {
  const json::value* member = take(name);
  if (member == nullptr) return {};
  auto secret = member->is_string() ? vault.open(record_key, view(member->get_string())) : std::nullopt;
  if (secret) return std::move(*secret);
  fail(name, "does not open: it was sealed under another master key or for another record");
  return {};
}

std::optional<policy::Policy> Reader::policy(std::string_view name, policy::Kind kind) {
  const json::value* member = take(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) {
    fail(name, "is not text");
    return std::nullopt;
  }
  auto compiled = compile(view(member->get_string()), kind);
  if (compiled) return std::move(*compiled);
  fail(name, "is not a policy: " + compiled.error().message);
  return std::nullopt;
}

std::optional<policy::Policy> Reader::stored_policy(std::string_view name, policy::Kind kind) {
  std::string document = text(name);
  if (fault_) return std::nullopt;
  return policy::Policy::deferred(std::move(document), kind);
}

Permissions Reader::permissions(std::string_view name) {
  const json::object* members = members_of(name);
  if (members == nullptr) return {};
  auto permissions = permissions_from(*members);
  if (permissions) return std::move(*permissions);
  note("within `" + place_ + std::string(name) + "`: " + permissions.error().message);
  return {};
}

json::object Reader::unknown() const {
  json::object out;
  if (taken_.size() == members_->size()) return out;
  for (const auto& [name, value] : *members_) {
    const std::string_view wanted{name.data(), name.size()};
    if (std::ranges::find(taken_, wanted) == taken_.end()) out.emplace(name, value);
  }
  return out;
}

Writer Writer::record() {
  Writer out;
  out.integer("v", form_version);
  return out;
}

void Writer::text(std::string_view name, std::string_view value) {
  members_.emplace(json_view(name), json_view(value));
}

void Writer::texts(std::string_view name, const std::vector<std::string>& values) {
  json::array array;
  for (const std::string& text : values) array.emplace_back(json_view(text));
  value(name, std::move(array));
}

void Writer::integer(std::string_view name, std::int64_t value) { members_.emplace(json_view(name), value); }
void Writer::flag(std::string_view name, bool value) { members_.emplace(json_view(name), value); }
void Writer::time(std::string_view name, Time value) { text(name, time_text(value)); }

void Writer::tags(std::string_view name, const Tags& tags) {
  json::object object;
  for (const auto& [key, text] : tags) object.emplace(json_view(key), json_view(text));
  value(name, std::move(object));
}

void Writer::value(std::string_view name, json::value value) {
  members_.emplace(json_view(name), std::move(value));
}

void Writer::secret(std::string_view name, const Secret& secret, const Vault& vault,
                    std::string_view record_key) {
  text(name, vault.seal(record_key, secret));
}

json::object Writer::finish(const json::object& unknown) {
  for (const auto& [name, value] : unknown) members_.emplace(name, value);
  return std::move(members_);
}

}  // namespace openirsa::record
