#include "iam/transaction.h"

namespace openirsa::iam {

Result<std::optional<store::Entry>, wire::Error> Transaction::get(const std::string& key) {
  auto found = house_.mirror.get(key);
  if (!found) return of_store(found.error());
  commit_.expect.push_back({key, *found ? (*found)->revision : 0});
  return *std::move(found);
}

}  // namespace openirsa::iam
