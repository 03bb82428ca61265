// The last successes in memory. Recording one is on the exchange's way: it costs a copy into memory that is
// already there, allocates and frees nothing once the ring is full, and the lock is held for the copy alone.
// Readers take a share of the memory and read without the lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/sequence.h"
#include "wire/trace.h"

namespace openirsa::audit {

class SuccessRing {
 public:
  // REQUIRES: `sequence` outlives the ring.
  SuccessRing(std::size_t capacity, Sequence& sequence) : capacity_(capacity), sequence_(sequence) {}

  void add(const wire::Trace& trace);

  struct Success {
    std::uint64_t sequence = 0;
    wire::Trace trace;
  };
  std::optional<Success> find(std::string_view request_id) const;
  // Walks those later than `after`, oldest or newest first, until `visit` answers false.
  template <class Visit>
  void walk(std::uint64_t after, bool oldest_first, Visit visit) const;
  std::size_t size() const;

 private:
  struct Entry {
    std::uint64_t sequence;
    std::uint32_t id;  // of the request id, mixed
    std::uint32_t at;
  };
  // What is filled does not change while anybody reads it: a block is used again only when the ring alone
  // holds it.
  struct Block {
    static constexpr std::size_t bytes_size = std::size_t{64} * 1024;
    static constexpr std::size_t most_entries = 512;
    Entry entries[most_entries];
    char bytes[bytes_size];
  };
  struct Filled {
    std::shared_ptr<Block> block;
    std::size_t first = 0;  // of the entries that are still kept
    std::size_t count = 0;
    std::size_t used = 0;
  };

  // Lets the blocks go under the lock, so that the ring sees that they are read no more.
  class Reading {
   public:
    explicit Reading(const SuccessRing& ring);
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading();
    const std::vector<Filled>& blocks() const { return blocks_; }

   private:
    const SuccessRing& ring_;
    std::vector<Filled> blocks_;
  };

  void open_block();
  static Success read(const Filled& filled, std::size_t index);
  static std::uint32_t mix(std::string_view request_id);

  std::size_t capacity_;
  Sequence& sequence_;
  mutable std::mutex mutex_;
  std::deque<Filled> blocks_;  // oldest first
  std::size_t count_ = 0;
};

template <class Visit>
void SuccessRing::walk(std::uint64_t after, bool oldest_first, Visit visit) const {
  const Reading reading(*this);
  std::vector<std::pair<const Filled*, std::size_t>> later;  // newest first
  for (auto filled = reading.blocks().rbegin(); filled != reading.blocks().rend(); ++filled) {
    for (std::size_t i = filled->count; i-- > filled->first;) {
      if (filled->block->entries[i].sequence <= after) break;
      if (!oldest_first && !visit(read(*filled, i))) return;
      if (oldest_first) later.emplace_back(&*filled, i);
    }
  }
  while (!later.empty() && visit(read(*later.back().first, later.back().second))) later.pop_back();
}

}  // namespace openirsa::audit
