// The ring of keys that seal session tokens: a fresh one a day, retired ones kept as long as a session sealed
// with them could be used. Pure: says what is to be done; the server does it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "record/secrets.h"
#include "store/mirror.h"

namespace openirsa::sts {

constexpr std::chrono::hours ring_key_lifetime{24};  // as the newest; then a fresh one takes over
// After that, as long as it may open tokens: the longest session there is (36 hours) and the clock skew.
constexpr std::chrono::minutes ring_key_retirement{36 * 60 + 5};

struct RingChange {
  std::optional<record::RingKey> fresh;
  std::vector<std::string> ended;  // ids of keys that may be forgotten
};
// INVARIANT: a key that a living session token was sealed with is never among `ended`.
RingChange plan_ring_change(const store::Snapshot& snapshot, Time now);

}  // namespace openirsa::sts
