#include "policy/evaluate.h"

#include <array>

#include "base/text.h"
#include "policy/explain.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

// In the order in which a silent layer is named.
constexpr std::array<Source, 5> layers{Source::identity, Source::boundary, Source::session, Source::trust,
                                       Source::resource};

struct Found {
  const Attached* policy = nullptr;
  std::size_t statement = 0;
};

// What the policies of one kind say together: one allow is enough.
struct Layer {
  bool present = false;
  std::optional<Found> allow;
};

struct Verdicts {
  std::optional<Found> deny;  // the first
  std::array<Layer, layers.size()> by_source;

  Layer& of(Source source) { return by_source[static_cast<std::size_t>(source)]; }
};

void judge(const Attached& attached, const Facts& facts, Verdicts& verdicts, Explanation* explanation) {
  verdicts.of(attached.source).present = true;
  if (attached.policy == nullptr) return;  // a layer that is there and says nothing
  const auto& document = attached.policy->document();
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    const Statement& statement = document.statements[i];
    if (explanation != nullptr) explanation->statements.push_back(trace(attached, i, facts));
    if (!statement.matches(facts, document.kind)) continue;
    auto& slot = statement.deny ? verdicts.deny : verdicts.of(attached.source).allow;
    if (!slot) slot = Found{&attached, i};
    if (statement.deny && explanation == nullptr) return;
  }
}

Verdicts judge_all(std::span<const Attached> policies, const Facts& facts, Explanation* explanation) {
  Verdicts verdicts;
  for (const Attached& attached : policies) {
    judge(attached, facts, verdicts, explanation);
    if (verdicts.deny && explanation == nullptr) break;  // nothing can outweigh it
  }
  return verdicts;
}

struct Alone {
  Effect effect;
  std::size_t statement;
};

// Only a document that was read as one of its kind names its principals; any other must not let everybody in.
std::optional<Alone> judge_alone(const Attached& attached, Kind kind, const Facts& facts,
                                 Explanation* explanation) {
  if (attached.policy->document().kind != kind) return std::nullopt;
  Verdicts verdicts;
  judge(attached, facts, verdicts, explanation);
  if (verdicts.deny) return Alone{Effect::explicit_deny, verdicts.deny->statement};
  const auto& allow = verdicts.of(attached.source).allow;
  if (!allow) return std::nullopt;
  return Alone{Effect::allowed, allow->statement};
}

}  // namespace

std::string_view name_of(Effect effect) {
  switch (effect) {
    case Effect::allowed:
      return "allowed";
    case Effect::explicit_deny:
      return "explicitDeny";
    case Effect::implicit_deny:
      break;
  }
  return "implicitDeny";
}

std::string Attached::shown_name() const {
  return group.empty() ? std::string(name) : concatenate({"group ", group, ": ", name});
}

Decision decide(std::span<const Attached> policies, const Facts& facts, Explanation* explanation) {
  Verdicts verdicts = judge_all(policies, facts, explanation);
  Decision decision;
  const auto settle = [&](Effect effect, const Found& found) {
    decision.effect_ = effect;
    decision.source_ = found.policy->source;
    decision.policy_name_ = found.policy->shown_name();
    decision.statement_ = found.statement;
  };
  if (verdicts.deny) {
    settle(Effect::explicit_deny, *verdicts.deny);
    return decision;
  }
  for (const Source source : layers) {
    const Layer& layer = verdicts.of(source);
    const bool needed = layer.present || source == Source::identity;
    if (!needed || layer.allow) continue;
    decision.source_ = source;
    return decision;
  }
  settle(Effect::allowed, *verdicts.of(Source::identity).allow);
  return decision;
}

Decision decide_trust(const Policy& trust, const Facts& facts, Explanation* explanation) {
  const Attached attached{.policy = &trust, .source = Source::trust, .name = "AssumeRolePolicyDocument"};
  Decision decision;
  decision.source_ = Source::trust;
  const auto alone = judge_alone(attached, Kind::trust, facts, explanation);
  if (!alone) return decision;
  decision.effect_ = alone->effect;
  decision.policy_name_ = attached.name;
  decision.statement_ = alone->statement;
  return decision;
}

Decision decide_resource(const Policy& policy, const Facts& facts, Explanation* explanation) {
  const Attached attached{.policy = &policy, .source = Source::resource, .name = "ResourcePolicy"};
  Decision decision;
  decision.source_ = Source::resource;
  const auto alone = judge_alone(attached, Kind::resource, facts, explanation);
  if (!alone) return decision;
  decision.effect_ = alone->effect;
  decision.policy_name_ = attached.name;
  decision.statement_ = alone->statement;
  return decision;
}

Decision root_allows() {
  Decision decision;
  decision.effect_ = Effect::allowed;
  return decision;
}

}  // namespace openirsa::policy
