// budget: the whole second evaluator stands in one place, to be read beside the grammar it checks.
#include "policy/simple_evaluator.h"

#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <vector>

#include "base/text.h"
#include "base/time_text.h"

namespace openirsa::policy {
namespace {

using Strings = std::vector<std::string>;

struct Key {
  bool list = false;
  Strings values;
};

struct World {
  std::map<std::string, Key> context;  // names in lower case
  json::object principal;
  std::string action;
  std::string resource;
};

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string().c_str(), value.as_string().size());
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_double()) {
    std::string text = std::to_string(value.as_double());
    return text;
  }
  return json::serialize(value);
}

Strings list_of(const json::value& value) {
  Strings out;
  if (!value.is_array()) return {text_of(value)};
  for (const json::value& element : value.as_array()) out.push_back(text_of(element));
  return out;
}

// One symbol of a pattern: a character (one to four bytes), or a wildcard.
struct Token {
  bool star = false;
  bool any = false;
  std::string text;
};

Strings characters(const std::string& text) {
  Strings out;
  for (const char c : text) {
    const bool more = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (more && !out.empty())
      out.back().push_back(c);
    else
      out.push_back(std::string(1, c));
  }
  return out;
}

void add_text(std::vector<Token>& tokens, const std::string& text) {
  for (const std::string& c : characters(text)) tokens.push_back({false, false, c});
}

// The pattern as tokens; nothing when a variable in it has no value. Variables count from `from` on; npos:
// never.
std::optional<std::vector<Token>> tokens_of(const std::string& text, bool wildcards, std::size_t from,
                                            const World& world) {
  static const std::regex variable(R"(^\$\{([^},']*)(,\s*'([^']*)'\s*)?\})");
  static const std::regex spoilt(R"(^\$\{[^}']*\})");
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < text.size();) {
    std::smatch found;
    const std::string rest = text.substr(i);
    if (i >= from && text[i] == '$' && std::regex_search(rest, found, variable)) {
      i += found.length(0);
      const std::string name = found[1];
      if (name == "*" || name == "?" || name == "$") {
        add_text(tokens, name);
        continue;
      }
      const auto key = world.context.find(to_lower(std::string(trim(name))));
      if (key == world.context.end() || key->second.values.empty()) {
        if (!found[2].matched) return std::nullopt;
        add_text(tokens, found[3]);
      } else {
        if (key->second.list) return std::nullopt;
        add_text(tokens, key->second.values[0]);
      }
    } else if (i >= from && text[i] == '$' && std::regex_search(rest, spoilt)) {
      return std::nullopt;
    } else {
      if (wildcards && text[i] == '*')
        tokens.push_back({true, false, ""});
      else if (wildcards && text[i] == '?')
        tokens.push_back({false, true, ""});
      else
        tokens.push_back({false, false, std::string(1, text[i])});
      ++i;
    }
  }
  std::vector<Token> joined;  // bytes of one character belong together
  for (const Token& token : tokens) {
    const bool plain = !token.star && !token.any;
    const bool more = plain && (static_cast<unsigned char>(token.text[0]) & 0xC0) == 0x80;
    if (more && !joined.empty())
      joined.back().text += token.text;
    else
      joined.push_back(token);
  }
  return joined;
}

// table[i][j]: the first i tokens match the first j characters.
bool tokens_match(const std::vector<Token>& tokens, const std::string& text) {
  const Strings chars = characters(text);
  std::vector<std::vector<bool>> table(tokens.size() + 1, std::vector<bool>(chars.size() + 1, false));
  table[0][0] = true;
  for (std::size_t i = 1; i <= tokens.size(); ++i) {
    const Token& token = tokens[i - 1];
    for (std::size_t j = 0; j <= chars.size(); ++j) {
      if (token.star)
        table[i][j] = table[i - 1][j] || (j > 0 && table[i][j - 1]);
      else if (j > 0)
        table[i][j] = table[i - 1][j - 1] && (token.any || token.text == chars[j - 1]);
    }
  }
  return table[tokens.size()][chars.size()];
}

bool glob(const std::string& pattern, const std::string& text, bool wildcards, std::size_t from,
          const World& world) {
  const auto tokens = tokens_of(pattern, wildcards, from, world);
  return tokens && tokens_match(*tokens, text);
}

