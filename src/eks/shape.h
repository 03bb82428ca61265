// What a request body may hold, as a table in the form of the service model. Members that the table does not
// name are ignored and `null` counts as absent, as AWS does it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "wire/error.h"

namespace openirsa::eks {

struct Shape;
struct Member {
  std::string_view name;
  const Shape* shape;
  bool required = false;
};

enum class Type : std::uint8_t { text, flag, list, map, structure };  // map: of texts

struct Shape {
  Type type;
  std::span<const Member> members{};                           // structure
  const Shape* element = nullptr;                              // list
  std::span<const std::string_view> values{};                  // text: no other is allowed
  std::size_t most = std::numeric_limits<std::size_t>::max();  // list, map
};

// The members that the shape names. A member of another type refuses at once; constraints are collected in
// `errors` for the caller to report with its own.
Result<json::object, wire::Error> take(const Shape& shape, const json::object& given,
                                       wire::ValidationErrors& errors);

extern const Shape create_cluster_request;
extern const Shape tag_resource_request;

}  // namespace openirsa::eks
