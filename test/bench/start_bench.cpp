// Which part of a cold start grows with what is kept, and how much memory a record takes. Two runs, so that
// the process that starts has not made the world it opens.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>

#include "base/text.h"
#include "processor.h"
#include "server/app.h"
#include "world.h"

namespace openirsa::bench {
namespace {

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print(const char* name, double value) { std::printf("%s: %.3f\n", name, value); }

int start(const std::string& directory, double records) {
  const SystemClock clock;
  const auto settings = server::Settings::load(std::nullopt, {},
                                               {{"data_dir", directory},
                                                {"listen.api", "127.0.0.1:0"},
                                                {"listen.metrics", ""},
                                                {"listen.proxy", ""},
                                                {"log.level", "error"},
                                                {"tls.api", "off"}});
  if (!settings) {
    std::cerr << settings.error().message << "\n";
    return 1;
  }
  const double memory = resident_bytes(::getpid());
  const double processor = processor_seconds();
  const auto begun = std::chrono::steady_clock::now();
  auto app = server::App::start(*settings, {.clock = clock, .data_directory = {}, .upstream_proxy = {}});
  if (!app) {
    std::cerr << app.error().message << "\n";
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  print("cold_start_records", records);
  print("cold_start_seconds", took.count());
  print("cold_start_cpu_seconds", processor_seconds() - processor);
  print("memory_per_record_bytes", (resident_bytes(::getpid()) - memory) / records);
  return 0;
}

}  // namespace
}  // namespace openirsa::bench

// start_bench make NEW-DIRECTORY CLUSTERS ROLES, then start_bench start DIRECTORY CLUSTERS ROLES
int main(int argc, char** argv) try {
  const std::string verb = argc == 5 ? argv[1] : "";
  const auto number = [&](int at) {
    return static_cast<std::size_t>(openirsa::parse_integer(argv[at]).value_or(0));
  };
  if (verb == "make" && number(3) > 0 && number(4) > 0) {
    openirsa::bench::make_world(argv[2], openirsa::bench::make_issuers(), number(3), number(4));
    return 0;
  }
  if (verb == "start") {
    const std::size_t records = openirsa::bench::records_of(number(3), number(4));
    return openirsa::bench::start(argv[2], static_cast<double>(records));
  }
  std::cerr << "usage: start_bench make|start DIRECTORY CLUSTERS ROLES\n";
  return 2;
} catch (const openirsa::bench::GivenUp& why) {
  std::cerr << "bench: " << why.what() << "\n";
  return 1;
}
