#include "rounds.h"

#include <algorithm>
#include <cstdint>

#include "load.h"

namespace openirsa::bench {
namespace {

constexpr std::size_t usual_connections = 8;
constexpr std::size_t half_load_connections = 64;
const std::string exchanged = "<SessionToken>";

// A connection of its own costs many times as much as a request.
std::size_t count_of(const Plan& plan, bool new_connections) {
  return new_connections ? std::max<std::size_t>(plan.requests / 4, 1) : plan.requests;
}

}  // namespace

double Rounds::fixed_cost(const Subject& subject, std::size_t connections, bool new_connections) const {
  return cost_of({.bytes = requests_.rs256,
                  .must_contain = "200 OK",
                  .requests = count_of(plan_, new_connections),
                  .connections = connections,
                  .new_connections = new_connections},
                 subject);
}

double Rounds::exchange_cost(const Subject& subject, std::size_t connections, bool new_connections) const {
  return cost_of({.bytes = requests_.rs256,
                  .must_contain = exchanged,
                  .requests = count_of(plan_, new_connections),
                  .connections = connections,
                  .new_connections = new_connections},
                 subject);
}

void Rounds::measure(Report& report) const {
  const Base base = measure_base(report);
  measure_tokens(base, report);
  measure_transports(base, report);
  measure_connections(base, report);
  measure_half_load(base, report);
  measure_peers(base, report);
}

Rounds::Base Rounds::measure_base(Report& report) const {
  const Base base{.rsa = rsa_.cost(plan_.verifications),
                  .es256 = es256_.cost(plan_.verifications),
                  .http = fixed_cost(subjects_.fixed, usual_connections),
                  .exchange = exchange_cost(subjects_.house, usual_connections)};
  report.add("rsa2048_verify_per_core", 1 / base.rsa);
  report.add("es256_verify_per_core", 1 / base.es256);
  report.add("http_fixed_per_core", 1 / base.http);
  report.add("exchange_per_core", 1 / base.exchange);
  report.add("exchange_ratio", (base.rsa + base.http) / base.exchange);
  return base;
}

void Rounds::measure_tokens(const Base& base, Report& report) const {
  const double es256 = cost_of(
      {.bytes = requests_.es256, .must_contain = exchanged, .requests = plan_.requests}, subjects_.house);
  report.add("exchange_es256_per_core", 1 / es256);
  report.add("exchange_es256_ratio", (base.es256 + base.http) / es256);
  const std::vector<std::string> same{requests_.rs256.front()};
  const double repeated =
      cost_of({.bytes = same, .must_contain = exchanged, .requests = plan_.requests}, subjects_.house);
  report.add("exchange_repeated_per_core", 1 / repeated);
  report.add("exchange_repeated_ratio", (base.rsa + base.http) / repeated);
  const double loaded = exchange_cost(subjects_.loaded, usual_connections);
  report.add("exchange_loaded_per_core", 1 / loaded);
  report.add("exchange_loaded_ratio", (base.rsa + base.http) / loaded);
  report.add("loaded_to_unloaded", base.exchange / loaded);
}

void Rounds::measure_transports(const Base& base, Report& report) const {
  struct Mode {
    const char* name;
    bool tls, new_connections;
  };
  for (const auto& [name, tls, new_connections] :
       {Mode{"tls", true, false}, Mode{"new_connection", false, true},
        Mode{"tls_new_connection", true, true}}) {
    const double http =
        fixed_cost(tls ? subjects_.fixed_tls : subjects_.fixed, usual_connections, new_connections);
    const double exchange =
        exchange_cost(tls ? subjects_.house_tls : subjects_.house, usual_connections, new_connections);
    const std::string mode = name;
    report.add("http_fixed_" + mode + "_per_core", 1 / http);
    report.add("exchange_" + mode + "_per_core", 1 / exchange);
    report.add("exchange_" + mode + "_ratio", (base.rsa + http) / exchange);
  }
}

void Rounds::measure_connections(const Base& base, Report& report) const {
  for (const std::size_t connections : {16, 64, 256}) {
    const double http = fixed_cost(subjects_.fixed, connections);
    const double exchange = exchange_cost(subjects_.house, connections);
    report.add("exchange_per_core_" + std::to_string(connections), 1 / exchange);
    report.add("exchange_ratio_" + std::to_string(connections), (base.rsa + http) / exchange);
  }
}

void Rounds::measure_half_load(const Base& base, Report& report) const {
  const double per_second = 0.5 / base.exchange;
  const auto count = static_cast<std::size_t>(per_second * plan_.latency_seconds) + 1;
  const Latency latency = latency_of({.bytes = requests_.rs256,
                                      .must_contain = exchanged,
                                      .requests = count,
                                      .connections = half_load_connections},
                                     subjects_.house, per_second);
  report.add("half_load_per_second", per_second);
  report.add("exchange_p50_ms", latency.p50_ms);
  report.add("exchange_p99_ms", latency.p99_ms);
}

void Rounds::measure_peers(const Base& base, Report& report) const {
  if (subjects_.nginx) {
    const std::vector<std::string> get{"GET /fixed.xml HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n\r\n"};
    const Load load{.bytes = get, .must_contain = "200 OK", .requests = plan_.requests};
    const double own = cost_of(load, subjects_.fixed);
    const double plain = cost_of(load, subjects_.nginx->plain);
    const double cached = cost_of(load, subjects_.nginx->cached);
    report.add("http_fixed_get_per_core", 1 / own);
    report.add("nginx_per_core", 1 / plain);
    report.add("http_fixed_to_nginx", plain / own);
    report.add("nginx_cached_per_core", 1 / cached);
    report.add("http_fixed_to_nginx_cached", cached / own);
  }
  if (subjects_.minio) {
    const double minio = cost_of({.bytes = subjects_.minio->requests,
                                  .must_contain = exchanged,
                                  .requests = std::max<std::size_t>(plan_.requests / 10, 1)},
                                 subjects_.minio->subject);
    report.add("minio_exchange_per_cpu_second", 1 / minio);
    report.add("exchange_to_minio", minio / base.exchange);
  }
}

}  // namespace openirsa::bench
