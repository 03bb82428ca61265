// Refusals, kept in files so that they outlive the process. A request only hands its trace over; a thread of
// the log's own completes and writes it. Each account has a share of the space, and unknown accounts and
// roles together have one, so that nobody's flood costs another's refusals. See doc/decisions/0016.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/refusal_share.h"
#include "audit/sequence.h"
#include "audit/trace_disk.h"
#include "audit/trace_figures.h"
#include "base/clock.h"
#include "wire/decisions.h"
#include "wire/trace.h"

namespace openirsa::audit {

struct RefusalSettings {
  std::string directory{};                            // made when it is needed
  std::uint64_t bytes = std::uint64_t{1} << 30U;      // of all files
  std::chrono::hours age{24 * 7};                     // of a segment's newest line
  std::size_t queue = 1000;                           // of one share, before they are written
  std::size_t memory_bytes = std::size_t{4} << 20U;   // of one share, while they cannot be written
  std::size_t segment_bytes = std::size_t{4} << 20U;  // at most
  std::function<void(const std::string&)> warn = {};  // once for each trouble; nothing: the log
  std::chrono::milliseconds patience{2000};           // of a reader, for what was recorded just before
};

class RefusalLog {
 public:
  // Finds the newest refusals of an earlier process at once, the others on its own thread. Trouble with the
  // disk is a warning; until it is over, refusals are kept in memory.
  // REQUIRES: clock, disk and sequence outlive the log.
  RefusalLog(RefusalSettings settings, const Clock& clock, TraceDisk& disk, Sequence& sequence);
  ~RefusalLog();  // writes what was recorded

  // Quick and without I/O. Above the queue's length the trace is dropped and counted.
  void record(wire::Trace trace);

  using Viewer = wire::Viewer;
  std::optional<json::object> find(std::string_view request_id, const Viewer& viewer) const;
  // As RefusalShare::list, of every share that the viewer may see, in order. Not later than settled().
  std::vector<RefusalShare::Place> list(const RefusalShare::Range& range, const Viewer& viewer) const;
  std::optional<json::object> read(const RefusalShare::Place& place) const;
  // Waits, patiently but not for ever, until what was recorded before can be found; answers the number up to
  // which all can.
  std::uint64_t settle() const;

  RefusalFigures figures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openirsa::audit
