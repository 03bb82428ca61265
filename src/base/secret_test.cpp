#include "base/secret.h"

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>

namespace openirsa {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

// A secret must not slip into a log, a message or a comparison that stops at the first difference.
static_assert(Printable<std::string> && !Printable<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> &&
              !std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::equality_comparable<Secret>);

TEST(Secret, holds_its_bytes) {
  const Secret secret{std::string("a\0b", 3)};
  EXPECT_EQ(secret.expose(), std::string_view("a\0b", 3));
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret{}.empty());
}

TEST(Secret, is_emptied_by_a_move) {
  Secret first{std::string(100, 's')};
  Secret second{std::move(first)};
  EXPECT_TRUE(first.empty());  // NOLINT: what a move leaves is the point
  EXPECT_EQ(second.expose(), std::string(100, 's'));
  Secret third{"other"};
  third = std::move(second);
  EXPECT_TRUE(second.empty());  // NOLINT
  EXPECT_EQ(third.expose(), std::string(100, 's'));
  Secret& same = third;
  third = std::move(same);
  EXPECT_EQ(third.expose(), std::string(100, 's'));
}

TEST(Secret, is_copied_whole) {
  Secret first{"bytes"};
  const Secret second = first;
  first = Secret{"other"};
  EXPECT_EQ(first.expose(), "other");
  EXPECT_EQ(second.expose(), "bytes");
}

TEST(Secret, equals_its_bytes_and_no_others) {
  const Secret secret{"correct"};
  EXPECT_TRUE(secret.equals("correct"));
  for (const std::string_view other : {"", "correc", "correct ", "Correct", "correcT"}) {
    EXPECT_FALSE(secret.equals(other)) << other;
  }
  EXPECT_TRUE(Secret{}.equals(""));
}

TEST(EqualInConstantTime, sees_every_bit) {
  const std::string bytes(32, '\x5A');
  EXPECT_TRUE(equal_in_constant_time(bytes, std::string(bytes)));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string other = bytes;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(equal_in_constant_time(bytes, other)) << bit;
  }
}

TEST(Wipe, overwrites_before_it_empties) {
  std::string bytes(64, 's');
  const char* at = bytes.data();
  wipe(bytes);
  EXPECT_TRUE(bytes.empty());
  // The buffer still belongs to the string: clear() keeps it.
  ASSERT_EQ(bytes.data(), at);
  bytes.resize(64, '\0');
  EXPECT_EQ(bytes, std::string(64, '\0'));
}

}  // namespace
}  // namespace openirsa
