// Counters and histograms in Prometheus's text form.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "audit/trace_figures.h"
#include "http/server.h"
#include "wire/outside.h"
#include "wire/trace.h"

namespace openirsa::audit {

class Metrics final : public wire::TraceSink {
 public:
  Metrics();
  ~Metrics() override;
  // openirsa_requests_total{service,operation,code}; operations that do not exist are counted together, so
  // that a caller cannot make labels.
  void record(wire::Trace&& trace) override { count(trace); }
  void count(const wire::Trace& trace) override;
  // Called at each scrape for the figures that others own.
  void on_scrape(std::function<void(Metrics&)> fill);
  void set_http(const http::Counters& counters);
  void set_store(std::int64_t revision, std::size_t records);
  void set_outside(const wire::OutsideCounters& counters);
  void set_traces(const TraceFigures& figures);
  std::string to_text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace openirsa::audit
