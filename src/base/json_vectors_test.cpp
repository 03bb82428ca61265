// JSONTestSuite: y_ must be accepted, n_ refused, and i_ may go either way, but always the same.
#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "base/test_vectors.h"

namespace openirsa {
namespace {

// RFC 8259 §4 lets duplicate names pass; we do not (base/json.h).
const std::set<std::string> duplicates{"y_object_duplicated_key.json",
                                       "y_object_duplicated_key_and_value.json"};

TEST(JsonVectors, are_judged_as_named) {
  OPENIRSA_NEED_VECTORS("json");
  int accepted = 0;
  int refused = 0;
  int free_choice = 0;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_directory() / "json")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".json")) continue;
    const std::string bytes = read_bytes(entry.path());
    const auto result = parse_json(bytes);
    if (name.starts_with("y_") && duplicates.contains(name)) {
      ASSERT_FALSE(result) << name;
      EXPECT_EQ(result.error().code, JsonFault::duplicate_member) << name;
      ++accepted;
    } else if (name.starts_with("y_")) {
      EXPECT_TRUE(result) << name << ": " << result.error().message;
      ++accepted;
    } else if (name.starts_with("n_")) {
      EXPECT_FALSE(result) << name;
      ++refused;
    } else if (name.starts_with("i_")) {
      const auto again = parse_json(bytes);
      ASSERT_EQ(bool(result), bool(again)) << name;
      if (result) {
        EXPECT_EQ(*result, *again) << name;
      } else {
        EXPECT_EQ(result.error().message, again.error().message) << name;
      }
      ++free_choice;
    }
  }
  EXPECT_EQ(accepted, 95);
  EXPECT_EQ(refused, 188);
  EXPECT_EQ(free_choice, 35);
}

}  // namespace
}  // namespace openirsa
