// Read, edit, commit, and again on conflict: the retry that every writer needs, written once.
#pragma once

#include <functional>

#include "store/store.h"

namespace openirsa::store {

// Calls `edit` with what the key holds now. It answers the new value, or nothing to delete, or an error of
// its own type E to give up; after a conflict it is called again with the fresh value, at most 100 times
// (then Fault::conflict).
template <class E>
using Edit = std::function<Result<std::optional<std::string>, E>(const std::optional<Entry>&)>;

template <class E>
Result<Revision, E> update(Store& store, std::string_view key, const Edit<E>& edit,
                           const std::function<E(Error)>& on_store_error) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    auto found = store.get(key);
    if (!found) return on_store_error(std::move(found).error());
    auto edited = edit(*found);
    if (!edited) return std::move(edited).error();
    Commit commit;
    commit.expect.push_back({std::string(key), *found ? (*found)->revision : 0});
    if (*edited)
      commit.puts.push_back({std::string(key), std::move(**edited)});
    else
      commit.deletes.emplace_back(key);
    auto done = store.commit(commit);
    if (done) return *done;
    if (done.error().code != Fault::conflict) return on_store_error(std::move(done).error());
  }
  return on_store_error({Fault::conflict, "the key changed 100 times while it was being updated"});
}

}  // namespace openirsa::store
