#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"

namespace openirsa {
namespace {

enum class Names { counted, compared };

// Builds the value. Member names are counted alone, as long as nobody asks which one of them occurs twice.
class StrictHandler {
 public:
  constexpr static std::size_t max_object_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_array_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_key_size = static_cast<std::size_t>(-1);
  constexpr static std::size_t max_string_size = static_cast<std::size_t>(-1);

  StrictHandler(json::storage_ptr storage, Names names) : name_use_(names) {
    stack_.reset(std::move(storage));
  }

  json::value release() { return stack_.release(); }
  std::size_t members() const { return members_; }
  const std::optional<std::string>& duplicate() const { return duplicate_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    if (name_use_ == Names::compared) open_.push_back(names_.size());
    return true;
  }
  bool on_object_end(std::size_t size, json::error_code& failure) {
    members_ += size;
    if (name_use_ == Names::compared && !names_differ()) {
      failure = json::error::syntax;
      return false;
    }
    stack_.push_object(size);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t size, json::error_code&) {
    stack_.push_array(size);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    if (name_use_ == Names::compared) key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    if (name_use_ == Names::compared) {
      key_.append(part.data(), part.size());
      names_.push_back(std::exchange(key_, {}));
    }
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code&) {
    stack_.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, json::error_code&) {
    stack_.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, json::error_code&) {
    stack_.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view, json::error_code& failure) {
    // RFC 8259 §6 leaves the range to us: a number that no double holds would be written back as `Infinity`.
    if (!std::isfinite(value)) {
      failure = json::error::exponent_overflow;
      return false;
    }
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, json::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool names_differ() {
    const auto first = names_.begin() + static_cast<std::ptrdiff_t>(open_.back());
    std::sort(first, names_.end());
    const auto twice = std::adjacent_find(first, names_.end());
    if (twice != names_.end()) duplicate_ = *twice;
    names_.erase(first, names_.end());
    open_.pop_back();
    return !duplicate_;
  }

  // Room for what small documents need while they are read; larger ones take more from the heap.
  alignas(json::value) unsigned char room_[2048];
  json::value_stack stack_{{}, room_, sizeof room_};
  Names name_use_;
  std::size_t members_ = 0;
  std::string key_;
  std::vector<std::string> names_;  // of the open objects, innermost last
  std::vector<std::size_t> open_;   // where each open object's names begin
  std::optional<std::string> duplicate_;
};

// Escaped and cut, so that a foreign name stays within one line.
std::string shown(std::string_view name) {
  constexpr std::size_t enough = 64;
  const std::string_view begin = utf8_prefix(name, enough);
  const std::string text = json::serialize(json::string(begin));
  return begin.size() < name.size() ? text + "…" : text;
}

// An object keeps one of several members with the same name.
std::size_t members_of(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += members_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) count += members_of(element);
  }
  return count;
}

Result<json::value, JsonError> parse_with(Names names, std::string_view text, const JsonLimits& limits,
                                          json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<StrictHandler> parser(options, storage, names);
  json::error_code failure;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), failure);
  if (!failure) {
    if (used != text.size())
      failure = json::error::extra_data;
    else if (!parser.done())
      failure = json::error::incomplete;
  }
  if (!failure) {
    json::value value = parser.handler().release();
    if (parser.handler().members() == members_of(value)) return value;
    return parse_with(Names::compared, text, limits, std::move(storage));
  }
  if (const auto& name = parser.handler().duplicate()) {
    return JsonError{JsonFault::duplicate_member,
                     "member name " + shown(*name) + " occurs twice in one object"};
  }
  if (failure == json::error::too_deep) {
    return JsonError{JsonFault::too_deep,
                     "nesting is deeper than " + std::to_string(limits.depth) + " levels"};
  }
  return JsonError{JsonFault::syntax,
                   "invalid JSON at byte " + std::to_string(used) + ": " + failure.message()};
}

}  // namespace

Result<json::value, JsonError> parse_json(std::string_view text, const JsonLimits& limits,
                                          json::storage_ptr storage) {
  if (!is_utf8(text)) return JsonError{JsonFault::not_utf8, "the document is not well-formed UTF-8"};
  return parse_with(Names::counted, text, limits, std::move(storage));
}

Result<json::object, JsonError> parse_json_object(std::string_view text, const JsonLimits& limits,
                                                  json::storage_ptr storage) {
  auto value = parse_json(text, limits, std::move(storage));
  if (!value) return std::move(value).error();
  if (!value->is_object()) return JsonError{JsonFault::syntax, "the document is not a JSON object"};
  return std::move(value->get_object());
}

const json::value* find_member(const json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

std::optional<std::string_view> text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const json::string& text = value->get_string();
  return std::string_view{text.data(), text.size()};
}

std::optional<std::int64_t> integer_of(const json::value* value) {
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

std::optional<std::string_view> find_string(const json::object& object, std::string_view name) {
  return text_of(find_member(object, name));
}

std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name) {
  return integer_of(find_member(object, name));
}

const json::object* find_object(const json::object& object, std::string_view name) {
  const json::value* member = find_member(object, name);
  return member == nullptr ? nullptr : member->if_object();
}

const json::array* find_array(const json::object& object, std::string_view name) {
  const json::value* member = find_member(object, name);
  return member == nullptr ? nullptr : member->if_array();
}

}  // namespace openirsa
