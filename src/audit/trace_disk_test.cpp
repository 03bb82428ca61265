// Does the real disk keep all or nothing, and only for us?
#include "audit/trace_disk.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "audit/test_traces.h"

namespace openirsa::audit {
namespace {

using test::content_of;

unsigned mode_of(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 0777U : 0U;
}

TEST(TraceDisk, appends_to_what_it_expects_and_reads_parts) {
  const test::Directory directory;
  const auto disk = make_trace_disk();
  const std::string path = directory.path("traces/unknown/1.jsonl");
  ASSERT_TRUE(disk->append(path, 0, "one\n"));
  ASSERT_TRUE(disk->append(path, 4, "two\n"));
  EXPECT_EQ(content_of(path), "one\ntwo\n");
  EXPECT_EQ(*disk->read(path, 4, 3), "two");
  EXPECT_EQ(*disk->read(path, 4, 100), "two\n");
  EXPECT_EQ(*disk->read(path, 100, 3), "");
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(mode_of(directory.path("traces")), 0700U);
  EXPECT_EQ(mode_of(directory.path("traces/unknown")), 0700U);
  EXPECT_EQ(*disk->names_in(directory.path("traces/unknown")), std::vector<std::string>{"1.jsonl"});
}

TEST(TraceDisk, refuses_a_file_that_somebody_changed) {
  const test::Directory directory;
  const auto disk = make_trace_disk();
  const std::string path = directory.path("traces/unknown/1.jsonl");
  ASSERT_TRUE(disk->append(path, 0, "one\n"));
  EXPECT_FALSE(disk->append(path, 3, "two\n"));
  EXPECT_FALSE(disk->append(path, 5, "two\n"));
  EXPECT_EQ(content_of(path), "one\n");
  ASSERT_TRUE(disk->remove(path));
  EXPECT_FALSE(disk->append(path, 4, "two\n"));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(disk->remove(path)) << "what is gone is removed";
}

TEST(TraceDisk, cuts_off_what_a_failed_write_left) {
  const test::Directory directory;
  const auto disk = make_trace_disk();
  const std::string path = directory.path("traces/unknown/1.jsonl");
  ASSERT_TRUE(disk->append(path, 0, "one\n"));
  // A file-size limit stands in for a full disk: the write ends in the middle.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 6;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto more = disk->append(path, 4, "two\n");
  const auto fresh = disk->append(directory.path("traces/unknown/2.jsonl"), 0, "too long\n");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  ASSERT_FALSE(more);
  EXPECT_NE(more.error().message.find("1.jsonl: File too large"), std::string::npos) << more.error().message;
  EXPECT_EQ(content_of(path), "one\n");
  EXPECT_FALSE(fresh);
  EXPECT_FALSE(std::filesystem::exists(directory.path("traces/unknown/2.jsonl")));
  EXPECT_TRUE(disk->append(path, 4, "two\n"));
}

TEST(TraceDisk, names_what_it_cannot_use) {
  const test::Directory directory;
  const auto disk = make_trace_disk();
  EXPECT_TRUE(disk->names_in(directory.path("nowhere"))->empty());
  test::write_content(directory.path("traces"), "a file");
  EXPECT_NE(disk->names_in(directory.path("traces")).error().message.find("traces: "), std::string::npos);
  EXPECT_FALSE(disk->append(directory.path("traces/unknown/1.jsonl"), 0, "x"));
  EXPECT_FALSE(disk->read(directory.path("nowhere"), 0, 1));
  EXPECT_FALSE(disk->read(directory.path("."), 0, 1));
  // A link out of the directory is not followed.
  std::filesystem::create_symlink(directory.path("traces"), directory.path("link"));
  EXPECT_FALSE(disk->read(directory.path("link"), 0, 1));
  EXPECT_FALSE(disk->append(directory.path("link"), 6, "x"));
  EXPECT_EQ(content_of(directory.path("traces")), "a file");
}

}  // namespace
}  // namespace openirsa::audit
