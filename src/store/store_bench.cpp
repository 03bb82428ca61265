// What the store and its mirror cost. Not part of the tests: `ninja store_bench`, in a release build, on a
// quiet machine.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>
#include <vector>

#include "store/mirror.h"
#include "store/store.h"
#include "store/test_directory.h"

namespace openirsa::store {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string key_of(int number) {
  return "123456789012/us-west-2/role/application-role-" + std::to_string(number);
}

// Of all threads: what a crowded machine does not distort.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class T>
T must(Result<T, Error> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): the measurement is over
  }
  return *std::move(result);
}

void fill(Store& store, int count) {
  const auto start = Clock::now();
  for (int number = 0; number < count;) {
    Commit commit;
    for (std::size_t i = 0; i < max_operations_per_commit && number < count; ++i, ++number) {
      commit.puts.push_back({key_of(number), std::string(600, 'v')});
    }
    must(store.commit(commit));
  }
  std::printf("  write %d records in full commits   %.2f s\n", count, seconds_since(start));
}

void measure_find(Mirror& mirror, int count, int threads) {
  std::vector<int> numbers;
  for (int number = 0; number < count; ++number) numbers.push_back(number);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(1));
  std::vector<std::string> keys;  // lie in memory in the order of use: not their misses are measured
  for (const int number : numbers) keys.push_back(key_of(number));
  const double start = cpu_seconds();
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      for (const auto& key : keys) {
        if (!mirror.snapshot()->find(key)) std::abort();
      }
    });
  }
  for (auto& thread : running) thread.join();
  std::printf("  snapshot() and find(), random keys, %d thread(s)   %.0f ns\n", threads,
              (cpu_seconds() - start) / count / threads * 1e9);
}

void measure_snapshot(Mirror& mirror) {
  constexpr int rounds = 20'000'000;
  const double start = cpu_seconds();
  Revision sum = 0;
  for (int i = 0; i < rounds; ++i) sum += mirror.snapshot()->revision();
  std::printf("  snapshot()   %.1f ns%s\n", (cpu_seconds() - start) / rounds * 1e9, sum == 0 ? "!" : "");
}

void measure_commits(Store& store, int threads, int each, const char* what) {
  const auto start = Clock::now();
  const double cpu = cpu_seconds();
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        must(store.commit({{}, {{key_of(t * each + i), std::string(600, 'w')}}, {}}));
    });
  }
  for (auto& thread : running) thread.join();
  const double seconds = seconds_since(start);
  std::printf("  %s, %d thread(s)   %.0f a second, %.0f us of one core each\n", what, threads,
              threads * each / seconds, (cpu_seconds() - cpu) / threads / each * 1e6);
}

std::unique_ptr<Mirror> load(std::unique_ptr<Store> store) {
  const auto start = Clock::now();
  const double cpu = cpu_seconds();
  auto mirror =
      must(Mirror::start(std::move(store), [](std::string_view, const std::string& value) -> Decoded {
        return std::make_shared<std::string>(value);
      }));
  std::printf("  load the mirror   %.3f s (%.3f s of one core)\n", seconds_since(start), cpu_seconds() - cpu);
  return mirror;
}

void over_memory(int count) {
  std::printf("memory, %d records\n", count);
  auto store = make_memory_store();
  fill(*store, count);
  const auto mirror = load(std::move(store));
  measure_snapshot(*mirror);
  measure_find(*mirror, count, 1);
  measure_find(*mirror, count, 2);
  measure_commits(*mirror, 1, 20'000, "commits through the mirror");
}

void over_sqlite(int count, Where where) {
  std::printf("sqlite %s, %d records\n", where == Where::disk ? "on disk" : "in memory", count);
  const TestDirectory directory(where);
  const auto path = directory.path("store.db");
  auto store = must(open_sqlite_store(path));
  fill(*store, count);
  for (const int threads : {1, 8, 32}) measure_commits(*store, threads, 1600 / threads, "commits");
  store.reset();
  const auto start = Clock::now();
  const double cpu = cpu_seconds();
  store = must(open_sqlite_store(path));
  std::printf("  open and check   %.3f s (%.3f s of one core)\n", seconds_since(start), cpu_seconds() - cpu);
  const auto mirror = load(std::move(store));
  for (const int threads : {1, 8, 32})
    measure_commits(*mirror, threads, 1600 / threads, "commits through the mirror");
}

}  // namespace
}  // namespace openirsa::store

int main() {
  using namespace openirsa::store;
  for (const int count : {1'000, 100'000, 1'000'000}) over_memory(count);
  over_sqlite(100'000, Where::memory);
  over_sqlite(100'000, Where::disk);
}
