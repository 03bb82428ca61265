// Read, decide, commit, and again on conflict, over as many records as an operation touches. Reads go to the
// store, not to the mirror, and whatever was read must be unchanged when the commit happens: two writers lose
// nothing.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "iam/faults.h"
#include "record/record.h"
#include "wire/operation.h"

namespace openirsa::iam {

class Transaction {
 public:
  explicit Transaction(wire::House& house) : house_(house) {}

  // Nothing when there is no such record. From here on the commit expects what was found.
  template <class R>
  Result<std::optional<R>, wire::Error> read(const std::string& key) {
    auto found = get(key);
    if (!found) return std::move(found).error();
    if (!*found) return std::optional<R>();
    auto record = R::parse(key, (*found)->value, house_.vault);
    if (!record) return unreadable_record();
    return std::optional<R>(*std::move(record));
  }
  template <class R>
  void write(const std::string& key, const R& record) {
    commit_.puts.push_back({key, record.to_text(house_.vault, key)});
  }
  // Whether something that was read was written after the revision.
  bool has_read_later_than(store::Revision revision) const {
    return std::ranges::any_of(commit_.expect, [&](const auto& found) { return found.revision > revision; });
  }
  void remove(const std::string& key) { commit_.deletes.push_back(key); }

 private:
  template <class Body>
  friend Result<wire::Answer, wire::Error> transact(wire::Call&, Body);
  Result<std::optional<store::Entry>, wire::Error> get(const std::string& key);
  bool changes_nothing() const { return commit_.puts.empty() && commit_.deletes.empty(); }

  wire::House& house_;
  store::Commit commit_;
};

// Runs `body(Transaction&)`, which answers or refuses, and commits what it wrote; once more from the start
// whenever somebody else was quicker.
template <class Body>
Result<wire::Answer, wire::Error> transact(wire::Call& call, Body body) {
  constexpr int attempts = 100;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    Transaction transaction(call.house);
    Result<wire::Answer, wire::Error> answer = body(transaction);
    if (!answer || transaction.changes_nothing()) return answer;
    const auto done = call.house.mirror.commit(transaction.commit_);
    if (done) return answer;
    if (done.error().code != store::Fault::conflict) return of_store(done.error());
  }
  return of_store({store::Fault::conflict, {}});
}

}  // namespace openirsa::iam
