// Numbers, networks, addresses, patterns, ARNs and principals as policies compare them, against second
// readings that are slow and plain. Input: two lines, what a policy says and what a request says.
#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "fuzz.h"
#include "policy/arn.h"
#include "policy/condition.h"
#include "policy/pattern.h"
#include "policy/principal.h"
#include "policy/value.h"

namespace {

using namespace openirsa;
using fuzz::require;

// Sign, and digits padded on both sides so that texts compare as numbers do.
struct Padded {
  bool negative = false;
  std::string digits;
};

std::optional<Padded> naive_number(std::string text, std::size_t width) {
  Padded number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text[0] == '-';
    text.erase(0, 1);
  }
  const std::size_t dot = text.find('.');
  std::string whole = text.substr(0, dot);
  std::string part = dot == text.npos ? "0" : text.substr(dot + 1);
  if (!is_digits(whole) || !is_digits(part)) return std::nullopt;
  whole.insert(0, width - whole.size(), '0');
  part.append(width - part.size(), '0');
  number.digits = whole + part;
  if (number.digits.find_first_not_of('0') == number.digits.npos) number.negative = false;
  return number;
}

void check_numbers(std::string_view a, std::string_view b) {
  const std::size_t width = std::max(a.size(), b.size()) + 1;
  const auto x = policy::parse_decimal(a);
  const auto y = policy::parse_decimal(b);
  const auto naive_x = naive_number(std::string(a), width);
  const auto naive_y = naive_number(std::string(b), width);
  require(x.has_value() == naive_x.has_value() && y.has_value() == naive_y.has_value(),
          "both take the same numbers");
  if (!x || !y) return;
  int order = naive_x->digits.compare(naive_y->digits);
  if (naive_x->negative) order = -order;
  if (naive_x->negative != naive_y->negative) order = naive_x->negative ? -1 : 1;
  const auto compared = policy::compare(*x, *y);
  require((order < 0) == (compared < 0) && (order > 0) == (compared > 0), "numbers are in order");
}

// Bits of an address, 32 or 128; the mapped form of IPv4 counts as IPv4.
std::optional<std::string> naive_bits(const std::string& text) {
  if (text.find('\0') != text.npos) return std::nullopt;
  unsigned char raw[16];
  const bool six = text.find(':') != text.npos;
  if (inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), raw) != 1) return std::nullopt;
  std::string bits;
  for (int i = 0; i < (six ? 128 : 32); ++i) bits += (raw[i / 8] >> (7 - i % 8) & 1) != 0 ? '1' : '0';
  const std::string mapped = std::string(80, '0') + std::string(16, '1');
  return bits.starts_with(mapped) ? bits.substr(96) : bits;
}

// The bits that a network fixes, and how many an address of its family has.
std::optional<std::pair<std::string, std::size_t>> naive_network(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto bits = naive_bits(text.substr(0, slash));
  if (!bits) return std::nullopt;
  if (slash == text.npos) return std::pair{*bits, bits->size()};
  const std::string digits = text.substr(slash + 1);
  if (!is_digits(digits) || digits.size() > 3) return std::nullopt;
  std::size_t length = std::stoul(digits);
  const bool six = text.substr(0, slash).find(':') != text.npos;
  if (length > (six ? 128U : 32U)) return std::nullopt;
  if (six && bits->size() == 32) {
    if (length < 96) return std::nullopt;
    length -= 96;
  }
  return std::pair{bits->substr(0, length), bits->size()};
}

void check_networks(std::string_view a, std::string_view b) {
  const auto network = policy::parse_network(a);
  const auto address = policy::parse_address(b);
  const auto naive = naive_network(std::string(a));
  const auto bits = naive_bits(std::string(b));
  require(network.has_value() == naive.has_value(), "both take the same networks");
  require(address.has_value() == bits.has_value(), "both take the same addresses");
  if (!network || !address) return;
  const bool inside = bits->size() == naive->second && bits->starts_with(naive->first);
  require(policy::contains(*network, *address) == inside, "an address is in a network by its bits");
}

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80 && !characters.empty())
      characters.back() += c;
    else
      characters.emplace_back(1, c);
  }
  return characters;
}

// The textbook's table: rows are characters of the pattern, columns of the text.
bool naive_glob(std::string_view pattern, std::string_view text, bool wildcards) {
  const auto p = characters_of(pattern);
  const auto t = characters_of(text);
  std::vector<bool> row(t.size() + 1, false);
  row[0] = true;
  for (const std::string& c : p) {
    std::vector<bool> next(t.size() + 1, false);
    const bool star = wildcards && c == "*";
    next[0] = star && row[0];
    for (std::size_t j = 1; j <= t.size(); ++j) {
      next[j] = star ? row[j] || next[j - 1] : row[j - 1] && ((wildcards && c == "?") || c == t[j - 1]);
    }
    row = next;
  }
  return row[t.size()];
}

