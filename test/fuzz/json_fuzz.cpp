// Can any bytes break the JSON reader, does it agree with a second reader (nlohmann-json) about what is a
// document and what it says, and is what it accepts read alike after its own writing?
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

namespace {

using openirsa::fuzz::require;
using openirsa::json::value;
using Second = nlohmann::json;

// Near the ends of a double's range each reader has its own way of getting there, and ours refuses `0e400`:
// RFC 8259 §6 leaves the range to the reader.
bool is_extreme(std::string_view number) {
  constexpr std::size_t far = 250;
  const std::size_t e = number.find_first_of("eE");
  if (number.substr(0, e).size() > far) return true;
  if (e == number.npos) return false;
  std::string_view digits = number.substr(e + 1);
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  while (digits.starts_with('0')) digits.remove_prefix(1);
  return digits.size() > 3 || (digits.size() == 3 && digits >= "250");
}

// What our reader refuses beyond the grammar.
struct Strictness final : nlohmann::json_sax<Second> {
  std::size_t deepest = 0;
  bool duplicate = false;
  bool finite = true;
  bool extreme = false;
  std::vector<std::set<std::string>> open;

  bool down() {
    open.emplace_back();
    deepest = std::max(deepest, open.size());
    return true;
  }
  bool up() {
    open.pop_back();
    return true;
  }
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double number, const std::string& text) override {
    finite = finite && std::isfinite(number);
    extreme = extreme || is_extreme(text);
    return true;
  }
  bool string(std::string&) override { return true; }
  bool binary(Second::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return down(); }
  bool end_object() override { return up(); }
  bool start_array(std::size_t) override { return down(); }
  bool end_array() override { return up(); }
  bool key(std::string& name) override {
    if (!open.back().insert(name).second) duplicate = true;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }
};

// Doubles may move by a unit in the last place.
bool near(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-14 * std::max(std::abs(a), std::abs(b));
}

bool alike(const value& a, const value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_double()) return near(a.get_double(), b.get_double());
  if (a.is_array()) return std::ranges::equal(a.get_array(), b.get_array(), alike);
  if (!a.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
    return x.key() == y.key() && alike(x.value(), y.value());
  });
}

bool says_the_same(const value& a, const Second& b) {
  if (a.is_null()) return b.is_null();
  if (a.is_bool()) return b.is_boolean() && b.get<bool>() == a.get_bool();
  if (a.is_int64()) return b.is_number_integer() && b.get<std::int64_t>() == a.get_int64();
  if (a.is_uint64()) return b.is_number_unsigned() && b.get<std::uint64_t>() == a.get_uint64();
  if (a.is_double()) return b.is_number() && near(a.get_double(), b.get<double>());
  if (a.is_string())
    return b.is_string() && std::string_view(a.get_string()) == b.get_ref<const std::string&>();
  if (a.is_array()) {
    return b.is_array() && std::ranges::equal(a.get_array(), b, says_the_same);
  }
  return b.is_object() && a.get_object().size() == b.size() &&
         std::ranges::all_of(a.get_object(), [&](const auto& member) {
           const auto found = b.find(std::string(member.key()));
           return found != b.end() && says_the_same(member.value(), *found);
         });
}

// The second reader skips a byte-order mark and takes NUL for the end: RFC 8259 §8.1 and §2 allow neither.
bool is_plain(std::string_view text) {
  return !text.starts_with("\xEF\xBB\xBF") && text.find('\0') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = openirsa::fuzz::text_of(data, size);
  const auto value = openirsa::parse_json(text);
  const auto object = openirsa::parse_json_object(text);
  require(bool(object) == (value && value->is_object()), "objects are the documents that are objects");

  Strictness found;
  const bool wanted = is_plain(text) && Second::sax_parse(text, &found) && !found.duplicate && found.finite;
  // The limit counts levels as the reader meets them: a document within it must pass, one beyond it must not.
  const bool shallow = found.deepest <= openirsa::JsonLimits{}.depth;
  require(bool(value) == (wanted && shallow) || found.extreme, "both readers take the same documents");
  if (!value) {
    require(!value.error().message.empty() && openirsa::is_utf8(value.error().message),
            "a refusal has a text");
    require(value.error().code != openirsa::JsonFault::duplicate_member || found.duplicate || !wanted,
            "only duplicates are called so");
    return 0;
  }
  require(openirsa::is_utf8(text), "documents are UTF-8");
  if (found.extreme) return 0;
  require(says_the_same(*value, Second::parse(text)), "both readers read the same");
  const auto again = openirsa::parse_json(openirsa::json::serialize(*value));
  require(again && alike(*value, *again), "what we write we read alike");
  if (!object) return 0;
  for (const auto& member : *object) {
    const std::string_view name(member.key());
    require(openirsa::find_member(*object, name) == &member.value(), "members are found");
    require(openirsa::find_string(*object, name).has_value() == member.value().is_string() &&
                openirsa::find_integer(*object, name).has_value() == member.value().is_int64() &&
                (openirsa::find_object(*object, name) != nullptr) == member.value().is_object() &&
                (openirsa::find_array(*object, name) != nullptr) == member.value().is_array(),
            "by their type");
  }
  return 0;
}
