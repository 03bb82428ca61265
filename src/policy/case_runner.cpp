#include "policy/case_runner.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace openirsa::policy {
namespace {

Source source_named(std::string_view name) {
  for (const Source source :
       {Source::identity, Source::trust, Source::session, Source::boundary, Source::resource}) {
    if (name_of_source(source) == name) return source;
  }
  throw std::runtime_error("unknown source in a case");
}

Principal::Kind kind_named(std::string_view name) {
  using enum Principal::Kind;
  if (name == "account") return account;
  if (name == "user") return user;
  if (name == "role") return role;
  if (name == "assumed_role") return assumed_role;
  if (name == "federated") return federated;
  if (name == "service") return service;
  if (name == "anonymous") return anonymous;
  throw std::runtime_error("unknown kind of principal in a case");
}

Kind kind_of(Source source) {
  if (source == Source::trust) return Kind::trust;
  if (source == Source::resource) return Kind::resource;
  return source == Source::session ? Kind::session : Kind::identity;
}

void fill(Context& context, const json::object& keys) {
  for (const auto& key : keys) {
    const std::string_view name(key.key().data(), key.key().size());
    if (const auto* list = key.value().if_array()) {
      std::vector<std::string_view> values;
      for (const json::value& value : *list)
        values.push_back({value.as_string().data(), value.as_string().size()});
      context.add_list(name, std::move(values));
    } else {
      context.add(name, {key.value().as_string().data(), key.value().as_string().size()});
    }
  }
}

Facts facts_of(const json::object& facts, const Context& context) {
  const json::object& principal = facts.at("principal").as_object();
  const auto text = [&](const char* name) { return find_string(principal, name).value_or(""); };
  return {.principal = {.kind = kind_named(text("kind")),
                        .arn = text("arn"),
                        .account = text("account"),
                        .role_arn = text("role_arn"),
                        .unique_id = text("unique_id"),
                        .bounded = principal.contains("bounded")},
          .action = *find_string(facts, "action"),
          .resource = *find_string(facts, "resource"),
          .context = &context};
}

}  // namespace

std::string_view name_of_source(Source source) {
  switch (source) {
    case Source::identity:
      return "identity";
    case Source::trust:
      return "trust";
    case Source::session:
      return "session";
    case Source::resource:
      return "resource";
    case Source::boundary:
      break;
  }
  return "boundary";
}

CompiledCase::CompiledCase(const json::array& policies) {
  for (const json::value& value : policies) {
    const json::object& given = value.as_object();
    const Source source = source_named(*find_string(given, "source"));
    auto policy = Policy::parse(json::serialize(given.at("document")), kind_of(source));
    if (!policy) {
      refusal_ = "refused: " + policy.error().message;
      return;
    }
    policies_.push_back(std::move(*policy));
    sources_.push_back(source);
    names_.emplace_back(*find_string(given, "name"));
  }
}

Outcome CompiledCase::run(const json::object& given, Explanation* explanation) const {
  if (!refusal_.empty()) return {refusal_, ""};
  std::vector<Attached> attached;
  for (std::size_t i = 0; i < policies_.size(); ++i)
    attached.push_back({.policy = &policies_[i], .source = sources_[i], .name = names_[i]});
  Context context;
  fill(context, given.at("context").as_object());
  const Facts facts = facts_of(given, context);
  const auto is_alone = [&](Source source) { return attached.size() == 1 && attached[0].source == source; };
  const Decision decision = is_alone(Source::trust)      ? decide_trust(policies_[0], facts, explanation)
                            : is_alone(Source::resource) ? decide_resource(policies_[0], facts, explanation)
                                                         : decide(attached, facts, explanation);
  return {std::string(name_of(decision.effect())), std::string(name_of_source(decision.source()))};
}

Outcome run_case(const json::object& one, Explanation* explanation) {
  return CompiledCase(one.at("policies").as_array()).run(one.at("facts").as_object(), explanation);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace openirsa::policy
