// Work of several payers for a few hands: who has the least under way comes next, and nobody may have more
// under way than a share, so that one payer's slow work cannot keep all hands from the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace openirsa::http {

// Not thread-safe.
template <typename Work>
class FairQueue {
 public:
  struct Taken {
    std::string payer;
    Work work;
  };

  explicit FairQueue(std::size_t share) : share_(share) {}

  void push(const std::string& payer, Work work) {
    loads_[payer].waiting.emplace_back(next_number_++, std::move(work));
  }

  // What is to be begun next, or nothing when all that waits belongs to payers with a full share.
  std::optional<Taken> take() {
    const auto next = find_next();
    if (next == loads_.end()) return std::nullopt;
    Load& load = next->second;
    Taken taken{next->first, std::move(load.waiting.front().second)};
    load.waiting.pop_front();
    ++load.under_way;
    return taken;
  }
  bool can_take() { return find_next() != loads_.end(); }

  // REQUIRES: the payer took something that has not ended before.
  void end(const std::string& payer) {
    const auto found = loads_.find(payer);
    if (--found->second.under_way == 0 && found->second.waiting.empty()) loads_.erase(found);
  }

  // Forgets what waits.
  void clear() {
    for (auto entry = loads_.begin(); entry != loads_.end();) {
      entry->second.waiting.clear();
      entry = entry->second.under_way == 0 ? loads_.erase(entry) : std::next(entry);
    }
  }

 private:
  struct Load {
    std::deque<std::pair<std::uint64_t, Work>> waiting;
    std::size_t under_way = 0;
  };

  typename std::map<std::string, Load>::iterator find_next() {
    const auto rank = [](const Load& load) { return std::tuple(load.under_way, load.waiting.front().first); };
    auto best = loads_.end();
    for (auto entry = loads_.begin(); entry != loads_.end(); ++entry) {
      const Load& load = entry->second;
      if (load.waiting.empty() || load.under_way >= share_) continue;
      if (best == loads_.end() || rank(load) < rank(best->second)) best = entry;
    }
    return best;
  }

  std::size_t share_;
  std::map<std::string, Load> loads_;  // of payers with anything waiting or under way
  std::uint64_t next_number_ = 0;
};

}  // namespace openirsa::http
