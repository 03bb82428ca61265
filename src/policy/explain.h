// Why a statement matched or how far it got: for the owner of the account, never for the caller.
#pragma once

#include "policy/evaluate.h"

namespace openirsa::policy {

StatementTrace trace(const Attached& attached, std::size_t index, const Facts& facts);

}  // namespace openirsa::policy
