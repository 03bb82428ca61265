// Does a verb whose output is lost fail, and no other?
#include "cli/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

namespace openirsa::cli {
namespace {

// What finish() answers after `text` was printed to the file at `path`.
int finish_into(const char* path, const std::string& text, int status, std::string& error) {
  std::fflush(stdout);
  const int kept = ::dup(STDOUT_FILENO);
  const int file = ::open(path, O_WRONLY | O_CLOEXEC);
  ::dup2(file, STDOUT_FILENO);
  ::close(file);
  testing::internal::CaptureStderr();
  if (!text.empty()) print(text);
  const int answered = finish(status);
  error = testing::internal::GetCapturedStderr();
  std::clearerr(stdout);
  ::dup2(kept, STDOUT_FILENO);
  ::close(kept);
  return answered;
}

TEST(Finish, output_that_cannot_be_written_is_said) {
  // More than a buffer: the write fails before the last flush.
  for (const std::size_t size : {1U, 100'000U}) {
    std::string error;
    EXPECT_EQ(finish_into("/dev/full", std::string(size, 'x'), 0, error), 1);
    EXPECT_EQ(error, "Error: cannot write the output: No space left on device\n") << size;
    EXPECT_EQ(finish_into("/dev/full", std::string(size, 'x'), 3, error), 3);
    EXPECT_EQ(error, "") << "a verb that failed has said its line";
    EXPECT_EQ(finish_into("/dev/null", std::string(size, 'x'), 0, error), 0);
    EXPECT_EQ(error, "");
  }
  std::string error;
  EXPECT_EQ(finish_into("/dev/full", "", 0, error), 0);
  EXPECT_EQ(finish_into("/dev/null", "x", 1, error), 1);
  EXPECT_EQ(error, "");
}

}  // namespace
}  // namespace openirsa::cli