void check_patterns(std::string_view a, std::string_view b) {
  // Policies and requests are UTF-8 when they get here.
  if (!is_utf8(a) || !is_utf8(b) || a.size() * b.size() > 40'000) return;
  const auto compile = [&](bool wildcards, bool variables) {
    return policy::Pattern::compile(a, {.wildcards = wildcards, .variables = variables});
  };
  require(compile(true, false).matches(b, nullptr) == naive_glob(a, b, true), "wildcards");
  require(compile(false, false).matches(b, nullptr) == (a == b), "without wildcards a pattern is its text");
  require(compile(true, false).matches(b, nullptr, policy::Case::ignored) ==
              naive_glob(to_lower(a), to_lower(b), true),
          "wildcards without regard to case");
  if (a.find("${") == a.npos) {
    require(compile(true, true).matches(b, nullptr) == naive_glob(a, b, true), "no variable, no difference");
  }
  policy::Context context;
  context.add("k", b);
  const auto with_variables = compile(true, true);
  require(with_variables.resolves(&context) || !with_variables.matches(b, &context),
          "a variable without a value matches nothing");
  if (a == "${k}") require(with_variables.matches(b, &context), "a variable stands for its value");
}

std::vector<std::string_view> six_parts(std::string_view text) {
  auto parts = split(text, ':');
  if (parts.size() < 6) return {};
  const auto offset = static_cast<std::size_t>(parts[5].data() - text.data());
  parts.resize(6);
  parts[5] = text.substr(offset);
  return parts;
}

void check_arns(std::string_view a, std::string_view b) {
  const auto arn = policy::parse_arn(a);
  const auto parts = six_parts(a);
  require(arn.has_value() == (!parts.empty() && parts[0] == "arn"),
          "an ARN has six parts, and the first is `arn`");
  if (arn) {
    require(arn->partition == parts[1] && arn->service == parts[2] && arn->region == parts[3] &&
                arn->account == parts[4] && arn->resource == parts[5],
            "its parts stand between colons");
  }
  const auto pattern = policy::ArnPattern::compile(a, false);
  require(pattern.has_value() == !parts.empty(), "a pattern of ARNs has six parts");
  if (!pattern || !is_utf8(a) || !is_utf8(b) || a.size() * b.size() > 40'000) return;
  const auto others = six_parts(b);
  bool all = !others.empty();
  for (std::size_t i = 0; all && i < 6; ++i) all = naive_glob(parts[i], others[i], true);
  require(pattern->matches(b, nullptr) == all, "each part is compared by itself");
}

void check_principals(std::string_view a, std::string_view b) {
  for (const std::string_view type : {"AWS", "Federated", "Service", "Other"}) {
    const auto principal = policy::parse_principal(type, a);
    if (!principal) continue;
    require(type != "Other" && principal->text == a, "known types alone, and the text is kept");
    require(principal->kind == policy::NamedPrincipal::Kind::everyone || a.find_first_of("*?") == a.npos,
            "no wildcard in a name");
    policy::Principal caller{
        .kind = policy::Principal::Kind::federated, .arn = b, .account = {}, .role_arn = {}, .unique_id = {}};
    const bool everyone = principal->kind == policy::NamedPrincipal::Kind::everyone;
    require(principal->matches(caller) == (everyone || (type == "Federated" && a == b)),
            "providers match exactly");
    caller.kind = policy::Principal::Kind::user;
    require(type == "AWS" || !principal->matches(caller), "a user is no provider and no service");
  }
}

void check_moments(std::string_view a, std::string_view b) {
  const auto x = policy::parse_moment(a);
  const auto y = policy::parse_moment(b);
  if (x) require(x->nanoseconds >= 0 && x->nanoseconds < 1'000'000'000, "nanoseconds of a second");
  if (x && y && is_digits(a) && is_digits(b)) {
    require((*x < *y) == (x->seconds < y->seconds), "moments are in order");
  }
  if (!x || a.size() != 16 || a[10] != 'T') return;
  const auto zoned = policy::parse_moment(std::string(a) + "Z");
  const auto east = policy::parse_moment(std::string(a) + "+01:00");
  require(zoned == x && east && x->seconds - east->seconds == 3600,
          "without a zone it is UTC, and east is earlier");
}

void check_rest(std::string_view a) {
  const auto flag = policy::parse_boolean(a);
  require(flag.has_value() == (to_lower(a) == "true" || to_lower(a) == "false"), "booleans are two words");
  const auto op = policy::parse_operator(a);
  if (!op) return;
  const bool set = a.starts_with("ForAllValues:") || a.starts_with("ForAnyValue:");
  require((op->quantifier != policy::Quantifier::none) == set, "set operators are those with a prefix");
  require(op->if_exists == a.ends_with("IfExists"), "IfExists stands last");
  require(op->negated == (a.find("Not") != a.npos), "negation is in the name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, std::min<std::size_t>(size, 2048)));
  const std::string_view a = lines.next();
  const std::string_view b = lines.next();
  check_numbers(a, b);
  check_networks(a, b);
  check_patterns(a, b);
  check_arns(a, b);
  check_principals(a, b);
  check_moments(a, b);
  check_rest(a);
  return 0;
}
