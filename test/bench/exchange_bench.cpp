// dev/bench: how close the token exchange runs to what the hardware gives. Every rate is requests for each
// second of CPU time that the server's threads used, taken in turns within one run, so that a noisy machine
// blurs all alike. Prints `name: value` lines; it judges nothing.
#include <algorithm>
#include <iostream>

#include "base/text.h"
#include "cold_start.h"
#include "processor.h"
#include "rounds.h"

namespace openirsa::bench {
namespace {

constexpr std::size_t few_roles = 10;
constexpr std::size_t distinct_tokens = 3'000;

struct Order {
  std::filesystem::path scratch;
  std::string program;  // openirsa
  std::size_t clusters = 10'000;
  std::size_t roles = 100'000;
  std::size_t cold_starts = 3;
  Plan plan{};
};

void measure_cold_starts(const Order& order) {
  const std::size_t records = records_of(order.clusters, order.roles);
  const std::size_t more = records - records_of(1, few_roles);
  Report report;
  for (std::size_t i = 0; i < order.cold_starts; ++i) {
    const ColdStart few = start_cold(order.program, order.scratch / "few");
    const ColdStart many = start_cold(order.program, order.scratch / "many");
    report.add("cold_start_seconds", many.seconds);
    report.add("cold_start_few_seconds", few.seconds);
    report.add("resident_bytes", many.resident_bytes);
    report.add("bytes_per_record",
               std::max(0.0, many.resident_bytes - few.resident_bytes) / static_cast<double>(more));
  }
  Report::print("cold_start_records", static_cast<double>(records));
  report.print_medians();
}

void measure_exchanges(const Order& order, const Issuers& issuers) {
  make_world(order.scratch / "tls", issuers, 1, few_roles);
  const Requests requests = make_requests(issuers, std::min(distinct_tokens, order.plan.requests));
  pin(thread_ids(), 1);  // what is started from here on keeps to processor 0
  const std::string& body = requests.rs256.front();
  Subjects subjects{.fixed = start_fixed(false),
                    .fixed_tls = start_fixed(true),
                    .house = start_house(order.scratch / "few", false),
                    .house_tls = start_house(order.scratch / "tls", true),
                    .loaded = start_house(order.scratch / "many", false),
                    .nginx = start_nginx(order.scratch),
                    .minio = start_minio(order.scratch, body.substr(body.rfind('=') + 1), 500)};
  if (!subjects.nginx) Report::note("nginx: absent");
  if (!subjects.minio) Report::note("minio: absent");

  const Rounds rounds(order.plan, subjects, requests);
  Report warm_up;
  rounds.measure(warm_up);
  Report report;
  for (std::size_t i = 0; i < order.plan.rounds; ++i) rounds.measure(report);
  Report::print("unloaded_roles", few_roles);
  Report::print("loaded_roles", static_cast<double>(order.roles));
  Report::print("loaded_clusters", static_cast<double>(order.clusters));
  report.print_medians();
}

std::optional<Order> read(std::vector<std::string> words) {
  Order order;
  if (std::erase(words, "--quick") > 0) {
    order.clusters = 1'000;
    order.roles = 10'000;
    order.cold_starts = 1;
    order.plan = {.rounds = 3, .verifications = 500, .requests = 1'000, .latency_seconds = 0.3};
  }
  if (words.size() != 2 && words.size() != 4) return std::nullopt;
  order.scratch = words[0];
  order.program = words[1];
  if (words.size() == 4) {
    order.clusters = static_cast<std::size_t>(std::max<std::int64_t>(1, parse_integer(words[2]).value_or(0)));
    order.roles = static_cast<std::size_t>(std::max<std::int64_t>(1, parse_integer(words[3]).value_or(0)));
  }
  if (std::filesystem::exists(order.scratch)) return std::nullopt;
  return order;
}

int run(const Order& order) {
  int status = 0;
  try {
    const Issuers issuers = make_issuers();
    make_world(order.scratch / "few", issuers, 1, few_roles);
    make_world(order.scratch / "many", issuers, order.clusters, order.roles);
    measure_cold_starts(order);
    measure_exchanges(order, issuers);
  } catch (const GivenUp& why) {
    std::cerr << "bench: " << why.what() << "\n";
    status = 1;
  }
  std::filesystem::remove_all(order.scratch);
  return status;
}

}  // namespace
}  // namespace openirsa::bench

int main(int argc, char** argv) {
  const auto order = openirsa::bench::read({argv + 1, argv + argc});
  if (order) return openirsa::bench::run(*order);
  std::cerr << "usage: exchange_bench NEW-DIRECTORY OPENIRSA-PROGRAM [--quick] [CLUSTERS ROLES]\n";
  return 2;
}
