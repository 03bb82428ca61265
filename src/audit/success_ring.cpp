#include "audit/success_ring.h"

#include <algorithm>
#include <functional>

#include "audit/packed_success.h"

namespace openirsa::audit {

static_assert(largest_packed < 64 * 1024, "every success fits into a block");

void SuccessRing::add(const wire::Trace& trace) {
  const std::size_t size = packed_size(trace);
  const std::uint32_t id = mix(trace.request_id);
  const std::scoped_lock lock(mutex_);
  if (blocks_.empty() || blocks_.back().count == Block::most_entries ||
      Block::bytes_size - blocks_.back().used < size) {
    open_block();
  }
  Filled& filled = blocks_.back();
  pack(trace, filled.block->bytes + filled.used);
  // Drawn under the lock: the entries stand in its order.
  filled.block->entries[filled.count++] = {sequence_.next(trace.time), id,
                                           static_cast<std::uint32_t>(filled.used)};
  filled.used += size;
  ++count_;
}

void SuccessRing::open_block() {
  std::shared_ptr<Block> spare;
  while (!blocks_.empty() && count_ - blocks_.front().count >= capacity_) {
    count_ -= blocks_.front().count;
    if (blocks_.front().block.use_count() == 1) spare = std::move(blocks_.front().block);
    blocks_.pop_front();
  }
  // A block is overwritten before it is read.
  if (!spare) spare = std::make_shared_for_overwrite<Block>();
  blocks_.push_back({.block = std::move(spare)});
}

SuccessRing::Reading::Reading(const SuccessRing& ring) : ring_(ring) {
  const std::scoped_lock lock(ring.mutex_);
  blocks_.assign(ring.blocks_.begin(), ring.blocks_.end());
  // Whole blocks are let go, so that some more are there than are kept.
  std::size_t surplus = ring.count_ > ring.capacity_ ? ring.count_ - ring.capacity_ : 0;
  for (Filled& filled : blocks_) {
    filled.first = std::min(surplus, filled.count);
    surplus -= filled.first;
    if (surplus == 0) break;
  }
}

SuccessRing::Reading::~Reading() {
  const std::scoped_lock lock(ring_.mutex_);
  blocks_.clear();
}

std::optional<SuccessRing::Success> SuccessRing::find(std::string_view request_id) const {
  const std::uint32_t id = mix(request_id);
  const Reading reading(*this);
  for (const Filled& filled : reading.blocks()) {
    for (std::size_t i = filled.first; i < filled.count; ++i) {
      if (filled.block->entries[i].id != id) continue;
      Success success = read(filled, i);
      if (success.trace.request_id == request_id) return success;
    }
  }
  return std::nullopt;
}

SuccessRing::Success SuccessRing::read(const Filled& filled, std::size_t index) {
  const Entry& entry = filled.block->entries[index];
  return {entry.sequence, unpack(filled.block->bytes + entry.at)};
}

std::size_t SuccessRing::size() const {
  const std::scoped_lock lock(mutex_);
  return std::min(count_, capacity_);
}

std::uint32_t SuccessRing::mix(std::string_view request_id) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(request_id));
}

}  // namespace openirsa::audit
