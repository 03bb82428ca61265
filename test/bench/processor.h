// Who uses which processor for how long: threads of this process, and other processes.
#pragma once

#include <string>
#include <vector>

namespace openirsa::bench {

// The measurement is over: says why and ends the process.
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
