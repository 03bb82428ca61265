// Policies + facts → decision. Explicit deny first; unknown is refused. No I/O, no clock.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/facts.h"
#include "policy/policy.h"

namespace openirsa::policy {

enum class Effect { allowed, explicit_deny, implicit_deny };
std::string_view name_of(
    Effect effect);  // "allowed", "explicitDeny", "implicitDeny" as AWS's simulator writes them

// Where a policy comes from; the kind decides how its verdict combines and which words AWS's refusal uses.
enum class Source { identity, trust, session, boundary, resource };

struct Attached {
  const Policy* policy = nullptr;
  Source source = Source::identity;
  std::string_view name;     // for traces: the policy's name or ARN
  std::string_view group{};  // the group that the caller has it from

  std::string shown_name() const;  // "ReadOnly", of a group's "group Admins: ReadOnly"
};

// One comparison of one condition (or element) in one statement, as a trace shows it.
struct Comparison {
  std::string element;   // "Action", "Resource", "Principal", "NotPrincipal", "Condition", …
  std::string op;        // "StringEquals"; empty outside conditions
  std::string key;       // "oidc.example/id/X:sub"; empty outside conditions
  std::string expected;  // the policy's values, joined by " | "
  std::string actual;    // what came, "(absent)" when the key is missing
  bool matched = false;
  std::string hint;  // a near miss in words: "differs only in case", "`*` under StringEquals is literal", …
};

// How far one statement got.
struct StatementTrace {
  std::string policy;
  Source source;
  std::size_t index = 0;  // from 0
  std::string sid;
  bool deny = false;
  bool matched = false;
  std::vector<Comparison> comparisons;  // up to and including the first that failed; near misses carry a hint
};

struct Explanation {
  std::vector<StatementTrace> statements;
};

// A decision; only decide() makes one. What allowed or refused it is named for the wire's text and for
// traces.
class Decision {
 public:
  bool allowed() const { return effect_ == Effect::allowed; }
  Effect effect() const { return effect_; }
  // Which kind of policy decided: the deny's source, or the first layer that lacks an allow.
  Source source() const { return source_; }
  // The deciding statement: its policy's name and index; nothing for an implicit deny.
  const std::string& policy_name() const { return policy_name_; }
  std::optional<std::size_t> statement() const { return statement_; }

 private:
  friend Decision decide(std::span<const Attached>, const Facts&, Explanation*);
  friend Decision decide_trust(const Policy&, const Facts&, Explanation*);
  friend Decision decide_resource(const Policy&, const Facts&, Explanation*);
  friend class Assumption;
  friend Decision root_allows();
  Decision() = default;
  Effect effect_ = Effect::implicit_deny;
  Source source_ = Source::identity;
  std::string policy_name_;
  std::optional<std::size_t> statement_;
};

// Identity, boundary and session policies of one caller in its own account (any deny denies;
// some identity policy must allow; where a boundary or session policies exist, each of those layers must
// allow too). `explanation`, where given, is filled; without it nothing is allocated beyond the decision.
Decision decide(std::span<const Attached> policies, const Facts& facts, Explanation* explanation = nullptr);

// A role's trust policy alone decides (federation: the caller has no identity policy).
Decision decide_trust(const Policy& trust, const Facts& facts, Explanation* explanation = nullptr);

// May a caller with credentials assume a role (or tag or name the session that comes of it)? The role's trust
// policy must allow. In another account the caller's own policies must allow as well; in its own, a trust
// policy that names
//   - the account leaves it to the caller's policies, boundary and session policies included;
//   - the role of the caller's session, or everyone, asks boundary and session policies alone;
//   - the user, or the session itself, asks nothing else.
// Any deny denies. `trust` is null where the role is missing: nobody may.
enum class Whose { own_account, other_account };
Decision decide_assumption(std::span<const Attached> own, const Policy* trust, const Facts& facts, Whose role,
                           Explanation* explanation = nullptr);

// What the policy of a resource says by itself. Attached to decide() it is a layer that must allow too, as
// between accounts.
Decision decide_resource(const Policy& policy, const Facts& facts, Explanation* explanation = nullptr);

// The account's root user is allowed everything in its own account.
Decision root_allows();

}  // namespace openirsa::policy
