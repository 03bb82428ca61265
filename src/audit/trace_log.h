// Where decisions are kept: successes in memory (the last 100,000), refusals in files. One order over both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/refusal_log.h"
#include "wire/decisions.h"
#include "wire/trace.h"

namespace openirsa::audit {

class TraceLog final : public wire::TraceSink, public wire::KeptDecisions {
 public:
  struct Settings {
    std::size_t successes = 100'000;
    RefusalSettings refusals{};
  };
  // Each trace is counted by `metrics` too, where one is given. `disk`: the real one when null.
  // REQUIRES: clock, metrics and disk outlive the log.
  TraceLog(Settings settings, const Clock& clock, wire::TraceSink* metrics,
           std::unique_ptr<TraceDisk> disk = make_trace_disk());
  ~TraceLog() override;

  void record(wire::Trace&& trace) override;
  const wire::KeptDecisions* kept() const override { return this; }

  std::optional<json::object> find(std::string_view request_id, const wire::Viewer& viewer) const override;
  std::optional<wire::DecisionPage> list(const wire::DecisionQuery& query) const override;

  TraceFigures figures() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openirsa::audit
