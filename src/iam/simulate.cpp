// SimulateCustomPolicy and SimulatePrincipalPolicy, and the context keys that their policies ask for. The
// verdicts are those of the engine that decides real calls.
#include "policy/simulate.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "iam/faults.h"
#include "iam/handlers.h"
#include "iam/page.h"
#include "iam/simulate_input.h"
#include "iam/simulated_policies.h"
#include "policy/arn.h"
#include "policy/context_keys.h"
#include "policy/statement_places.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using policy::Effect;
using policy::Simulated;
using wire::Call;

// Keys that follow from who is simulated; what ContextEntries say comes first.
void add_caller_keys(const Call& call, std::optional<std::string_view> caller_arn,
                     const std::string& unique_id, policy::Context& context) {
  const auto add = [&](std::string_view key, std::string value) {
    if (context.find(key) == nullptr) context.add_value(key, std::move(value));
  };
  const auto caller = caller_arn ? entity_of_arn(*caller_arn) : std::nullopt;
  add("aws:PrincipalAccount", caller ? std::string(caller->account) : call.account());
  if (!caller) return;
  add("aws:PrincipalArn", std::string(*caller_arn));
  if (!unique_id.empty()) add("aws:userid", unique_id);
  if (caller->kind == "user") add("aws:username", std::string(caller->name));
}

policy::Principal principal_of(const SimulationInput& input, const std::string& unique_id) {
  if (!input.caller_arn) return {};
  const auto caller = entity_of_arn(*input.caller_arn);
  const auto kind = caller->kind == "role" ? policy::Principal::Kind::role : policy::Principal::Kind::user;
  return {.kind = kind,
          .arn = *input.caller_arn,
          .account = caller->account,
          .role_arn = {},
          .unique_id = unique_id};
}

// What one page may cost, whatever MaxItems says. Each result is written out, after a look at every
// statement; an action has a result for each resource.
constexpr std::size_t most_results = 10'000;
constexpr std::size_t most_statements = 100'000;

class Simulator {
 public:
  Simulator(const SimulationInput& input, const SimulatedPolicies& policies, const policy::Context& context,
            const policy::Principal& principal)
      : input_(input), policies_(policies), context_(context), principal_(principal) {}

  // How many results a page has room for.
  std::size_t room() const {
    const std::size_t statements = policy::count_statements(simulation(false));
    return std::max<std::size_t>(
        1, std::min(most_results, most_statements / std::max<std::size_t>(1, statements)));
  }
  void write(wire::Xml& xml, std::string_view action);

 private:
  struct OfResource {
    std::string_view resource;
    bool across_accounts = false;
    Simulated result;
  };

  policy::Simulation simulation(bool across_accounts) const {
    return {.held = policies_.attached(),
            .resource_policy = input_.resource_policy ? &*input_.resource_policy : nullptr,
            .organization = input_.organization,
            .across_accounts = across_accounts};
  }
  OfResource simulate(std::string_view action, std::string_view resource) const;
  bool is_foreign(std::string_view resource) const;
  void write_statements(wire::Xml& xml, const std::vector<const Simulated*>& of);
  void write_statement(wire::Xml& xml, const policy::MatchedStatement& matched);
  const std::vector<policy::StatementPlace>& places_of(const policy::Policy& policy);

  const SimulationInput& input_;
  const SimulatedPolicies& policies_;
  const policy::Context& context_;
  const policy::Principal& principal_;
  std::map<const policy::Policy*, std::vector<policy::StatementPlace>> places_;
};

// ARNs of buckets and the like name no account: then ResourceOwner says whose they are.
bool Simulator::is_foreign(std::string_view resource) const {
  const auto arn = policy::parse_arn(resource);
  const std::string_view owner = arn && !arn->account.empty() ? arn->account : input_.resource_owner;
  return !owner.empty() && owner != principal_.account;
}

Simulator::OfResource Simulator::simulate(std::string_view action, std::string_view resource) const {
  const policy::Facts facts{
      .principal = principal_, .action = action, .resource = resource, .context = &context_};
  const bool across = input_.resource_policy && is_foreign(resource);
  return {
      .resource = resource, .across_accounts = across, .result = policy::simulate(simulation(across), facts)};
}

