// Are documents accepted and refused as AWS does, with its texts?
#include "policy/policy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"

namespace openirsa::policy {
namespace {

std::string message_of(std::string_view text, Kind kind) {
  const auto parsed = Policy::parse(text, kind);
  return parsed ? "accepted" : parsed.error().message;
}

std::filesystem::path vectors() {
  const char* named = std::getenv("OPENIRSA_VECTORS");
  return named != nullptr ? std::filesystem::path(named)
                          : std::filesystem::path(OPENIRSA_SOURCE_DIR) / ".." / "shared" / "vectors";
}

TEST(ManagedPolicy, agrees_with_the_recorded_documents) {
  const auto path = vectors() / "policy" / "documents.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "public vectors are absent: " << path;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto cases = parse_json(text.str());
  ASSERT_TRUE(cases);
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (const json::value& value : cases->as_array()) {
    const json::object& one = value.as_object();
    const bool expected = one.at("valid").as_bool();
    (expected ? valid : invalid) += 1;
    const std::string wanted = expected ? "accepted" : std::string(*find_string(one, "error_message"));
    EXPECT_EQ(message_of(*find_string(one, "document"), Kind::managed), wanted)
        << *find_string(one, "id") << ": " << *find_string(one, "document");
  }
  EXPECT_EQ(valid, 45U);
  EXPECT_EQ(invalid, 63U);
}

}  // namespace
}  // namespace openirsa::policy
