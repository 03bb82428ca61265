// Do the files of AWS's tools keep all that is not ours?
#include "cli/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "cli/output.h"
#include "http/test_peer.h"

namespace openirsa::cli {
namespace {

using Values = std::map<std::string, std::string>;

TEST(Ini, finds_a_section) {
  const std::string text =
      "a = before\n[default]\n# c = d\n; e = f\nid = 1\n secret=a=b= \n[ profile x ]\nid=2\n[default]\nmore "
      "= 3\n";
  EXPECT_EQ(find_section(text, "default"), (Values{{"id", "1"}, {"secret", "a=b="}, {"more", "3"}}));
  EXPECT_EQ(find_section(text, "profile x"), (Values{{"id", "2"}}));
  EXPECT_EQ(find_section(text, "x"), std::nullopt);
  EXPECT_EQ(find_section("[default]\r\nid = 1\r\n", "default"), (Values{{"id", "1"}}));
  EXPECT_EQ(find_section("[default]", "default"), Values{});
  EXPECT_EQ(find_section("", "default"), std::nullopt);
}

TEST(Ini, adds_a_section) {
  const Values values{{"b", "2"}, {"a", "1"}};
  EXPECT_EQ(with_section("", "x", values), "[x]\na = 1\nb = 2\n");
  EXPECT_EQ(with_section("[y]\nc = 3\n", "x", values), "[y]\nc = 3\n\n[x]\na = 1\nb = 2\n");
  EXPECT_EQ(with_section("[y]\nc = 3", "x", values), "[y]\nc = 3\n\n[x]\na = 1\nb = 2\n");
}

TEST(Ini, replaces_a_section_and_nothing_else) {
  const std::string before =
      "# top\n[y]\nc = 3\ns3 =\n  d = 4\n\n# about x\n[x]\n# inside\nold = 1\n\n# about z\n[z]\n; kept\ne = "
      "5\n";
  const std::string after =
      "# top\n[y]\nc = 3\ns3 =\n  d = 4\n\n# about x\n[x]\nnew = 2\n\n# about z\n[z]\n; kept\ne = 5\n";
  EXPECT_EQ(with_section(before, "x", {{"new", "2"}}), after);
  EXPECT_EQ(with_section(after, "x", {{"new", "2"}}), after) << "twice is once";
  EXPECT_EQ(with_section("[x]\na = 1\n[y]\nb = 2\n[x]\nc = 3\n", "x", {{"d", "4"}}),
            "[x]\nd = 4\n[y]\nb = 2\n");
}

TEST(Ini, keeps_line_ends) {
  EXPECT_EQ(with_section("[y]\r\na = 1\r\n[x]\r\nb = 2\r\n", "x", {{"c", "3"}}),
            "[y]\r\na = 1\r\n[x]\r\nc = 3\r\n");
  EXPECT_EQ(with_section("[y]\r\na = 1\r\n", "x", {{"c", "3"}}), "[y]\r\na = 1\r\n\r\n[x]\r\nc = 3\r\n");
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

TEST(Files, are_written_whole_with_their_mode) {
  const http::TestDirectory directory;
  const std::string path = directory.file("deep/er/file");
  ASSERT_TRUE(write_file(path, "old and longer", 0600));
  ASSERT_TRUE(write_file(path, "new", 0600));
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(mode_of(path), 0600U);
  ::chmod(path.c_str(), 0666);
  ASSERT_TRUE(write_file(path, "secret", 0600));
  EXPECT_EQ(mode_of(path), 0600U);
  EXPECT_EQ(read_file(path), "secret");
  EXPECT_EQ(read_file(directory.file("absent")), std::nullopt);
}

// `NAME.new` is a name like any other: `create account acme` once deleted the credentials of `acme.new`.
TEST(Files, writing_touches_no_other_file) {
  const http::TestDirectory directory;
  const std::string path = directory.file("credentials-acme");
  ASSERT_TRUE(write_new_file(path + ".new", "another's", 0600));
  ASSERT_TRUE(write_file(path, "first", 0600));
  ASSERT_TRUE(write_file(path, "second", 0600));
  EXPECT_EQ(read_file(path), "second");
  EXPECT_EQ(read_file(path + ".new"), "another's");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) ++files;
  EXPECT_EQ(files, 2U);
}

TEST(Files, a_new_file_replaces_none) {
  const http::TestDirectory directory;
  const std::string path = directory.file("file");
  ASSERT_TRUE(write_new_file(path, "first", 0600));
  EXPECT_EQ(mode_of(path), 0600U);
  const auto again = write_new_file(path, "second", 0600);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "cannot write " + path + ": File exists");
  EXPECT_EQ(read_file(path), "first");
  std::filesystem::create_symlink(directory.file("elsewhere"), directory.file("link"));
  EXPECT_FALSE(write_new_file(directory.file("link"), "x", 0600));
  EXPECT_FALSE(std::filesystem::exists(directory.file("elsewhere")));
}

TEST(Files, what_cannot_be_read_is_named_with_the_reason) {
  const http::TestDirectory directory;
  std::filesystem::create_directory(directory.file("directory"));
  std::ofstream(directory.file("file")) << "text";
  const auto why = [&](const std::string& name) {
    const auto text = text_of_file(directory.file(name));
    return text ? "read " + *text : text.error().message;
  };
  EXPECT_EQ(why("file"), "read text");
  EXPECT_EQ(why("directory"), "cannot read " + directory.file("directory") + ": Is a directory");
  EXPECT_EQ(why("absent"), "cannot read " + directory.file("absent") + ": No such file or directory");
  EXPECT_EQ(read_file(directory.file("directory")), std::nullopt);
  std::filesystem::resize_file(directory.file("file"), (16U << 20U) + 1);
  EXPECT_EQ(why("file"), "cannot read " + directory.file("file") + ": it is longer than 16 MiB");
}

TEST(Files, a_symbolic_link_stays_one) {
  const http::TestDirectory directory;
  std::ofstream(directory.file("real")) << "old";
  std::filesystem::create_symlink(directory.file("real"), directory.file("link"));
  ASSERT_TRUE(write_file(directory.file("link"), "new", 0600));
  EXPECT_TRUE(std::filesystem::is_symlink(directory.file("link")));
  EXPECT_EQ(read_file(directory.file("real")), "new");
}

TEST(Files, a_failure_is_said_in_one_line) {
  const http::TestDirectory directory;
  std::filesystem::create_directory(directory.file("taken"));
  const auto done = write_file(directory.file("taken"), "x", 0600);
  ASSERT_FALSE(done);
  EXPECT_TRUE(done.error().message.starts_with("cannot write " + directory.file("taken") + ": "));
  EXPECT_TRUE(std::filesystem::is_empty(directory.file("taken")));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory.path())) ++files;
  EXPECT_EQ(files, 1U);  // nothing half written stays
}