// A policy's text with the colons inside variables hidden, to find the six parts of an ARN.
std::vector<std::size_t> colons(const std::string& text, bool variables) {
  std::vector<std::size_t> out;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (variables && text.substr(i, 2) == "${" && text.find('}', i) != std::string::npos) inside = true;
    if (text[i] == '}') inside = false;
    if (text[i] == ':' && !inside && out.size() < 5) out.push_back(i);
  }
  return out;
}

Strings six_parts(const std::string& text, const std::vector<std::size_t>& at) {
  Strings out;
  std::size_t from = 0;
  for (const std::size_t colon : at) {
    out.push_back(text.substr(from, colon - from));
    from = colon + 1;
  }
  out.push_back(text.substr(from));
  return out;
}

bool arn_like(const std::string& pattern, const std::string& text, bool variables, const World& world) {
  const auto a = colons(pattern, variables);
  const auto b = colons(text, false);
  if (a.size() < 5 || b.size() < 5) return false;
  const Strings patterns = six_parts(pattern, a);
  const Strings parts = six_parts(text, b);
  for (std::size_t i = 0; i < 6; ++i) {
    if (!glob(patterns[i], parts[i], true, variables ? 0 : std::string::npos, world)) return false;
  }
  return true;
}

// A number as text whose order is the order of numbers of its sign: padded on both sides.
std::optional<std::pair<bool, std::string>> number(const std::string& text) {
  static const std::regex form(R"(([+-]?)(\d+)(\.(\d+))?)");
  std::smatch found;
  if (!std::regex_match(text, found, form)) return std::nullopt;
  std::string whole = found[2];
  std::string part = found[4];
  whole.insert(0, 60 - whole.size(), '0');
  part.append(60 - part.size(), '0');
  const bool zero = (whole + part).find_first_not_of('0') == std::string::npos;
  return std::pair{found[1] == "-" && !zero, whole + "." + part};
}

int sign_of(const std::string& a, const std::string& b) { return a < b ? -1 : a > b ? 1 : 0; }

std::optional<int> compare_numbers(const std::string& a, const std::string& b) {
  const auto x = number(a);
  const auto y = number(b);
  if (!x || !y) return std::nullopt;
  if (x->first != y->first) return x->first ? -1 : 1;
  return x->first ? sign_of(y->second, x->second) : sign_of(x->second, y->second);
}

std::optional<std::int64_t> date(const std::string& text) {
  static const std::regex epoch(R"(\d+)");
  static const std::regex form(
      R"((\d{4})(-(\d\d))?(-(\d\d))?(T(\d\d:\d\d(:\d\d(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?)?)");
  if (std::regex_match(text, epoch)) return std::stoll(text) * 1000;
  // Years before the common era: to the year is enough here.
  static const std::regex early(R"(-\d{1,6})");
  if (std::regex_match(text, early)) return (std::stoll(text) - 1970) * 31556952000;
  std::smatch found;
  if (!std::regex_match(text, found, form)) return std::nullopt;
  const auto or_else = [&](std::size_t i, const std::string& other) {
    return found[i].matched ? found[i].str() : other;
  };
  std::string full =
      found[1].str() + "-" + or_else(3, "01") + "-" + or_else(5, "01") + "T" + or_else(7, "00:00");
  const auto time = parse_iso8601(full + or_else(10, "Z"));
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

std::optional<int> compare_dates(const std::string& a, const std::string& b) {
  const auto x = date(a);
  const auto y = date(b);
  if (!x || !y) return std::nullopt;
  return *x < *y ? -1 : *x > *y ? 1 : 0;
}

// The address as a text of bits, 32 or 128 of them.
std::optional<std::string> bits(const std::string& text) {
  unsigned char raw[16];
  const bool six = text.find(':') != std::string::npos;
  if (inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), raw) != 1) return std::nullopt;
  std::string out;
  for (int i = 0; i < (six ? 16 : 4); ++i) {
    for (int bit = 7; bit >= 0; --bit) out.push_back((raw[i] >> bit & 1) != 0 ? '1' : '0');
  }
  if (out.starts_with(std::string(80, '0') + std::string(16, '1'))) out.erase(0, 96);
  return out;
}

bool in_network(const std::string& network, const std::string& address) {
  const auto slash = network.find('/');
  const auto block = bits(network.substr(0, slash));
  const auto one = bits(address);
  if (!block || !one || block->size() != one->size()) return false;
  std::size_t length = block->size();
  if (slash != std::string::npos) {
    const std::string digits = network.substr(slash + 1);
    if (!is_digits(digits)) return false;
    length = static_cast<std::size_t>(std::stoul(digits));
    if (network.find(':') != std::string::npos && block->size() == 32) length -= 96;
    if (length > block->size()) return false;
  }
  return block->substr(0, length) == one->substr(0, length);
}

