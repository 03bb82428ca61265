// Do the compiled policies decide as the slow second evaluator does, with and without an explanation, and is
// what was parsed parsed alike again? Input: a line with the facts of a case (see test/cases/policy), then
// for each policy a line with its source and a line with its document.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "fuzz.h"
#include "policy/case_runner.h"
#include "policy/simple_evaluator.h"

namespace {

using namespace openirsa;
using fuzz::require;
using policy::Policy;

constexpr std::string_view sources[] = {"identity", "boundary", "session", "trust", "resource"};

policy::Kind kind_of(std::string_view source) {
  if (source == "trust") return policy::Kind::trust;
  if (source == "resource") return policy::Kind::resource;
  return source == "session" ? policy::Kind::session : policy::Kind::identity;
}

std::string text_or(const json::object& object, const char* name, std::string_view otherwise) {
  return std::string(find_string(object, name).value_or(otherwise));
}

// A caller as requests have them: an anonymous one has no name, and so on.
json::object principal_of(const json::object& given) {
  const std::string kind = text_or(given, "kind", "anonymous");
  // An account is 12 digits: what else stands there names nobody, and the evaluators may differ about nobody.
  std::string account = text_or(given, "account", "");
  if (account.size() != 12 || !is_digits(account)) account = "111122223333";
  if (kind == "account")
    return {{"kind", kind}, {"arn", "arn:aws:iam::" + account + ":root"}, {"account", account}};
  if (kind == "federated" || kind == "service") return {{"kind", kind}, {"arn", text_or(given, "arn", "")}};
  if (kind != "user" && kind != "role" && kind != "assumed_role") return {{"kind", "anonymous"}};
  json::object principal{{"kind", kind},
                         {"arn", text_or(given, "arn", "")},
                         {"account", account},
                         {"unique_id", text_or(given, "unique_id", "")}};
  if (kind == "assumed_role") principal["role_arn"] = text_or(given, "role_arn", "");
  const json::value* bounded = find_member(given, "bounded");
  if (bounded != nullptr && *bounded == json::value(true)) principal["bounded"] = true;
  return principal;
}

// The facts in the form that both evaluators read.
json::object facts_of(const json::object& given) {
  static const json::object none;
  const json::object* principal = find_object(given, "principal");
  const json::object* context = find_object(given, "context");
  json::object keys;
  std::set<std::string> seen;
  for (const auto& [name, value] : context == nullptr ? none : *context) {
    if (!seen.insert(to_lower(name)).second) continue;  // no request has a key twice
    if (value.is_string()) keys[name] = value;
    if (!value.is_array()) continue;
    json::array texts;
    for (const json::value& one : value.get_array()) {
      if (one.is_string()) texts.push_back(one);
    }
    keys[name] = std::move(texts);
  }
  return {{"principal", principal_of(principal == nullptr ? none : *principal)},
          {"action", text_or(given, "action", "sts:AssumeRole")},
          {"resource", text_or(given, "resource", "*")},
          {"context", std::move(keys)}};
}

// The second evaluator is simple: it reads neither fractions and nulls in documents, nor texts without end,
// nor the odder ways of writing a date, for which time_text_fuzz has a second reading.
bool is_simple_date(std::string_view text) {
  if (is_digits(text)) return text.size() > 4 && text.size() < 13;
  if (text.find_first_of("Tt-") == text.npos) return true;
  return text.size() == 20 && text[4] == '-' && text[10] == 'T' && text[19] == 'Z' &&
         is_digits(text.substr(0, 4));
}

bool is_simple_text(std::string_view text, bool dates) {
  if (text.find('\0') != text.npos || text.size() > 120) return false;
  int run = 0;
  for (const char c : text) {
    run = c >= '0' && c <= '9' ? run + 1 : 0;
    if (run > (text.find('/') == text.npos ? 55 : 15)) return false;
  }
  return !dates || is_simple_date(text);
}

bool is_simple(const json::value& value, bool dates) {
  if (value.is_string()) return is_simple_text(value.get_string(), dates);
  if (value.is_array()) {
    return std::ranges::all_of(value.get_array(),
                               [&](const json::value& one) { return is_simple(one, dates); });
  }
  if (value.is_object()) {
    return std::ranges::all_of(value.get_object(), [&](const auto& member) {
      return is_simple_text(member.key(), false) && is_simple(member.value(), dates);
    });
  }
  return value.is_bool() || (value.is_int64() && !dates);
}

// A policy that is compiled late decides as one that was compiled at once, and a text that is none allows
// nothing.
void check_deferred(std::string_view text, policy::Kind kind,
                    const Result<Policy, policy::PolicyError>& parsed) {
  const Policy late = Policy::deferred(std::string(text), kind);
  require(late.text() == text, "the text is kept late too");
  policy::Context context;
  context.add("aws:SourceIp", "10.1.2.3");
  const policy::Facts facts{.principal = {.kind = policy::Principal::Kind::user,
                                          .arn = "arn:aws:iam::111122223333:user/ann",
                                          .account = "111122223333",
                                          .role_arn = {},
                                          .unique_id = {}},
                            .action = "sts:AssumeRole",
                            .resource = "*",
                            .context = &context};
  const auto decide = [&](const Policy& one) {
    const policy::Attached attached{.policy = &one, .source = policy::Source::identity, .name = "p"};
    return kind == policy::Kind::trust ? policy::decide_trust(one, facts).effect()
                                       : policy::decide({&attached, 1}, facts).effect();
  };
  if (parsed) {
    require(decide(late) == decide(*parsed), "late is alike");
    require(late.size_without_whitespace() == parsed->size_without_whitespace(), "and as long");
  } else {
    require(decide(late) != policy::Effect::allowed, "what cannot be read allows nothing");
  }
}

struct Case {
  json::object one;
  bool simple = true;
};

Case read_case(fuzz::Lines& lines) {
  const auto given = parse_json_object(lines.next());
  Case read;
  json::array policies;
  while (!lines.ended() && policies.size() < 4) {
    const std::string_view source = lines.next();
    const std::string_view text = lines.next();
    const bool known = std::ranges::count(sources, source) == 1;
    const std::string_view chosen = known ? source : sources[source.size() % std::size(sources)];
    const auto parsed = Policy::parse(text, kind_of(chosen));
    require(parsed || !parsed.error().message.empty(), "a refusal has AWS's text");
    check_deferred(text, kind_of(chosen), parsed);
    auto document = parse_json_object(text);
    if (!document) continue;
    const auto again = Policy::parse(json::serialize(*document), kind_of(chosen));
    require(bool(parsed) == bool(again), "white space and escapes mean nothing");
    require(!parsed || parsed->text() == text, "the text is kept");
    // One statement may stand without its array.
    if (find_object(*document, "Statement") != nullptr)
      (*document)["Statement"] = json::array{(*document)["Statement"]};
    policies.push_back({{"source", chosen}, {"name", "p"}, {"document", *std::move(document)}});
  }
  const bool dates = std::ranges::any_of(policies, [](const json::value& policy) {
    return json::serialize(policy).find("Date") != std::string::npos;
  });
  read.one = {{"policies", std::move(policies)}, {"facts", facts_of(given ? *given : json::object{})}};
  const json::object& facts = read.one.at("facts").as_object();
  read.simple = is_simple(facts, false) && is_simple(facts.at("context"), dates);
  for (const json::value& policy : read.one.at("policies").as_array()) {
    const json::object& document = policy.as_object().at("document").as_object();
    read.simple = read.simple && is_simple(document, false);
    if (!dates || find_array(document, "Statement") == nullptr) continue;
    for (const json::value& statement : *find_array(document, "Statement")) {
      const json::object* block =
          statement.is_object() ? find_object(statement.get_object(), "Condition") : nullptr;
      if (block == nullptr) continue;
      for (const auto& [name, keys] : *block)
        read.simple =
            read.simple && is_simple(keys, std::string_view(name).find("Date") != std::string_view::npos);
    }
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const Case read = read_case(lines);
  if (read.one.at("policies").as_array().empty()) return 0;
  const policy::Outcome outcome = policy::run_case(read.one);
  policy::Explanation explanation;
  require(policy::run_case(read.one, &explanation) == outcome, "an explanation changes no decision");
  if (outcome.effect.starts_with("refused") || !read.simple) return 0;
  require(policy::simple_decision(read.one) == outcome.effect, "two evaluators decide alike");
  return 0;
}