std::string captured(const std::function<void()>& speak) {
  testing::internal::CaptureStdout();
  speak();
  return testing::internal::GetCapturedStdout();
}

TEST(Output, tables_and_fields_align) {
  EXPECT_EQ(captured([] { print_table({{"NAME", "STATUS"}, {"a", "ACTIVE"}, {"longer", "X"}}); }),
            "NAME     STATUS\na        ACTIVE\nlonger   X\n");
  EXPECT_EQ(captured([] { print_fields({{"Name", "a"}, {"Long name", "b"}, {"N", ""}}); }),
            "Name:       a\nLong name:  b\nN:          \n");
}

TEST(Output, json_is_indented_and_exact) {
  const auto value = *parse_json(R"({"a":{"b":[1,{"c":"\u00e9\n\""}],"d":[],"e":{}},"f":null,"g":true})");
  EXPECT_EQ(pretty(value),
            "{\n  \"a\": {\n    \"b\": [\n      1,\n      {\n        \"c\": \"é\\n\\\"\"\n      }\n    ],\n"
            "    \"d\": [],\n    \"e\": {}\n  },\n  \"f\": null,\n  \"g\": true\n}");
  EXPECT_EQ(*parse_json(pretty(value)), value);
}

TEST(Output, a_terminal_is_sent_no_orders) {
  EXPECT_EQ(shown("plain ünïcödé ✔"), "plain ünïcödé ✔");
  EXPECT_EQ(shown("a\x1b[2Jb\r\n\t"), "a\\x1b[2Jb\\x0d\\x0a\\x09");
  EXPECT_EQ(shown("\xc2\x9b"
                  "31m\x7f"),
            "\\x9b31m\\x7f");
  EXPECT_EQ(shown("\xc2"), "\xc2");
  EXPECT_EQ(captured([] { print_fields({{"N", "\x1b[0m"}}); }), "N:  \\x1b[0m\n");
  EXPECT_EQ(captured([] { print_table({{"\x1b", "x"}, {"abcd", "y"}}); }), "\\x1b   x\nabcd   y\n");
  testing::internal::CaptureStderr();
  EXPECT_EQ(fail({"a\nb"}), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "Error: a\\x0ab\n");
}

}  // namespace
}  // namespace openirsa::cli
