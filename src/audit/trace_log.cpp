#include "audit/trace_log.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "audit/success_ring.h"

namespace openirsa::audit {
namespace {

// The last `capacity` refusals of one share, findable by request id. A small table says where a trace with
// such an id went last; when another took its place there, the share is searched.
class Share {
 public:
  explicit Share(std::size_t capacity)
      : capacity_(capacity), latest_(std::bit_ceil(std::min<std::size_t>(capacity, 1U << 18U))) {}

  void add(wire::Trace trace) {
    if (traces_.size() == capacity_) {
      traces_.pop_front();
      ++dropped_;
    }
    latest_[place_of(trace.request_id)] = static_cast<std::uint32_t>(dropped_ + traces_.size());
    traces_.push_back(std::move(trace));
  }

  const wire::Trace* find(std::string_view request_id) const {
    // Positions are counted modulo 2³², far above any capacity.
    const std::uint32_t position = latest_[place_of(request_id)] - static_cast<std::uint32_t>(dropped_);
    if (position < traces_.size() && traces_[position].request_id == request_id) return &traces_[position];
    const auto at = std::ranges::find(traces_, request_id, &wire::Trace::request_id);
    return at == traces_.end() ? nullptr : &*at;
  }

 private:
  std::size_t place_of(std::string_view request_id) const {
    return std::hash<std::string_view>{}(request_id) & (latest_.size() - 1);
  }

  std::size_t capacity_;
  std::size_t dropped_ = 0;
  std::deque<wire::Trace> traces_;
  std::vector<std::uint32_t> latest_;
};

}  // namespace

struct TraceLog::State {
  State(const Settings& s, wire::TraceSink* m)
      : settings(s), metrics(m), successes(s.successes, sequence), unknown(s.refusals_unknown) {}

  Settings settings;
  wire::TraceSink* metrics;
  // Of refusals: held for one insertion or look-up; moving a trace in is all that happens under it.
  mutable std::mutex mutex;
  Sequence sequence;
  SuccessRing successes;
  Share unknown;
  std::unordered_map<std::string, Share> by_account;
  std::atomic<std::uint64_t> recorded_successes = 0;
  std::atomic<std::uint64_t> recorded_refusals = 0;
};

TraceLog::TraceLog(Settings settings, wire::TraceSink* metrics)
    : state_(std::make_unique<State>(settings, metrics)) {}
TraceLog::~TraceLog() = default;

void TraceLog::record(wire::Trace trace) {
  if (state_->metrics != nullptr) state_->metrics->count(trace);
  if (!trace.failure) {
    ++state_->recorded_successes;
    return state_->successes.add(trace);
  }
  const std::scoped_lock lock(state_->mutex);
  ++state_->recorded_refusals;
  if (trace.account.empty() || trace.role_unknown) return state_->unknown.add(std::move(trace));
  auto& share =
      state_->by_account.try_emplace(trace.account, state_->settings.refusals_per_account).first->second;
  share.add(std::move(trace));
}

std::optional<wire::Trace> TraceLog::find(std::string_view request_id) const {
  std::optional<wire::Trace> found = find_kept(request_id);
  if (found) found->complete();
  return found;
}

std::optional<wire::Trace> TraceLog::find_kept(std::string_view request_id) const {
  if (auto success = state_->successes.find(request_id)) return std::move(success->trace);
  const std::scoped_lock lock(state_->mutex);
  if (const auto* trace = state_->unknown.find(request_id)) return *trace;
  for (const auto& [account, share] : state_->by_account) {
    if (const auto* trace = share.find(request_id)) return *trace;
  }
  return std::nullopt;
}

TraceLog::Totals TraceLog::totals() const { return {state_->recorded_successes, state_->recorded_refusals}; }

}  // namespace openirsa::audit
