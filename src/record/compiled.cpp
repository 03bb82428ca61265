#include "record/compiled.h"

namespace openirsa::record {

Result<policy::Policy, policy::PolicyError> compile(std::string_view text, policy::Kind kind) {
  return policy::Policy::parse(text, kind);
}

}  // namespace openirsa::record
