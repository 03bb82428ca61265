// Strict JSON (RFC 8259) for every document that decides something: token headers, claims, key sets,
// policies, records and request bodies. Stricter than the RFC on purpose: duplicate member names are refused
// (two readers of one document must not see two things), nesting is bounded, the text must be UTF-8 without a
// byte-order mark. The only include of Boost.JSON.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace openirsa {

namespace json = boost::json;

enum class JsonFault { syntax, duplicate_member, too_deep, not_utf8 };

struct JsonError {
  JsonFault code;
  std::string message;  // one lower-case line; names the member or the offset
};

struct JsonLimits {
  std::size_t depth = 64;
};

// REQUIRES: `storage` outlives the value, where one is given.
Result<json::value, JsonError> parse_json(std::string_view text, const JsonLimits& limits = {},
                                          json::storage_ptr storage = {});

// As parse_json, and the document must be an object (fault `syntax` otherwise).
Result<json::object, JsonError> parse_json_object(std::string_view text, const JsonLimits& limits = {},
                                                  json::storage_ptr storage = {});

// The member when it is there and has the type; nothing otherwise.
const json::value* find_member(const json::object& object, std::string_view name);
// Of a member that may be absent (null) or something else.
std::optional<std::string_view> text_of(const json::value* value);
std::optional<std::int64_t> integer_of(const json::value* value);
std::optional<std::string_view> find_string(const json::object& object, std::string_view name);
std::optional<std::int64_t> find_integer(const json::object& object, std::string_view name);
const json::object* find_object(const json::object& object, std::string_view name);
const json::array* find_array(const json::object& object, std::string_view name);

}  // namespace openirsa
