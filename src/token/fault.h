// Why a token is refused: one code for each check, in the order in which the checks are made.
#pragma once

#include <string>
#include <string_view>

namespace openirsa::token {

enum class Fault {
  malformed,
  wrong_type,
  critical_header,
  missing_claim,      // detail names the claim
  wrong_claim_type,   // detail names the claim
  issuer_mismatch,
  several_audiences,  // more than one `aud` and no `azp`
  audience_mismatch,
  algorithm_not_allowed,
  unknown_key,
  key_id_required,
  signature_mismatch,
  expired,
  not_yet_valid,
  issued_in_future,
  too_old,
};
std::string_view name_of(Fault fault);  // "audience_mismatch"

struct Refusal {
  Fault code;
  std::string detail;    // one line for the trace: never the token, never a signature
  std::string expected;  // may be empty
  std::string actual;    // may be empty
};

}  // namespace openirsa::token
