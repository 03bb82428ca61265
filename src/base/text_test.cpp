#include "base/text.h"
#include <gtest/gtest.h>
#include "base/json.h"
using namespace openirsa;
TEST(Json, refuses_duplicates) { EXPECT_EQ(parse_json(R"({"a":1,"a":2})").error().code, JsonFault::duplicate_member); EXPECT_TRUE(bool(parse_json(R"({"a":{"a":1}, "b":[{"a":1},{"a":2}]})"))); }
