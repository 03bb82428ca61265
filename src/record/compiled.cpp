#include "record/compiled.h"

#include <array>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace openirsa::record {
namespace {

// Two generations: what was asked for lately is in the younger one. When that is full it becomes the older
// one, and what nobody asked for since then is let go. So memory is bounded, and records keep what they use
// by themselves.
class Pool {
 public:
  std::optional<policy::Policy> find(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (const auto found = young_.find(text); found != young_.end()) return found->second;
    const auto found = old_.find(text);
    if (found == old_.end()) return std::nullopt;
    policy::Policy policy = found->second;
    keep(policy);
    return policy;
  }

  void add(const policy::Policy& policy) {
    const std::lock_guard lock(mutex_);
    keep(policy);
  }

 private:
  static constexpr std::size_t generation = 1024;

  void keep(const policy::Policy& policy) {
    if (young_.size() == generation) old_ = std::exchange(young_, {});
    young_.emplace(policy.text(), policy);
  }

  std::mutex mutex_;
  // Each key is the text inside its own value.
  std::unordered_map<std::string_view, policy::Policy> young_;
  std::unordered_map<std::string_view, policy::Policy> old_;
};

Pool& pool_of(policy::Kind kind) {
  static std::array<Pool, 5> pools;
  return pools.at(static_cast<std::size_t>(kind));
}

}  // namespace

Result<policy::Policy, policy::PolicyError> compile(std::string_view text, policy::Kind kind) {
  Pool& pool = pool_of(kind);
  if (auto known = pool.find(text)) return std::move(*known);
  auto policy = policy::Policy::parse(text, kind);
  if (policy) pool.add(*policy);
  return policy;
}

}  // namespace openirsa::record
