// Why a token is refused: one code for each check, in the order in which the checks are made.
#pragma once

#include <string>
#include <string_view>

namespace openirsa::token {

enum class Fault {
  malformed,
  wrong_type,
  critical_header,
  missing_claim,     // detail is the claim's name and nothing else
  wrong_claim_type,  // detail is the claim's name and nothing else
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
  std::string detail;  // one line for the trace: never the token, never a signature
  // May be empty. Faults of time have whole seconds here, since 1970: `actual` is the claim and `expected` is
  // `now`; too_old has the age and the greatest age.
  std::string expected = {};
  std::string actual = {};
};

}  // namespace openirsa::token