// The most restrictive of several.
Effect strictest(Effect a, Effect b) {
  const auto rank = [](Effect effect) {
    return effect == Effect::explicit_deny ? 2 : effect == Effect::implicit_deny ? 1 : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

void write_keys(wire::Xml& xml, const std::vector<const Simulated*>& of) {
  policy::KeyNames keys;
  for (const Simulated* one : of) {
    for (const std::string& key : one->missing_keys) keys.add(key);
  }
  xml.open("MissingContextValues");
  for (const std::string& key : keys.names()) xml.text("member", key);
  xml.close("MissingContextValues");
}

// What each kind of policy says; AWS fills it in between accounts alone.
void write_details(wire::Xml& xml, const std::vector<const Simulated*>& of, bool across_accounts) {
  xml.open("EvalDecisionDetails");
  const auto write = [&](std::string_view key, auto effect_of) {
    std::optional<Effect> strict;
    for (const Simulated* one : of) {
      const std::optional<Effect> effect = effect_of(*one);
      if (effect) strict = strict ? strictest(*strict, *effect) : *effect;
    }
    if (strict) xml.open("entry").text("key", key).text("value", policy::name_of(*strict)).close("entry");
  };
  if (across_accounts) {
    write("IAM Policy", [](const Simulated& one) { return std::optional(one.identity); });
    write("Resource Policy", [](const Simulated& one) { return one.resource; });
    write("Permissions Boundary Policy", [](const Simulated& one) { return one.boundary; });
  }
  xml.close("EvalDecisionDetails");
}

void write_organization(wire::Xml& xml, const std::vector<const Simulated*>& of) {
  if (!of.front()->organization) return;
  const bool allowed =
      std::ranges::all_of(of, [](const Simulated* one) { return one->organization == Effect::allowed; });
  xml.open("OrganizationsDecisionDetail")
      .boolean("AllowedByOrganizations", allowed)
      .close("OrganizationsDecisionDetail");
}

void write_boundary(wire::Xml& xml, const std::vector<const Simulated*>& of) {
  if (!of.front()->boundary) return;
  const bool allowed =
      std::ranges::all_of(of, [](const Simulated* one) { return one->boundary == Effect::allowed; });
  xml.open("PermissionsBoundaryDecisionDetail")
      .boolean("AllowedByPermissionsBoundary", allowed)
      .close("PermissionsBoundaryDecisionDetail");
}

const std::vector<policy::StatementPlace>& Simulator::places_of(const policy::Policy& policy) {
  const auto found = places_.find(&policy);
  if (found != places_.end()) return found->second;
  return places_.emplace(&policy, policy::statement_places(policy.text())).first->second;
}

void Simulator::write_statement(wire::Xml& xml, const policy::MatchedStatement& matched) {
  const auto& name = policies_.name_of(matched.name);
  xml.open("member").text("SourcePolicyId", name.id).text("SourcePolicyType", name.type);
  const auto& places = places_of(*matched.policy);
  const auto write = [&](std::string_view element, const policy::TextPlace& place) {
    xml.open(element);
    xml.number("Line", static_cast<std::int64_t>(place.line));
    xml.number("Column", static_cast<std::int64_t>(place.column));
    xml.close(element);
  };
  if (matched.statement < places.size()) {
    write("StartPosition", places[matched.statement].begin);
    write("EndPosition", places[matched.statement].end);
  }
  xml.close("member");
}

void Simulator::write_statements(wire::Xml& xml, const std::vector<const Simulated*>& of) {
  std::set<std::pair<const policy::Policy*, std::size_t>> written;
  xml.open("MatchedStatements");
  for (const Simulated* one : of) {
    for (const policy::MatchedStatement& matched : one->matched) {
      if (written.emplace(matched.policy, matched.statement).second) write_statement(xml, matched);
    }
  }
  xml.close("MatchedStatements");
}

void Simulator::write(wire::Xml& xml, std::string_view action) {
  std::vector<OfResource> each;
  for (const std::string_view resource : input_.resources) each.push_back(simulate(action, resource));
  Effect effect = Effect::allowed;
  std::vector<const Simulated*> deciding;
  std::vector<const Simulated*> all;
  for (const OfResource& one : each) effect = strictest(effect, one.result.effect);
  for (const OfResource& one : each) {
    all.push_back(&one.result);
    if (one.result.effect == effect) deciding.push_back(&one.result);
  }
  const bool across = std::ranges::any_of(each, &OfResource::across_accounts);
  xml.open("member");
  xml.text("EvalActionName", action);
  xml.text("EvalResourceName", each.size() == 1 ? each.front().resource : "*");
  xml.text("EvalDecision", policy::name_of(effect));
  write_statements(xml, deciding);
  write_keys(xml, all);
  write_organization(xml, all);
  write_boundary(xml, all);
  if (input_.names_resources) {
    write_details(xml, all, across);
    xml.open("ResourceSpecificResults");
    for (const OfResource& one : each) {
      xml.open("member");
      xml.text("EvalResourceName", one.resource);
      xml.text("EvalResourceDecision", policy::name_of(one.result.effect));
      write_statements(xml, {&one.result});
      write_keys(xml, {&one.result});
      if (one.across_accounts) write_details(xml, {&one.result}, true);
      write_boundary(xml, {&one.result});
      xml.close("member");
    }
    xml.close("ResourceSpecificResults");
  }
  xml.close("member");
}

wire::Error too_many_resources(std::size_t room) {
  return invalid_input({"ResourceArns takes at most ", std::to_string(room),
                        " resources with policies of so many statements."});
}

HandlerAnswer answer(const Call& call, const SimulationInput& input, const SimulatedPolicies& policies,
                     const std::string& unique_id, Page& page) {
  auto context = read_context(call);
  if (!context) return std::move(context).error();
  add_caller_keys(call, input.caller_arn, unique_id, *context);
  const policy::Principal principal = principal_of(input, unique_id);
  Simulator simulator(input, policies, *context, principal);
  const std::size_t resources = input.resources.size();
  const std::size_t room = simulator.room();
  if (resources > room) return too_many_resources(room);
  std::size_t results = 0;
  wire::Xml xml;
  xml.open("EvaluationResults");
  for (std::size_t i = 0; i < input.actions.size(); ++i) {
    const std::string number = std::to_string(i);
    const std::string place = std::string(6 - std::min<std::size_t>(number.size(), 6), '0') + number;
    if (place <= page.after()) continue;
    results += resources;
    if (results > room) page.end_early();
    if (!page.take(place)) break;
    simulator.write(xml, input.actions[i]);
  }
  xml.close("EvaluationResults");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

HandlerAnswer answer_keys(const policy::KeyNames& keys) {
  wire::Xml xml;
  xml.open("ContextKeyNames");
  for (const std::string& key : keys.names()) xml.text("member", key);
  xml.close("ContextKeyNames");
  return wire::xml_answer(xml.take());
}

void add_keys(const std::vector<policy::Policy>& policies, policy::KeyNames& keys) {
  for (const policy::Policy& policy : policies) policy::add_context_keys(policy, keys);
}

}  // namespace

HandlerAnswer simulate_custom_policy(Call& call) {
  Input input(call);
  const auto texts = read_simulation(input, true);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  auto simulation = check_simulation(texts);
  if (!simulation) return std::move(simulation).error();
  auto organization = read_organization(call);
  if (!organization) return std::move(organization).error();
  simulation->organization = *std::move(organization);
  SimulatedPolicies policies;
  policies.add_given("PolicyInputList", policy::Source::identity, simulation->policies);
  policies.add_given("PermissionsBoundaryPolicyInputList", policy::Source::boundary, simulation->boundaries);
  return answer(call, *simulation, policies, {}, page);
}

HandlerAnswer simulate_principal_policy(Call& call) {
  Input input(call);
  const auto source_arn = input.required("PolicySourceArn", rule::arn);
  auto texts = read_simulation(input, false);
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto excluded = PolicyExclusions::read(call);
  if (!excluded) return excluded.error();
  const auto source = find_policy_source(call, source_arn);
  if (!source) return source.error();
  const bool as_itself = !texts.caller_arn || *texts.caller_arn == source_arn;
  if (!texts.caller_arn) texts.caller_arn = source_arn;
  const auto simulation = check_simulation(texts);
  if (!simulation) return simulation.error();
  SimulatedPolicies policies;
  policies.add_held(call, *source, *excluded);
  // API reference, SimulatePrincipalPolicy: boundaries in the request take the place of the entity's own.
  const bool own_boundary = simulation->boundaries.empty() && !excluded->excludes_type("permission-boundary");
  if (own_boundary) policies.add_boundary(call, *source);
  policies.add_given("PolicyInputList", policy::Source::identity, simulation->policies);
  policies.add_given("PermissionsBoundaryPolicyInputList", policy::Source::boundary, simulation->boundaries);
  return answer(call, *simulation, policies, as_itself ? source->unique_id : std::string(), page);
}

HandlerAnswer get_context_keys_for_custom_policy(Call& call) {
  Input input(call);
  const auto documents = input.required_list("PolicyInputList", rule::document);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto policies = parse_policies("PolicyInputList", documents);
  if (!policies) return policies.error();
  policy::KeyNames keys;
  add_keys(*policies, keys);
  return answer_keys(keys);
}

HandlerAnswer get_context_keys_for_principal_policy(Call& call) {
  Input input(call);
  const auto documents = input.list("PolicyInputList", rule::document);
  const auto source_arn = input.required("PolicySourceArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto source = find_policy_source(call, source_arn);
  if (!source) return source.error();
  const auto policies = parse_policies("PolicyInputList", documents);
  if (!policies) return policies.error();
  SimulatedPolicies held;
  held.add_held(call, *source, {});
  policy::KeyNames keys;
  for (const policy::Attached& attached : held.attached()) {
    if (attached.policy != nullptr) policy::add_context_keys(*attached.policy, keys);
  }
  add_keys(*policies, keys);
  return answer_keys(keys);
}

}  // namespace openirsa::iam
