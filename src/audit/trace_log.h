// Where decision traces are kept: successes in memory (the last 100,000), refusals too, with quotas, so that
// flooding evicts nobody else's: each account has its own share and unknown accounts or roles a separate one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/trace.h"

namespace openirsa::audit {

class TraceLog final : public wire::TraceSink {
 public:
  struct Settings {
    std::size_t successes = 100'000;
    std::size_t refusals_per_account = 20'000;
    std::size_t refusals_unknown = 20'000;
  };
  // Each trace is counted by `metrics` too, where one is given. REQUIRES: it outlives the log.
  TraceLog(Settings settings, wire::TraceSink* metrics);
  ~TraceLog() override;

  void record(wire::Trace trace) override;
  std::optional<wire::Trace> find(std::string_view request_id) const override;

  struct Totals {
    std::uint64_t successes = 0;
    std::uint64_t refusals = 0;
  };
  Totals totals() const;

 private:
  std::optional<wire::Trace> find_kept(std::string_view request_id) const;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openirsa::audit
