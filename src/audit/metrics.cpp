#include "audit/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <unordered_map>

namespace openirsa::audit {

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("openirsa_requests_total")
                                                          .Help("Calls by service, operation and AWS code.")
                                                          .Register(registry);
  prometheus::Family<prometheus::Counter>& refused = prometheus::BuildCounter()
                                                         .Name("openirsa_refusals_total")
                                                         .Help("Refusals by the decisive step.")
                                                         .Register(registry);
  prometheus::Family<prometheus::Gauge>& http = prometheus::BuildGauge()
                                                    .Name("openirsa_http")
                                                    .Help("The HTTP engine's own counters.")
                                                    .Register(registry);
  prometheus::Family<prometheus::Gauge>& store = prometheus::BuildGauge()
                                                     .Name("openirsa_store")
                                                     .Help("The store's revision and number of records.")
                                                     .Register(registry);
  prometheus::Family<prometheus::Gauge>& outside =
      prometheus::BuildGauge()
          .Name("openirsa_outside")
          .Help("What is asked of other hosts: issuers' keys, documents, certificates.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& traces = prometheus::BuildGauge()
                                                      .Name("openirsa_traces")
                                                      .Help("What is kept for openirsa explain.")
                                                      .Register(registry);
  prometheus::Family<prometheus::Gauge>& dropped =
      prometheus::BuildGauge()
          .Name("openirsa_refusals_dropped")
          .Help("Refusals that were lost before they were written, by the share that flooded.")
          .Register(registry);
  std::function<void(Metrics&)> fill;

  std::mutex
      mutex;  // guards the caches: looking a counter up by labels costs more than the whole exchange may
  std::unordered_map<std::string, prometheus::Counter*> by_call;
  std::unordered_map<std::string, prometheus::Counter*> by_step;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

void Metrics::count(const wire::Trace& trace) {
  const bool known = trace.passed(wire::Step::operation_found);
  const std::string_view operation = known ? std::string_view(trace.operation) : "unknown";
  const std::string_view service = trace.service.empty() ? "unknown" : std::string_view(trace.service);
  const std::string_view code = trace.failure ? std::string_view(trace.wire_code) : "OK";
  // Kept by the thread: every exchange makes one.
  thread_local std::string key;
  key.assign(service).append("/").append(operation).append("/").append(code);
  const std::scoped_lock lock(state_->mutex);
  auto& counter = state_->by_call[key];
  if (counter == nullptr) {
    counter = &state_->requests.Add({{"service", std::string(service)},
                                     {"operation", std::string(operation)},
                                     {"code", std::string(code)}});
  }
  counter->Increment();
  if (!trace.failure) return;
  const std::string step(wire::name_of(trace.failure->step));
  auto& refusals = state_->by_step[step];
  if (refusals == nullptr) refusals = &state_->refused.Add({{"step", step}});
  refusals->Increment();
}

void Metrics::on_scrape(std::function<void(Metrics&)> fill) { state_->fill = std::move(fill); }

void Metrics::set_http(const http::Counters& counters) {
  const auto set = [&](const char* name, std::uint64_t value) {
    state_->http.Add({{"figure", name}}).Set(static_cast<double>(value));
  };
  set("connections_accepted", counters.connections_accepted);
  set("connections_refused", counters.connections_refused);
  set("connections_open", counters.connections_open);
  set("requests", counters.requests);
  set("bad_requests", counters.bad_requests);
}

void Metrics::set_store(std::int64_t revision, std::size_t records) {
  state_->store.Add({{"figure", "revision"}}).Set(static_cast<double>(revision));
  state_->store.Add({{"figure", "records"}}).Set(static_cast<double>(records));
}

void Metrics::set_outside(const wire::OutsideCounters& counters) {
  const auto set = [&](const char* name, std::uint64_t value) {
    state_->outside.Add({{"figure", name}}).Set(static_cast<double>(value));
  };
  set("fetched", counters.fetched);
  set("failed", counters.failed);
  set("refused", counters.refused);
  set("crowded", counters.crowded);
  set("issuers", counters.issuers);
  set("fetching", counters.fetching);
  set("waiting", counters.waiting);
}

void Metrics::set_traces(const TraceFigures& figures) {
  const auto set = [&](const char* name, std::uint64_t value) {
    state_->traces.Add({{"figure", name}}).Set(static_cast<double>(value));
  };
  set("successes", figures.successes);
  set("refusals", figures.refusals.kept);
  set("refusal_bytes", figures.refusals.bytes);
  set("refusals_unwritten", figures.refusals.unwritten);
  for (const auto& dropped : figures.refusals.dropped) {
    state_->dropped.Add({{"share", dropped.share}}).Set(static_cast<double>(dropped.count));
  }
}

std::string Metrics::to_text() {
  if (state_->fill) state_->fill(*this);
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace openirsa::audit
