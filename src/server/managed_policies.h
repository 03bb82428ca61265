// The operator's own managed policies: a directory of policy documents, each [PATH/]NAME.json, which become
// arn:<partition>:iam::aws:policy/[PATH/]NAME for every account.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "policy/catalogue.h"

namespace openirsa::server {

// With our own copies of AWS's. Hidden files and directories are passed over, and so is what does not end in
// .json. The message names the file that was refused and why. `directory` empty: our own copies alone.
Result<policy::Catalogue, std::string> read_managed_policies(std::string_view partition,
                                                             const std::string& directory);

}  // namespace openirsa::server
