#include "audit/trace_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>
#include <vector>

#include "audit/success_ring.h"
#include "crypto/random.h"

namespace openirsa::audit {
namespace {

// What a page may hold, however many decisions were asked for.
constexpr std::size_t largest_page = std::size_t{8} << 20U;
constexpr std::size_t usual_success = 2048;  // as JSON

// A decision that a page may show, cheap until it is chosen.
struct Candidate {
  std::uint64_t sequence = 0;
  std::optional<wire::Trace> success;
  RefusalShare::Place refusal;
  std::size_t size() const { return success ? usual_success : refusal.length; }
};

// A number of the process that gave it and the sequence up to which its pages have shown everything.
struct Cursor {
  std::uint64_t process = 0;
  std::uint64_t sequence = 0;

  std::string to_text() const { return std::to_string(process) + "-" + std::to_string(sequence); }
  static std::optional<Cursor> parse(std::string_view text) {
    Cursor cursor;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto first = std::from_chars(begin, end, cursor.process);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, cursor.sequence);
    if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
    return cursor;
  }
};

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const std::string bytes = crypto::random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

bool shows(const wire::DecisionQuery& query, const wire::Trace& trace) {
  if (query.viewer && (trace.account != *query.viewer || trace.role_unknown)) return false;
  return query.role.empty() || is_role(trace.role_arn, query.role);
}

// What `openirsa explain` itself asks: whoever looks for the last decision means the one before, and whoever
// follows would see little else. By their ids they are found.
bool is_asking(const wire::Trace& trace) {
  static constexpr std::array<std::string_view, 3> operations{"ExplainDecision", "GetServer",
                                                              "ListDecisions"};
  return trace.service == "openirsa" && std::ranges::find(operations, trace.operation) != operations.end();
}

// The first candidates or the last, as many as a page holds. Answers whether some were left out.
bool cut(std::vector<Candidate>& candidates, std::size_t limit, bool first) {
  if (!first) std::ranges::reverse(candidates);
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < std::min(limit, candidates.size()); ++count) {
    bytes += candidates[count].size();
    if (count > 0 && bytes > largest_page) break;
  }
  const bool left = count < candidates.size();
  candidates.resize(count);
  if (!first) std::ranges::reverse(candidates);
  return left;
}

}  // namespace

struct TraceLog::State {
  State(Settings settings, const Clock& clock, wire::TraceSink* m, std::unique_ptr<TraceDisk> d)
      : metrics(m),
        disk(std::move(d)),
        successes(settings.successes, sequence),
        refusals(std::move(settings.refusals), clock, *disk, sequence),
        began(sequence.last()) {}

  std::uint64_t after_of(const Cursor& cursor) const;
  void add_successes(const wire::DecisionQuery& query, const RefusalShare::Range& range,
                     std::vector<Candidate>& to) const;

  wire::TraceSink* metrics;
  std::unique_ptr<TraceDisk> disk;
  Sequence sequence;
  SuccessRing successes;
  RefusalLog refusals;
  const std::uint64_t began;  // everything of this process is later
  const std::uint64_t process = random_number();
};

TraceLog::TraceLog(Settings settings, const Clock& clock, wire::TraceSink* metrics,
                   std::unique_ptr<TraceDisk> disk)
    : state_(std::make_unique<State>(std::move(settings), clock, metrics, std::move(disk))) {}
TraceLog::~TraceLog() = default;

void TraceLog::record(wire::Trace&& trace) {
  if (state_->metrics != nullptr) state_->metrics->count(trace);
  if (trace.failure) return state_->refusals.record(std::move(trace));
  state_->successes.add(trace);
}

std::optional<json::object> TraceLog::find(std::string_view request_id, const wire::Viewer& viewer) const {
  if (const auto success = state_->successes.find(request_id)) {
    if (!shows({.viewer = viewer, .role = {}, .after = {}}, success->trace)) return std::nullopt;
    return wire::to_json(success->trace);
  }
  return state_->refusals.find(request_id, viewer);
}

// An earlier process may have given later numbers than this one does, for successes that nobody knows any
// more: whoever comes from there has seen nothing of this process.
std::uint64_t TraceLog::State::after_of(const Cursor& cursor) const {
  return cursor.process == process ? cursor.sequence : std::min(cursor.sequence, began);
}

void TraceLog::State::add_successes(const wire::DecisionQuery& query, const RefusalShare::Range& range,
                                    std::vector<Candidate>& to) const {
  std::size_t count = 0;
  successes.walk(range.after, range.first, [&](SuccessRing::Success success) {
    if (success.sequence > range.until) return !range.first;
    if (!shows(query, success.trace) || is_asking(success.trace)) return true;
    to.push_back({success.sequence, std::move(success.trace), {}});
    return ++count < range.limit;
  });
}

std::optional<wire::DecisionPage> TraceLog::list(const wire::DecisionQuery& query) const {
  const auto cursor = query.after.empty() ? Cursor{} : Cursor::parse(query.after);
  if (!cursor) return std::nullopt;
  const bool first = !query.after.empty();
  // What is recorded from here on is the next page's.
  const std::uint64_t until = state_->refusals.settle();
  const RefusalShare::Range range{.after = first ? state_->after_of(*cursor) : 0,
                                  .until = until,
                                  .role = query.role.empty() ? 0 : mark_of(role_name(query.role)),
                                  .limit = query.limit,
                                  .first = first};
  std::vector<Candidate> candidates;
  if (query.outcome != wire::Kept::allowed) {
    for (auto& place : state_->refusals.list(range, query.viewer)) {
      candidates.push_back({place.sequence, std::nullopt, std::move(place)});
    }
  }
  if (query.outcome != wire::Kept::refused) state_->add_successes(query, range, candidates);
  std::ranges::sort(candidates, {}, &Candidate::sequence);
  const bool left = cut(candidates, query.limit, first);

  wire::DecisionPage page;
  // A limit reached in one of the two places may hide what comes after it.
  const bool goes_on = first && !candidates.empty() && (left || candidates.size() == query.limit);
  page.cursor =
      Cursor{state_->process, goes_on ? candidates.back().sequence : std::max(range.after, until)}.to_text();
  for (const Candidate& candidate : candidates) {
    auto decision = candidate.success ? std::optional(wire::to_json(*candidate.success))
                                      : state_->refusals.read(candidate.refusal);
    if (!decision) continue;
    const auto role = find_string(*decision, "roleArn").value_or("");
    if (query.role.empty() || is_role(role, query.role)) page.decisions.push_back(*std::move(decision));
  }
  return page;
}

TraceFigures TraceLog::figures() const { return {state_->successes.size(), state_->refusals.figures()}; }

}  // namespace openirsa::audit
