// Identity and trust policies together (IAM User Guide, "Policy evaluation logic": same account and
// cross-account).
#include <algorithm>

#include "policy/evaluate.h"
#include "policy/explain.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

constexpr std::string_view trust_name = "AssumeRolePolicyDocument";

// How closely a statement names the principal, the closest last.
enum class Naming { not_at_all, account, role, itself };

Naming naming_of(const NamedPrincipal& named, const Principal& principal) {
  using Named = NamedPrincipal::Kind;
  if (!named.matches(principal)) return Naming::not_at_all;
  const bool of_role = principal.kind == Principal::Kind::assumed_role;
  switch (named.kind) {
    case Named::account:
      return Naming::account;
    case Named::unique_id:
      return of_role ? Naming::role : Naming::itself;
    case Named::exact:
      return named.value == principal.arn ? Naming::itself : Naming::role;
    case Named::everyone:
    case Named::federated:
    case Named::service:
      break;
  }
  // Whoever is meant by `*` is not named himself: his limits stay.
  return Naming::role;
}

Naming naming_of(const Statement& statement, const Principal& principal) {
  Naming closest = Naming::not_at_all;
  for (const NamedPrincipal& named : statement.principals) {
    closest = std::max(closest, naming_of(named, principal));
  }
  return closest;
}

}  // namespace

class Assumption {
 public:
  Assumption(std::span<const Attached> own, const Policy* trust, const Facts& facts, Whose role)
      : own_(own), trust_(trust), facts_(facts), role_(role) {}

  Decision decide(Explanation* explanation) {
    for (const Attached& attached : own_) judge_own(attached, explanation);
    if (trust_ != nullptr && trust_->document().kind == Kind::trust) judge_trust(explanation);
    if (decision_.effect_ == Effect::explicit_deny) return decision_;
    if (role_ == Whose::other_account) {
      if (const auto silent = silent_layer(Naming::account)) return refuse(*silent);
    }
    if (naming_ == Naming::not_at_all) return refuse(Source::trust);
    if (const auto silent = silent_layer(role_ == Whose::own_account ? naming_ : Naming::account)) {
      return refuse(*silent);
    }
    decision_.effect_ = Effect::allowed;
    decision_.source_ = Source::trust;
    decision_.policy_name_ = trust_name;
    decision_.statement_ = allowed_by_;
    return decision_;
  }

 private:
  struct Layer {
    bool present = false;
    bool allows = false;
  };

  void judge_own(const Attached& attached, Explanation* explanation) {
    Layer& layer = layer_of(attached.source);
    layer.present = true;
    if (attached.policy == nullptr) return;  // a layer that is there and says nothing
    judge(attached, explanation, [&](const Statement&, std::size_t) { layer.allows = true; });
  }
  void judge_trust(Explanation* explanation) {
    judge({.policy = trust_, .source = Source::trust, .name = trust_name}, explanation,
          [&](const Statement& statement, std::size_t index) {
            const Naming naming = naming_of(statement, facts_.principal);
            if (naming <= naming_) return;
            naming_ = naming;
            allowed_by_ = index;
          });
  }
  template <class Allow>
  void judge(const Attached& attached, Explanation* explanation, Allow allow) {
    const auto& document = attached.policy->document();
    for (std::size_t i = 0; i < document.statements.size(); ++i) {
      const Statement& statement = document.statements[i];
      if (explanation != nullptr) explanation->statements.push_back(trace(attached, i, facts_));
      if (!statement.matches(facts_, document.kind)) continue;
      if (!statement.deny)
        allow(statement, i);
      else if (decision_.effect_ != Effect::explicit_deny)
        deny(attached, i);
    }
  }
  void deny(const Attached& attached, std::size_t index) {
    decision_.effect_ = Effect::explicit_deny;
    decision_.source_ = attached.source;
    decision_.policy_name_ = attached.shown_name();
    decision_.statement_ = index;
  }
  Decision refuse(Source silent) {
    decision_.source_ = silent;
    return decision_;
  }

  // The caller's own layer that had to allow and did not.
  std::optional<Source> silent_layer(Naming naming) const {
    if (naming == Naming::itself) return std::nullopt;
    if (naming == Naming::account && !identity_.allows) return Source::identity;
    if (boundary_.present && !boundary_.allows) return Source::boundary;
    if (session_.present && !session_.allows) return Source::session;
    return std::nullopt;
  }
  Layer& layer_of(Source source) {
    if (source == Source::boundary) return boundary_;
    return source == Source::session ? session_ : identity_;
  }

  std::span<const Attached> own_;
  const Policy* trust_;
  const Facts& facts_;
  Whose role_;
  Layer identity_, boundary_, session_;
  Naming naming_ = Naming::not_at_all;
  std::size_t allowed_by_ = 0;
  Decision decision_;
};

Decision decide_assumption(std::span<const Attached> own, const Policy* trust, const Facts& facts, Whose role,
                           Explanation* explanation) {
  return Assumption(own, trust, facts, role).decide(explanation);
}

}  // namespace openirsa::policy