bool ordered(const std::string& name, std::optional<int> order) {
  if (!order) return false;
  if (name.ends_with("LessThan")) return *order < 0;
  if (name.ends_with("LessThanEquals")) return *order <= 0;
  if (name.ends_with("GreaterThan")) return *order > 0;
  if (name.ends_with("GreaterThanEquals")) return *order >= 0;
  return *order == 0;
}

// `name` is positive here: without "Not".
bool compare_one(const std::string& name, const std::string& expected, const std::string& actual,
                 bool variables, const World& world) {
  const std::size_t from = variables ? 0 : std::string::npos;
  if (name == "StringEquals") return glob(expected, actual, false, from, world);
  if (name == "StringEqualsIgnoreCase") {
    auto tokens = tokens_of(expected, false, from, world);
    if (!tokens) return false;
    for (Token& token : *tokens) token.text = to_lower(token.text);
    return tokens_match(*tokens, to_lower(actual));
  }
  if (name == "StringLike") return glob(expected, actual, true, from, world);
  if (name.starts_with("Numeric")) return ordered(name, compare_numbers(actual, expected));
  if (name.starts_with("Date")) return ordered(name, compare_dates(actual, expected));
  if (name == "Bool") {
    const std::string e = to_lower(expected);
    return (e == "true" || e == "false") && e == to_lower(actual);
  }
  if (name == "BinaryEquals") return from_base64(expected) && from_base64(expected) == from_base64(actual);
  if (name == "IpAddress") return in_network(expected, actual);
  return arn_like(expected, actual, variables, world);
}

std::string cut(const std::string& text, const std::string& part) {
  const auto at = text.find(part);
  return at == std::string::npos ? text : text.substr(0, at) + text.substr(at + part.size());
}

bool condition_holds(std::string name, const std::string& key, const Strings& expected, bool variables,
                     const World& world) {
  const bool for_all = name.starts_with("ForAllValues:");
  const bool for_any = name.starts_with("ForAnyValue:");
  name = cut(cut(name, "ForAllValues:"), "ForAnyValue:");
  const bool if_exists = name.ends_with("IfExists");
  name = cut(name, "IfExists");
  const auto found = world.context.find(to_lower(key));
  const bool missing = found == world.context.end() || found->second.values.empty();
  if (name == "Null") {
    if (for_all || for_any) return for_all;
    return std::ranges::any_of(
        expected, [&](const std::string& e) { return to_lower(e) == (missing ? "true" : "false"); });
  }
  const bool negated = name.find("Not") != std::string::npos;
  name = cut(name, "Not");
  if (missing) return !for_any && (for_all || if_exists || negated);
  const auto holds = [&](const std::string& actual) {
    bool any = false;
    for (const std::string& e : expected) any = any || compare_one(name, e, actual, variables, world);
    return any != negated;
  };
  const Strings& values = found->second.values;
  if (for_all) return std::ranges::all_of(values, holds);
  if (for_any) return std::ranges::any_of(values, holds);
  return !found->second.list && holds(values[0]);
}

bool action_matches(const json::object& statement, const World& world) {
  const bool negated = statement.contains("NotAction");
  bool any = false;
  for (const std::string& text : list_of(statement.at(negated ? "NotAction" : "Action"))) {
    any = any || glob(to_lower(text), to_lower(world.action), true, std::string::npos, world);
  }
  return any != negated;
}

bool resource_matches(const json::object& statement, bool variables, const World& world) {
  const bool negated = statement.contains("NotResource");
  bool any = false;
  bool unknown = false;
  for (const std::string& text : list_of(statement.at(negated ? "NotResource" : "Resource"))) {
    const auto at = colons(text, variables);
    const std::size_t from = variables && at.size() == 5 ? at[4] : std::string::npos;
    const auto tokens = tokens_of(text, true, from, world);
    if (tokens)
      any = any || tokens_match(*tokens, world.resource);
    else
      unknown = true;
  }
  if (!negated) return any;
  if (text_of(statement.at("Effect")) == "Allow" && unknown) return false;
  return !any;
}

json::object principals_in(const json::value& element) {
  return element.is_string() ? json::object{{"AWS", element}} : element.as_object();
}

