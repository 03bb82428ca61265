#include "audit/trace_log.h"

#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace openirsa::audit {
namespace {

// The last `capacity` traces of one share, findable by request id. The index holds positions that never
// repeat, so that a trace's place in the queue follows from how many were dropped.
class Share {
 public:
  explicit Share(std::size_t capacity) : capacity_(capacity) {}

  void add(wire::Trace trace) {
    if (traces_.size() == capacity_) {
      positions_.erase(traces_.front().request_id);
      traces_.pop_front();
      ++dropped_;
    }
    positions_[trace.request_id] = dropped_ + traces_.size();
    traces_.push_back(std::move(trace));
  }

  const wire::Trace* find(const std::string& request_id) const {
    const auto at = positions_.find(request_id);
    return at == positions_.end() ? nullptr : &traces_[at->second - dropped_];
  }

 private:
  std::size_t capacity_;
  std::size_t dropped_ = 0;
  std::deque<wire::Trace> traces_;
  std::unordered_map<std::string, std::size_t> positions_;
};

}  // namespace

struct TraceLog::State {
  State(const Settings& s, wire::TraceSink* m)
      : settings(s), metrics(m), successes(s.successes), unknown(s.refusals_unknown) {}

  Settings settings;
  wire::TraceSink* metrics;
  mutable std::mutex
      mutex;  // held for one insertion or look-up; moving a trace in is all that happens under it
  Share successes;
  Share unknown;
  std::unordered_map<std::string, Share> by_account;
  Totals totals;
};

TraceLog::TraceLog(Settings settings, wire::TraceSink* metrics)
    : state_(std::make_unique<State>(settings, metrics)) {}
TraceLog::~TraceLog() = default;

void TraceLog::record(wire::Trace trace) {
  if (state_->metrics != nullptr) state_->metrics->count(trace);
  const std::scoped_lock lock(state_->mutex);
  if (!trace.failure) {
    ++state_->totals.successes;
    return state_->successes.add(std::move(trace));
  }
  ++state_->totals.refusals;
  if (trace.account.empty() || trace.role_unknown) return state_->unknown.add(std::move(trace));
  auto& share =
      state_->by_account.try_emplace(trace.account, state_->settings.refusals_per_account).first->second;
  share.add(std::move(trace));
}

std::optional<wire::Trace> TraceLog::find(std::string_view request_id) const {
  const std::string id(request_id);
  const std::scoped_lock lock(state_->mutex);
  if (const auto* trace = state_->successes.find(id)) return *trace;
  if (const auto* trace = state_->unknown.find(id)) return *trace;
  for (const auto& [account, share] : state_->by_account) {
    if (const auto* trace = share.find(id)) return *trace;
  }
  return std::nullopt;
}

TraceLog::Totals TraceLog::totals() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->totals;
}

}  // namespace openirsa::audit
