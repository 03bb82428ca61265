// Why a statement matched or how far it got: for the owner of the account, never for the caller.
#pragma once

#include "policy/evaluate.h"

namespace openirsa::policy {

// The statement that got furthest among those that deny or those that allow: the one that its author meant.
// Null where there is none.
const StatementTrace* furthest(const Explanation& explanation, bool deny);

StatementTrace trace(const Attached& attached, std::size_t index, const Facts& facts);

}  // namespace openirsa::policy
