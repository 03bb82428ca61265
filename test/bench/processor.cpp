#include "processor.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace openirsa::bench {

void give_up(const std::string& why) { throw GivenUp(why); }

std::vector<int> thread_ids(int process) {
  std::vector<int> ids;
  const std::string whose = process == 0 ? "self" : std::to_string(process);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + whose + "/task")) {
    ids.push_back(static_cast<int>(parse_integer(entry.path().filename().string()).value_or(0)));
  }
  std::ranges::sort(ids);
  return ids;
}

double cpu_seconds(const std::vector<int>& threads) {
  double total = 0;
  for (const int id : threads) {
    std::uint64_t nanoseconds = 0;
    std::ifstream("/proc/" + std::to_string(id) + "/schedstat") >> nanoseconds;
    total += static_cast<double>(nanoseconds) / 1e9;
  }
  return total;
}

double own_cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void pin(const std::vector<int>& threads, int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(processor), &set);
  for (const int id : threads) sched_setaffinity(id, sizeof set, &set);
}

double resident_bytes(int process) {
  double total = 0;
  double resident = 0;
  std::ifstream("/proc/" + std::to_string(process) + "/statm") >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace openirsa::bench
