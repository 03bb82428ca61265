#include "policy/simulate.h"

#include <algorithm>

#include "policy/context_keys.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

// What the policies of one source say alone. decide() needs an identity policy to allow, so each is asked as
// one.
Effect verdict_of(Source source, std::span<const Attached> held, const Facts& facts) {
  std::vector<Attached> alone;
  for (const Attached& attached : held) {
    if (attached.source == source)
      alone.push_back({.policy = attached.policy, .source = Source::identity, .name = attached.name});
  }
  return decide(alone, facts).effect();
}

// How far the allow of a resource's policy reaches within one account (IAM User Guide, "Policy evaluation for
// requests within a single account"): a user named is not held back by what its own policies leave unsaid; a
// role named is held back by its boundary alone; an account named hands the matter to the identity's
// policies.
enum class Reach { account, role, user };

Reach reach_of(const Policy& policy, const Facts& facts) {
  const auto& document = policy.document();
  Reach reach = Reach::account;
  for (const Statement& statement : document.statements) {
    if (statement.deny || statement.not_principals || !statement.matches(facts, document.kind)) continue;
    const bool by_name = std::ranges::any_of(statement.principals, [&](const NamedPrincipal& named) {
      return named.kind != NamedPrincipal::Kind::account && named.matches(facts.principal);
    });
    if (by_name) reach = facts.principal.kind == Principal::Kind::role ? Reach::role : Reach::user;
  }
  return reach;
}

// Deny at any level denies; without an allow at some level nothing is allowed (AWS Organizations User Guide,
// "SCP evaluation").
std::optional<Effect> verdict_of_organization(std::span<const std::vector<Policy>> levels,
                                              const Facts& facts) {
  if (levels.empty()) return std::nullopt;
  Effect verdict = Effect::allowed;
  for (const std::vector<Policy>& level : levels) {
    std::vector<Attached> attached;
    for (const Policy& policy : level)
      attached.push_back({.policy = &policy, .source = Source::identity, .name = {}});
    const Effect effect = decide(attached, facts).effect();
    if (effect == Effect::explicit_deny) return effect;
    if (effect != Effect::allowed) verdict = effect;
  }
  return verdict;
}

bool allows(const std::optional<Effect>& effect) { return effect == Effect::allowed; }

Effect combine(const Simulated& each, const Simulation& simulation, const Facts& facts) {
  const auto denies = [](const std::optional<Effect>& effect) { return effect == Effect::explicit_deny; };
  if (denies(each.identity) || denies(each.boundary) || denies(each.resource) || denies(each.organization))
    return Effect::explicit_deny;
  if (each.organization && !allows(each.organization)) return Effect::implicit_deny;
  const bool bounded = each.boundary && !allows(each.boundary);
  const bool held = allows(each.identity) && !bounded;
  const auto verdict = [](bool allowed) { return allowed ? Effect::allowed : Effect::implicit_deny; };
  if (!each.resource) return verdict(held);
  if (simulation.across_accounts) return verdict(held && allows(each.resource));
  if (held || !allows(each.resource)) return verdict(held);
  const Reach reach = reach_of(*simulation.resource_policy, facts);
  return verdict(reach == Reach::user || (reach == Reach::role && !bounded));
}

void add_matched(const Attached& attached, const Facts& facts, Effect effect,
                 std::vector<MatchedStatement>& matched) {
  if (attached.policy == nullptr) return;
  const auto& document = attached.policy->document();
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    const Statement& statement = document.statements[i];
    const bool decides = statement.deny == (effect == Effect::explicit_deny);
    if (decides && statement.matches(facts, document.kind))
      matched.push_back({attached.policy, attached.source, attached.name, i});
  }
}

}  // namespace

Simulated simulate(const Simulation& simulation, const Facts& facts) {
  Simulated result;
  result.identity = verdict_of(Source::identity, simulation.held, facts);
  const bool bounded = std::ranges::any_of(
      simulation.held, [](const Attached& attached) { return attached.source == Source::boundary; });
  if (bounded) result.boundary = verdict_of(Source::boundary, simulation.held, facts);
  if (simulation.resource_policy != nullptr)
    result.resource = decide_resource(*simulation.resource_policy, facts).effect();
  result.organization = verdict_of_organization(simulation.organization, facts);
  result.effect = combine(result, simulation, facts);

  KeyNames missing;
  for (const Attached& attached : simulation.held) {
    if (attached.policy != nullptr) add_missing_keys(*attached.policy, facts, missing);
    // A boundary limits and grants nothing: its allows bring nothing about.
    const bool decides = attached.source == Source::identity || result.effect == Effect::explicit_deny;
    if (decides && result.effect != Effect::implicit_deny)
      add_matched(attached, facts, result.effect, result.matched);
  }
  if (simulation.resource_policy != nullptr) {
    add_missing_keys(*simulation.resource_policy, facts, missing);
    if (result.effect != Effect::implicit_deny)
      add_matched({.policy = simulation.resource_policy, .source = Source::resource, .name = {}}, facts,
                  result.effect, result.matched);
  }
  result.missing_keys = missing.names();
  return result;
}

std::size_t count_statements(const Simulation& simulation) {
  std::size_t count = 0;
  const auto add = [&](const Policy* policy) {
    if (policy != nullptr) count += policy->document().statements.size();
  };
  for (const Attached& attached : simulation.held) add(attached.policy);
  for (const std::vector<Policy>& level : simulation.organization) {
    for (const Policy& policy : level) add(&policy);
  }
  add(simulation.resource_policy);
  return count;
}

}  // namespace openirsa::policy
