#include "sts/key_ring.h"

#include <algorithm>

#include "record/key.h"
#include "sts/session_seal.h"

namespace openirsa::sts {

RingChange plan_ring_change(const store::Snapshot& snapshot, Time now) {
  std::vector<const record::RingKey*> ring;
  record::scan<record::RingKey>(snapshot, record::kind_prefix("-", "-", record::RingKey::kind), "",
                                [&](const record::RingKey& key) {
                                  ring.push_back(&key);
                                  return true;
                                });
  std::ranges::sort(ring, {}, &record::RingKey::created);
  RingChange change;
  if (ring.empty() || now - ring.back()->created >= ring_key_lifetime) change.fresh = make_ring_key(now);
  // A key was retired by the next one: sessions were sealed with it until then.
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    if (now - ring[i + 1]->created > ring_key_retirement) change.ended.push_back(ring[i]->id);
  }
  return change;
}

}  // namespace openirsa::sts
