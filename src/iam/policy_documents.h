// The document that the ARN of a managed policy stands for at this moment.
#pragma once

#include <string>
#include <string_view>

#include "policy/catalogue.h"
#include "store/mirror.h"

namespace openirsa::iam {

// Where the policies of one account are.
struct PolicyPlace {
  const std::string& account;
  const store::Snapshot& snapshot;
  const policy::Catalogue& managed;
};

// Null when there is none.
const policy::Policy* document_of(std::string_view arn, const PolicyPlace& place);

}  // namespace openirsa::iam
