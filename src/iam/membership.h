// Which groups a user is in.
#pragma once

#include <string>
#include <vector>

#include "record/identity.h"
#include "store/mirror.h"

namespace openirsa::iam {

// In the order in which the user came into them.
inline std::vector<const record::Group*> groups_of(const record::User& user,
                                                   const store::Snapshot& snapshot) {
  std::vector<const record::Group*> groups;
  for (const std::string& id : user.groups) {
    const auto* group = record::find<record::Group>(snapshot, record::group_key(user.account, id));
    if (group != nullptr) groups.push_back(group);
  }
  return groups;
}

}  // namespace openirsa::iam
