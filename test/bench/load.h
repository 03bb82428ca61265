// Bounded loads on loopback: what a request costs the server's threads in CPU time, and how long one takes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "subject.h"

namespace openirsa::bench {

struct Load {
  const std::vector<std::string>& bytes;  // of the requests, sent in turn
  std::string must_contain;               // every answer has it, or the bench ends
  std::size_t requests = 10'000;          // in all
  std::size_t connections = 8;            // at a time, one request in flight on each
  bool new_connections = false;           // one for each request; else kept alive
};

// CPU seconds that the subject spent on each request of a closed loop: as fast as it answers.
double cost_of(const Load& load, const Subject& subject);

struct Latency {
  double p50_ms = 0;
  double p99_ms = 0;
};
// Of an open loop: requests begin at this rate whether or not earlier ones were answered, and the time counts
// from when a request was due.
Latency latency_of(const Load& load, const Subject& subject, double per_second);

}  // namespace openirsa::bench
