// What the kept decisions come to, for metrics.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace openirsa::audit {

struct RefusalFigures {
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;      // of the files
  std::uint64_t unwritten = 0;  // in memory alone
  struct Dropped {
    std::string share;  // an account, or "unknown"
    std::uint64_t count = 0;
  };
  std::vector<Dropped> dropped;  // of every share that ever lost one before it was written
};

struct TraceFigures {
  std::uint64_t successes = 0;
  RefusalFigures refusals;
};

}  // namespace openirsa::audit
