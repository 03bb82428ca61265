// The parameters of an AWS query request: form body and query string of the target, parsed once. Duplicate
// names, in any letter case, are refused (stricter than AWS on purpose: two readers of one request must not
// see two things). What needs no decoding is not copied: it stays in the text that was parsed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "wire/error.h"

namespace openirsa::wire {

class Parameters {
 public:
  // `form` is application/x-www-form-urlencoded text. Refuses bad percent-encoding, text that is not UTF-8,
  // NUL, more than 5,000 parameters (MalformedQueryString or MalformedInput) and duplicates
  // (ValidationError). REQUIRES: `form` outlives the parameters.
  static Result<Parameters, Error> parse(std::string_view form);
  // The query string of a REST target: as parse, but the name of a list may be repeated, which is how REST
  // writes a list.
  static Result<Parameters, Error> parse_rest(std::string_view query);

  // Exact letters. In a REST query string the first of a repeated name.
  std::optional<std::string_view> find(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }
  // `Name.member.1`, `.2`, … in numeric order without gaps; `Name.1` is taken too. An absent list is empty;
  // `Name=` alone is an empty list. A gap or a non-numeric index is MalformedInput. In a REST query string
  // the list is the repeated name (`tagKeys=a&tagKeys=b`), in order.
  Result<std::vector<std::string_view>, Error> list(std::string_view name) const;
  // `Name.member.N.Key` / `.Value`: AWS tags. A member that lacks one of the two is a ValidationError.
  Result<std::vector<std::pair<std::string_view, std::string_view>>, Error> pairs(
      std::string_view name, std::string_view first, std::string_view second) const;
  // int32 as AWS parses it: `+900` and `0900` accepted, anything else MalformedInput.
  Result<std::optional<std::int64_t>, Error> integer(std::string_view name) const;
  Result<std::optional<bool>, Error> boolean(std::string_view name) const;
  std::size_t size() const { return values_.size(); }

 private:
  static Result<Parameters, Error> parse(std::string_view form, bool rest);

  using Value = std::pair<std::string_view, std::string_view>;
  std::vector<Value> values_;  // sorted by name without regard to case, stable
  std::unique_ptr<char[]> decoded_;
  bool rest_ = false;
};

}  // namespace openirsa::wire
