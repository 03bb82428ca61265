#include "cold_start.h"

#include <chrono>

#include "process.h"
#include "processor.h"

namespace openirsa::bench {

ColdStart start_cold(const std::string& program, const std::filesystem::path& data_directory) {
  const std::string address = free_address();
  const auto begun = std::chrono::steady_clock::now();
  Process server({program, "server", "--data-dir", data_directory.string(), "--listen-api", address,
                  "--listen-metrics", "", "--listen-proxy", "", "--tls-api", "off"},
                 data_directory.string() + ".log");
  server.wait_until_ready(address, "/readyz");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  return {.seconds = took.count(), .resident_bytes = resident_bytes(server.id())};
}

}  // namespace openirsa::bench
