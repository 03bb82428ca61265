// Who uses which processor for how long: threads of this process, and other processes.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace openirsa::bench {

// Why a measurement ends early. An exception, so that the programs that were started end with it.
struct GivenUp : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void give_up(const std::string& why);

// The kernel's ids of a process's threads now; 0: this process.
std::vector<int> thread_ids(int process = 0);
// CPU seconds that the threads have used so far, to the nanosecond; of this process or of another.
double cpu_seconds(const std::vector<int>& threads);
// Of the calling thread.
double own_cpu_seconds();
// Keeps the threads, and what they start, on one processor.
void pin(const std::vector<int>& threads, int processor);
// What a process holds now, in bytes (proc(5), statm: resident pages).
double resident_bytes(int process);

}  // namespace openirsa::bench
