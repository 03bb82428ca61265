// The managed policies that limit a session, as its token names them.
#pragma once

#include <string_view>
#include <vector>

#include "store/mirror.h"
#include "sts/session_seal.h"

namespace openirsa::sts {

// Each with its id of this moment.
std::vector<SealedPolicy> seal_policies(const std::vector<std::string_view>& arns, std::string_view account,
                                        const store::Snapshot& snapshot, std::string_view partition);

}  // namespace openirsa::sts
