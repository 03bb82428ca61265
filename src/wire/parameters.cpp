#include "wire/parameters.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace openirsa::wire {

namespace {

constexpr std::size_t max_parameters = 5000;

// The list-valued query parameters of our REST services: the only names that may stand more than once.
bool is_rest_list(std::string_view name) {
  return name == "clusterVersions" || name == "include" || name == "tagKeys";
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int compare_ignoring_case(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto x = static_cast<unsigned char>(lower(a[i]));
    const auto y = static_cast<unsigned char>(lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

struct ByName {
  using Value = std::pair<std::string_view, std::string_view>;
  bool operator()(const Value& a, const Value& b) const {
    return compare_ignoring_case(a.first, b.first) < 0;
  }
  bool operator()(const Value& a, std::string_view b) const { return compare_ignoring_case(a.first, b) < 0; }
};

Error malformed(std::string_view name, std::string_view why) {
  return {Code::malformed_input, "`" + std::string(name) + "` " + std::string(why)};
}

// Whether a piece stands for itself: ASCII without NUL and with nothing to decode, as a token of a thousand
// letters is.
bool is_plain(std::string_view piece) {
  // One byte of verdict for each letter, so that a block becomes a few vector instructions.
  const auto is_odd = [](char c) {
    const auto value = static_cast<signed char>(c);  // negative: not ASCII
    return static_cast<std::uint8_t>(static_cast<std::uint8_t>(value <= 0) |
                                     static_cast<std::uint8_t>(value == '%') |
                                     static_cast<std::uint8_t>(value == '+'));
  };
  constexpr std::size_t block = 64;
  while (piece.size() >= block) {
    std::uint8_t odd = 0;
    for (std::size_t i = 0; i < block; ++i) odd = static_cast<std::uint8_t>(odd | is_odd(piece[i]));
    if (odd != 0) return false;
    piece.remove_prefix(block);
  }
  return std::ranges::none_of(piece, [&](char c) { return is_odd(c) != 0; });
}

// Decodes the pieces of one form. What is decoded is never longer than what it stands for, so that one block
// of the form's length holds it all.
class Decoder {
 public:
  Decoder(std::unique_ptr<char[]>& block, std::size_t form_size, bool rest)
      : block_(block), form_size_(form_size), rest_(rest) {}

  // Takes the well-formed text only: what handlers compare and store is UTF-8 without NUL.
  Result<std::string_view, Error> decode(std::string_view piece) {
    if (is_plain(piece)) return piece;
    const auto decoded = form_decode(piece);
    if (!decoded)
      return Error{Code::malformed_query_string, "The query string contains a broken percent-encoding."};
    if (!is_utf8(*decoded)) return refuse("A parameter is not UTF-8 text.");
    if (decoded->find('\0') != std::string_view::npos) return refuse("A parameter contains a NUL.");
    return keep(*decoded);
  }

 private:
  std::string_view keep(std::string_view text) {
    if (block_ == nullptr) block_ = std::make_unique_for_overwrite<char[]>(form_size_);
    char* to = block_.get() + used_;
    std::ranges::copy(text, to);
    used_ += text.size();
    return {to, text.size()};
  }
  Error refuse(std::string why) const {
    return {rest_ ? Code::malformed_query_string : Code::malformed_input, std::move(why)};
  }

  std::unique_ptr<char[]>& block_;
  std::size_t form_size_;
  bool rest_;
  std::size_t used_ = 0;
};

// As std::count, but as quick as the search for the next one.
std::size_t count_of(char wanted, std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(wanted); at != std::string_view::npos; at = text.find(wanted, at + 1))
    ++count;
  return count;
}

// `1`, `2`, …: no sign, no leading zero, so that one member has one name.
std::optional<std::size_t> member_index(std::string_view text) {
  if (!is_digits(text) || text.front() == '0') return std::nullopt;
  const auto index = parse_integer(text);
  if (!index || *index > static_cast<std::int64_t>(max_parameters)) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

struct Member {
  std::size_t index;
  std::string_view rest;  // after the index and its dot; empty for a plain member
  std::string_view value;
};

std::string lower_camel(std::string_view name) {
  std::string text(name);
  if (!text.empty()) text.front() = lower(text.front());
  return text;
}

}  // namespace

Result<Parameters, Error> Parameters::parse(std::string_view form) { return parse(form, false); }
Result<Parameters, Error> Parameters::parse_rest(std::string_view query) { return parse(query, true); }

Result<Parameters, Error> Parameters::parse(std::string_view form, bool rest) {
  Parameters parameters;
  parameters.rest_ = rest;
  if (form.empty()) return parameters;
  const std::size_t separators = count_of('&', form);
  if (separators >= max_parameters) {
    return Error{Code::malformed_input, "The request has more than 5000 parameters."};
  }
  auto& values = parameters.values_;
  values.reserve(separators + 1);
  Decoder decoder(parameters.decoded_, form.size(), rest);
  while (true) {
    const auto end = form.find('&');
    const auto piece = form.substr(0, end);
    if (!piece.empty()) {
      const auto equals = piece.find('=');
      const auto name = decoder.decode(piece.substr(0, equals));
      if (!name) return name.error();
      if (name->empty()) return Error{Code::malformed_query_string, "A parameter has no name."};
      const auto value =
          decoder.decode(equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1));
      if (!value) return value.error();
      values.emplace_back(*name, *value);
    }
    if (end == std::string_view::npos) break;
    form.remove_prefix(end + 1);
  }
  // Only REST keeps repeated names, whose order counts; sorting stably would cost every exchange an
  // allocation.
  if (rest) {
    std::stable_sort(values.begin(), values.end(), ByName{});
  } else {
    std::sort(values.begin(), values.end(), ByName{});
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (compare_ignoring_case(values[i - 1].first, values[i].first) != 0) continue;
    if (rest && values[i - 1].first == values[i].first && is_rest_list(values[i].first)) continue;
    return Error{Code::validation_error,
                 "The parameter `" + std::string(values[i].first) + "` is given more than once."};
  }
  return parameters;
}

std::optional<std::string_view> Parameters::find(std::string_view name) const {
  constexpr std::size_t few = 16;  // looked through more quickly than they are searched
  if (values_.size() <= few) {
    const auto found = std::ranges::find(values_, name, &Value::first);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }
  const auto found = std::lower_bound(values_.begin(), values_.end(), name, ByName{});
  if (found == values_.end() || found->first != name) return std::nullopt;
  return found->second;
}

namespace {

// The members `Name.member.N…` or `Name.N…` in order of their index; several may share one index.
template <class Values>
Result<std::vector<Member>, Error> members_of(const Values& values, std::string_view name) {
  std::vector<Member> members;
  // Lists are optional nearly everywhere, and nearly always absent.
  if (std::ranges::none_of(values, [&](const auto& value) {
        return value.first.size() > name.size() && value.first[name.size()] == '.' &&
               equal_ignoring_case(value.first.substr(0, name.size()), name);
      })) {
    return members;
  }
  std::string prefix(name);
  prefix += '.';
  bool long_form = false;
  bool short_form = false;
  auto at = std::lower_bound(values.begin(), values.end(), std::string_view(prefix), ByName{});
  for (; at != values.end(); ++at) {
    std::string_view tail = at->first;
    if (compare_ignoring_case(tail.substr(0, prefix.size()), prefix) != 0) break;
    if (!tail.starts_with(prefix)) continue;
    tail.remove_prefix(prefix.size());
    const bool is_long = tail.starts_with("member.");
    if (is_long) tail.remove_prefix(7);
    (is_long ? long_form : short_form) = true;
    const auto dot = tail.find('.');
    const auto index = member_index(tail.substr(0, dot));
    if (!index) return malformed(at->first, "has no valid index");
    const auto rest = dot == std::string_view::npos ? std::string_view() : tail.substr(dot + 1);
    if (dot != std::string_view::npos && rest.empty()) return malformed(at->first, "ends with a dot");
    members.push_back({*index, rest, at->second});
  }
  // `Name.1` and `Name.member.1` in one request would give one member two values.
  if (long_form && short_form) return malformed(name, "is given in two forms");
  std::stable_sort(members.begin(), members.end(),
                   [](const Member& a, const Member& b) { return a.index < b.index; });
  std::size_t last = 0;
  for (const Member& member : members) {
    if (member.index > last + 1) return malformed(name, "has a gap in its members");
    last = member.index;
  }
  return members;
}

}  // namespace

Result<std::vector<std::string_view>, Error> Parameters::list(std::string_view name) const {
  std::vector<std::string_view> list;
  if (rest_) {
    auto at = std::lower_bound(values_.begin(), values_.end(), name, ByName{});
    for (; at != values_.end() && at->first == name; ++at) list.emplace_back(at->second);
    return list;
  }
  auto members = members_of(values_, name);
  if (!members) return std::move(members).error();
  const auto whole = find(name);
  if (whole && (!whole->empty() || !members->empty())) return malformed(name, "is a list");
  list.reserve(members->size());
  for (const Member& member : *members) {
    if (!member.rest.empty()) return malformed(name, "is a list of texts");
    list.push_back(member.value);
  }
  return list;
}

Result<std::vector<std::pair<std::string_view, std::string_view>>, Error> Parameters::pairs(
    std::string_view name, std::string_view first, std::string_view second) const {
  auto members = members_of(values_, name);
  if (!members) return std::move(members).error();
  const auto whole = find(name);
  if (whole && (!whole->empty() || !members->empty())) return malformed(name, "is a list");
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  ValidationErrors missing;
  const auto& all = *members;
  for (std::size_t i = 0; i < all.size();) {
    const std::size_t index = all[i].index;
    std::optional<std::string_view> a;
    std::optional<std::string_view> b;
    for (; i < all.size() && all[i].index == index; ++i) {
      if (all[i].rest == first) a = all[i].value;
      if (all[i].rest == second) b = all[i].value;
    }
    const std::string field = lower_camel(name) + "." + std::to_string(index) + ".member.";
    if (!a) missing.add(field + lower_camel(first), must_not_be_null());
    if (!b) missing.add(field + lower_camel(second), must_not_be_null());
    if (a && b) pairs.emplace_back(*a, *b);
  }
  if (!missing.empty()) return missing.error();
  return pairs;
}

Result<std::optional<std::int64_t>, Error> Parameters::integer(std::string_view name) const {
  const auto text = find(name);
  if (!text) return std::optional<std::int64_t>();
  const auto digits = text->starts_with('+') ? text->substr(1) : *text;
  const auto value = text->starts_with('+') && !is_digits(digits) ? std::nullopt : parse_integer(digits);
  if (!value || *value < std::numeric_limits<std::int32_t>::min() ||
      *value > std::numeric_limits<std::int32_t>::max()) {
    return malformed(name, "is not an integer");
  }
  return value;
}

Result<std::optional<bool>, Error> Parameters::boolean(std::string_view name) const {
  const auto text = find(name);
  if (!text) return std::optional<bool>();
  if (equal_ignoring_case(*text, "true")) return std::optional(true);
  if (equal_ignoring_case(*text, "false")) return std::optional(false);
  return malformed(name, "is neither true nor false");
}

}  // namespace openirsa::wire
