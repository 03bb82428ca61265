// What if the process is killed in a storm of concurrent commits? A child commits and tells of each
// acknowledgement through a pipe; it is killed (-9) after a seeded number of them; nothing that it told may
// be missing.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <thread>

#include "store/store.h"
#include "store/test_directory.h"

namespace openirsa::store {
namespace {

constexpr int rounds = 24;
constexpr std::size_t threads = 4;

struct Acknowledgement {  // smaller than PIPE_BUF: one write() is not torn
  std::uint32_t thread = 0;
  std::uint32_t number = 0;
  Revision revision = 0;
};

std::string key_of(std::size_t thread, const char* half) { return "t" + std::to_string(thread) + "/" + half; }

// Two keys a commit, which must agree, and one that only this commit has.
Commit commit_of(std::size_t thread, std::uint32_t number) {
  const auto value = std::to_string(number);
  return {{},
          {{key_of(thread, "a"), value}, {key_of(thread, "b"), value}, {key_of(thread, "n/") + value, ""}},
          {}};
}

std::uint32_t last_number(Store& store, std::size_t thread) {
  const auto found = store.get(key_of(thread, "a"));
  return found && *found ? static_cast<std::uint32_t>(std::stoul((*found)->value)) : 0;
}

// Runs in the child until it is killed.
[[noreturn]] void storm(const std::string& path, int pipe) {
  auto opened = open_sqlite_store(path);
  if (!opened) ::_exit(1);
  auto& store = **opened;
  std::vector<std::thread> running;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    running.emplace_back([&store, pipe, thread] {
      for (auto number = last_number(store, thread) + 1;; ++number) {
        const auto done = store.commit(commit_of(thread, number));
        if (!done) ::_exit(2);
        const Acknowledgement told{static_cast<std::uint32_t>(thread), number, *done};
        if (::write(pipe, &told, sizeof told) != ssize_t{sizeof told}) ::_exit(3);
      }
    });
  }
  for (auto& thread : running) thread.join();
  ::_exit(4);
}

// The number acknowledged last of each thread, and the highest revision.
struct Told {
  std::array<std::uint32_t, threads> numbers{};
  Revision revision = 0;
};

// Kills the child once it told of `enough` commits, then hears what it had told until then.
void storm_and_kill(const std::string& path, int enough, Told& told) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(pipe[0]);
    storm(path, pipe[1]);
  }
  ::close(pipe[1]);
  Acknowledgement heard;
  int count = 0;
  while (::read(pipe[0], &heard, sizeof heard) == ssize_t{sizeof heard}) {
    if (++count == enough) ::kill(child, SIGKILL);
    auto& number = told.numbers.at(heard.thread);
    number = std::max(number, heard.number);
    told.revision = std::max(told.revision, heard.revision);
  }
  ::close(pipe[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  ASSERT_GE(count, enough);
}

void check(const std::string& path, const Told& told) {
  auto opened = open_sqlite_store(path);
  ASSERT_TRUE(opened) << opened.error().message;
  auto& store = **opened;
  EXPECT_GE(*store.revision(), told.revision);
  std::size_t numbers = 0;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    const auto last = last_number(store, thread);
    EXPECT_GE(last, told.numbers.at(thread)) << "an acknowledged commit is lost";
    const auto other = store.get(key_of(thread, "b"));
    ASSERT_TRUE(other);
    EXPECT_EQ(*other ? (*other)->value : "0", std::to_string(last)) << "half a commit";
    const auto each = store.list(key_of(thread, "n/"), "", 10'000'000);
    ASSERT_TRUE(each);
    EXPECT_EQ(each->size(), last) << "a commit in between is lost";
    numbers += each->size();
  }
  EXPECT_EQ(*store.revision(), static_cast<Revision>(numbers)) << "one revision a commit";
}

TEST(Killed, in_a_storm_of_commits_loses_nothing_that_was_acknowledged) {
  const TestDirectory directory;
  const auto path = directory.path("store.db");
  std::mt19937 random(4711);
  Told told;
  for (int round = 0; round < rounds; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    storm_and_kill(path, static_cast<int>(1 + random() % 400), told);
    if (HasFatalFailure()) return;
    check(path, told);
    if (HasFailure()) return;
  }
  EXPECT_GT(told.revision, rounds);
}

}  // namespace
}  // namespace openirsa::store
