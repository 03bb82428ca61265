// A bounded load on loopback, and what it cost the server's threads in CPU time.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace openirsa::bench {

// The kernel's ids of this process's threads now.
std::vector<int> thread_ids();
// CPU seconds that the threads have used so far, to the nanosecond.
double cpu_seconds(const std::vector<int>& threads);
// Keeps the threads on one processor.
void pin(const std::vector<int>& threads, int processor);

struct Load {
  std::string address;                              // "127.0.0.1:PORT"
  std::size_t connections = 8;                      // kept alive, one request in flight on each
  std::size_t requests = 10'000;                    // in all
  std::function<std::string(std::size_t)> request;  // the bytes of the n-th request
  std::string must_contain;                         // every answer has it, or the bench ends
};

// CPU seconds that the server's threads spent on each request.
double cost_of(const Load& load, const std::vector<int>& server_threads);

}  // namespace openirsa::bench
