#include "crypto/random.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/text.h"

namespace openirsa::crypto {
namespace {

TEST(Random, gives_as_many_bytes_as_asked_and_never_the_same) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(100000).size(), 100000U);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_bytes(16));
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(Random, draws_letters_evenly) {
  // 100 letters: a plain remainder would draw the first 56 half as often again as the others.
  std::string alphabet;
  for (char c = 1; c <= 100; ++c) alphabet.push_back(c);
  constexpr std::size_t draws = 200000;
  std::map<char, std::size_t> counts;
  const std::string text = random_text(draws, alphabet);
  ASSERT_EQ(text.size(), draws);
  for (const char c : text) ++counts[c];
  ASSERT_EQ(counts.size(), alphabet.size());
  for (const auto& [letter, count] : counts) {
    EXPECT_GT(count, draws / 100 * 8 / 10) << int{letter};
    EXPECT_LT(count, draws / 100 * 12 / 10) << int{letter};
  }
}

TEST(Random, takes_the_smallest_and_the_largest_alphabet) {
  EXPECT_EQ(random_text(5, "x"), "xxxxx");
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(random_text(1000, all).size(), 1000U);
}

TEST(Random, makes_version_4_uuids) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string uuid = random_uuid();
    ASSERT_EQ(uuid.size(), 36U);
    EXPECT_EQ(uuid[8], '-');
    EXPECT_EQ(uuid[13], '-');
    EXPECT_EQ(uuid[14], '4');
    EXPECT_EQ(uuid[18], '-');
    EXPECT_NE(std::string_view{"89ab"}.find(uuid[19]), std::string_view::npos) << uuid;
    EXPECT_EQ(uuid[23], '-');
    EXPECT_EQ(uuid, to_lower(uuid));
    std::string digits = uuid;
    std::erase(digits, '-');
    EXPECT_TRUE(from_hex(digits));
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 200U);
}

}  // namespace
}  // namespace openirsa::crypto
