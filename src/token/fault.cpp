#include "token/fault.h"

namespace openirsa::token {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::malformed:
      return "malformed";
    case Fault::wrong_type:
      return "wrong_type";
    case Fault::critical_header:
      return "critical_header";
    case Fault::missing_claim:
      return "missing_claim";
    case Fault::wrong_claim_type:
      return "wrong_claim_type";
    case Fault::issuer_mismatch:
      return "issuer_mismatch";
    case Fault::several_audiences:
      return "several_audiences";
    case Fault::audience_mismatch:
      return "audience_mismatch";
    case Fault::algorithm_not_allowed:
      return "algorithm_not_allowed";
    case Fault::unknown_key:
      return "unknown_key";
    case Fault::key_id_required:
      return "key_id_required";
    case Fault::signature_mismatch:
      return "signature_mismatch";
    case Fault::expired:
      return "expired";
    case Fault::not_yet_valid:
      return "not_yet_valid";
    case Fault::issued_in_future:
      return "issued_in_future";
    case Fault::too_old:
      return "too_old";
  }
  return "unknown";
}

}  // namespace openirsa::token