bool principal_named(const json::object& element, const World& world) {
  const auto have = [&](const char* name) {
    return std::string(find_string(world.principal, name).value_or(""));
  };
  const std::string kind = have("kind");
  for (const auto& [type, values] : element) {
    for (const std::string& value : list_of(values)) {
      if (type == "AWS" && value == "*") return true;
      if (type == "Federated" && kind == "federated" && value == have("arn")) return true;
      if (type == "Service" && kind == "service" && value == have("arn")) return true;
      if (type != "AWS" || kind == "federated" || kind == "service") continue;
      const std::string account = value.ends_with(":root") ? value.substr(13, 12) : value;
      if (account.size() == 12 && is_digits(account) && account == have("account")) return true;
      if (value == have("arn") || value == have("role_arn") || value == have("unique_id")) return true;
    }
  }
  return false;
}

// Strikes the caller's links (account, user or role, session) from a set as the list names them: a Deny
// spares a caller of whom nothing remains.
bool spared(const json::object& element, const World& world) {
  const auto have = [&](const char* name) {
    return std::string(find_string(world.principal, name).value_or(""));
  };
  if (world.principal.contains("bounded")) return false;
  const std::string kind = have("kind");
  if (kind == "federated" || kind == "service" || kind == "anonymous") return principal_named(element, world);
  std::set<std::string> links{"account"};
  if (kind == "user" || kind == "role") links.insert("identity");
  if (kind == "assumed_role") links.insert({"identity", "session"});
  for (const auto& [type, values] : element) {
    for (const std::string& value : list_of(values)) {
      if (type != "AWS") continue;
      if (value == "*") return true;
      if (value == have("account") || value == "arn:aws:iam::" + have("account") + ":root")
        links.erase("account");
      const bool role = value == have(kind == "assumed_role" ? "role_arn" : "arn");
      if (role || value == have("unique_id")) links.erase("identity");
      if (value == have("arn")) links.erase("session");
    }
  }
  return links.empty();
}

bool principal_matches(const json::object& statement, const World& world) {
  if (statement.contains("Principal"))
    return principal_named(principals_in(statement.at("Principal")), world);
  const json::object element = principals_in(statement.at("NotPrincipal"));
  if (text_of(statement.at("Effect")) == "Deny") return !spared(element, world);
  return !principal_named(element, world);
}

bool statement_matches(const json::object& statement, bool variables, const std::string& source,
                       const World& world) {
  if ((source == "trust" || source == "resource") && !principal_matches(statement, world)) return false;
  if (!action_matches(statement, world)) return false;
  const bool of_resources = statement.contains("Resource") || statement.contains("NotResource");
  if (of_resources && !resource_matches(statement, variables, world)) return false;
  if (!statement.contains("Condition")) return true;
  for (const auto& [name, keys] : statement.at("Condition").as_object()) {
    for (const auto& [key, values] : keys.as_object()) {
      if (!condition_holds(std::string(name), std::string(key), list_of(values), variables, world))
        return false;
    }
  }
  return true;
}

World world_of(const json::object& facts) {
  World world;
  world.principal = facts.at("principal").as_object();
  world.action = text_of(facts.at("action"));
  world.resource = text_of(facts.at("resource"));
  for (const auto& [name, value] : facts.at("context").as_object()) {
    world.context[to_lower(std::string(name))] = Key{value.is_array(), list_of(value)};
  }
  return world;
}

}  // namespace

std::string simple_decision(const json::object& one) {
  const World world = world_of(one.at("facts").as_object());
  std::set<std::string> present;
  std::set<std::string> allowing;
  bool denied = false;
  for (const json::value& given : one.at("policies").as_array()) {
    const std::string source = text_of(given.as_object().at("source"));
    present.insert(source);
    const json::object& document = given.as_object().at("document").as_object();
    const bool variables = find_string(document, "Version") == "2012-10-17";
    for (const json::value& value : document.at("Statement").as_array()) {
      const json::object& statement = value.as_object();
      if (!statement_matches(statement, variables, source, world)) continue;
      if (text_of(statement.at("Effect")) == "Deny")
        denied = true;
      else
        allowing.insert(source);
    }
  }
  if (denied) return "explicitDeny";
  const bool alone = present.contains("trust") || present == std::set<std::string>{"resource"};
  if (!alone) present.insert("identity");
  return allowing == present ? "allowed" : "implicitDeny";
}

}  // namespace openirsa::policy
