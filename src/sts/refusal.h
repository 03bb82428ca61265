// How a refused exchange looks to its caller (AWS's code and text, nothing more) and to its owner (the
// trace). One function builds each answer that must look alike.
#pragma once

#include <string>
#include <string_view>

#include "policy/evaluate.h"
#include "record/cluster.h"
#include "record/role.h"
#include "sts/session_seal.h"
#include "token/fault.h"
#include "token/signed_token.h"
#include "wire/operation.h"

namespace openirsa::sts {

// Two blanks after the comma: AWS's own text.
constexpr std::string_view verification_key_text =
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity "
    "documentation for requirements";

constexpr std::string_view communication_text =
    "The identity provider that was asked to verify the token could not be reached. Retry the request a "
    "limited "
    "number of times.";

wire::Error web_identity_error(const token::Refusal& refusal, Time now);
// A missing role, a wrong principal and a false condition answer with this alone.
wire::Error not_authorised(std::string_view action);

// The trace's step that each fault of the verifier belongs to, and what was passed before it (AWS's order).
wire::Step step_of(token::Fault fault);
void pass_steps_before(wire::Trace& trace, token::Fault fault);
void pass_all_token_steps(wire::Trace& trace);
void fail_token(wire::Trace& trace, wire::Step step, const token::Refusal& refusal);

// The unverified token's own words: claims that people compare, never the token.
void describe_token(wire::Trace& trace, const token::SignedToken& token);
// Near misses: a provider that differs in case or by a trailing slash, or one in another account of this
// server.
void explain_missing_provider(wire::Call& call, std::string_view account, std::string_view issuer);
// `similar` is the role whose name is the same but for case or path; null when there is none.
void explain_missing_role(wire::Trace& trace, std::string_view partition, const record::Role* similar,
                          std::string_view role_arn);
// The failed step alone; explain_trust_refusal adds the statement, the key and what came, when somebody asks.
void fail_trust(wire::Trace& trace, const policy::Decision& decision);
void explain_trust_refusal(wire::Trace& trace, policy::Explanation explanation);

// arn:<partition>:sts::<account>:assumed-role/<role>/<session>: the role's path is dropped.
std::string session_arn(std::string_view partition, const StatementView& statement);
// arn:<partition>:sts::<account>:federated-user/<name>
std::string federated_user_arn(std::string_view partition, std::string_view account, std::string_view name);
// Of the cluster that the issuer serves.
std::string cluster_arn(std::string_view partition, const record::Issuer& issuer);

}  // namespace openirsa::sts
