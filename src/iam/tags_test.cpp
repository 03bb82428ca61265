#include "iam/harness.h"
#include "iam/rules.h"
#include "wire/tag_text.h"

namespace openirsa::iam {
namespace {

using test::expect_refusal;
using test::Params;
using test::Texts;
using test::World;

// The three kinds of entity that have tags, and how their operations name one.
struct Kind {
  std::string entity;  // "Role"
  std::string name_parameter;
  std::string name;
};

class Tags : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    world.make_role("r");
    const std::string policy = world.make_policy("p");
    const std::string provider = world.make_provider();
    const Kind kinds[] = {{"Role", "RoleName", "r"},
                          {"Policy", "PolicyArn", policy},
                          {"OpenIDConnectProvider", "OpenIDConnectProviderArn", provider}};
    kind = kinds[GetParam()];
  }
  test::Reply tag(const std::vector<std::pair<std::string, std::string>>& tags) {
    Params params{{kind.name_parameter, kind.name}};
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const std::string member = "Tags.member." + std::to_string(i + 1);
      params.emplace_back(member + ".Key", tags[i].first);
      params.emplace_back(member + ".Value", tags[i].second);
    }
    return world.call("Tag" + kind.entity, params);
  }
  test::Reply untag(const Texts& keys) {
    Params params{{kind.name_parameter, kind.name}};
    for (std::size_t i = 0; i < keys.size(); ++i)
      params.emplace_back("TagKeys.member." + std::to_string(i + 1), keys[i]);
    return world.call("Untag" + kind.entity, params);
  }
  test::Reply list(Params more = {}) {
    more.emplace_back(kind.name_parameter, kind.name);
    return world.call("List" + kind.entity + "Tags", more);
  }
  World world;
  Kind kind;
};

TEST_P(Tags, AreAddedReplacedAndRemoved) {
  EXPECT_TRUE(tag({{"Dept", "a"}, {"Zone", ""}}).ok());
  EXPECT_TRUE(tag({{"dept", "b"}}).ok());  // keys are equal without regard to case
  EXPECT_EQ(list().members("Tags", "Key"), (Texts{"Zone", "dept"}));
  EXPECT_EQ(list().members("Tags", "Value"), (Texts{"", "b"}));
  EXPECT_TRUE(untag({"ZONE", "unknown"}).ok());
  EXPECT_EQ(list().members("Tags", "Key"), Texts{"dept"});
}

TEST_P(Tags, RefuseWhatAwsRefuses) {
  expect_refusal(tag({{"a", "1"}, {"A", "2"}}), 400, "InvalidInput",
                 "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  expect_refusal(tag({{"AWS:x", "1"}}), 400, "InvalidInput",
                 "aws: prefixed tag key names are not allowed for external use.");
  expect_refusal(
      tag({{"a*", "1"}}), 400, "ValidationError",
      R"(1 validation error detected: Value at 'tags.1.member.key' failed to satisfy constraint: Member must )"
      R"(satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+)");
  expect_refusal(
      tag({{"ok", std::string(257, 'v')}}), 400, "ValidationError",
      "1 validation error detected: Value at 'tags.1.member.value' failed to satisfy constraint: Member must "
      "have length less than or equal to 256");
  EXPECT_EQ(tag({{std::string(129, 'k'), "v"}}).code(), "ValidationError");
  EXPECT_TRUE(tag({{std::string(128, 'k'), std::string(256, 'v')}}).ok());
  expect_refusal(
      untag({"a#"}), 400, "ValidationError",
      "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy "
      "constraint: [Member must have length less than or equal to 128, Member must have length greater than "
      "or "
      "equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+]");
}

std::vector<std::pair<std::string, std::string>> numbered(int from, int to) {
  std::vector<std::pair<std::string, std::string>> tags;
  for (int i = from; i <= to; ++i) tags.emplace_back("key" + std::to_string(100 + i), "v");
  return tags;
}

TEST_P(Tags, StopAtFifty) {
  expect_refusal(tag(numbered(1, 51)), 400, "ValidationError",
                 "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "
                 "have length less "
                 "than or equal to 50");
  EXPECT_TRUE(tag(numbered(1, 50)).ok());
  EXPECT_TRUE(tag({{"KEY101", "again"}}).ok());
  expect_refusal(tag({{"one-more", "v"}}), 409, "LimitExceeded",
                 "The number of tags has reached the maximum limit.");
  Texts keys(51, "k");
  expect_refusal(
      untag(keys), 400, "ValidationError",
      "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must have length "
      "less than or equal to 50");
}

TEST_P(Tags, AreListedInPages) {
  ASSERT_TRUE(tag(numbered(1, 25)).ok());
  const auto first = list({{"MaxItems", "10"}});
  EXPECT_EQ(first.members("Tags").size(), 10U);
  EXPECT_EQ(first.at("IsTruncated"), "true");
  // The place stays when the tag that the marker names goes.
  ASSERT_TRUE(untag({"key110"}).ok());
  const auto second = list({{"MaxItems", "10"}, {"Marker", first.at("Marker")}});
  EXPECT_EQ(second.members("Tags", "Key").front(), "key111");
  const auto third = list({{"MaxItems", "10"}, {"Marker", second.at("Marker")}});
  EXPECT_EQ(third.members("Tags").size(), 5U);
  EXPECT_EQ(third.at("IsTruncated"), "false");
  EXPECT_EQ(third.at("Marker"), "(none)");
}

TEST_P(Tags, PageOverTheLongestKeys) {
  std::vector<std::pair<std::string, std::string>> tags;
  for (const char* last : {"\xF0\x90\x8C\x80", "\xF0\x90\x8C\x81"}) {  // Old Italic letters, four bytes each
    std::string key;
    for (int i = 0; i < 127; ++i) key += "\xF0\x90\x8C\x80";
    tags.emplace_back(key + last, "v");
  }
  ASSERT_TRUE(tag(tags).ok());
  const auto first = list({{"MaxItems", "1"}});
  const auto second = list({{"MaxItems", "1"}, {"Marker", first.at("Marker")}});
  EXPECT_TRUE(second.ok()) << second.body;
  EXPECT_EQ(second.members("Tags", "Key"), Texts{tags[1].first});
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Tags, testing::Values(0, 1, 2));

TEST(Rules, KnowLettersOfOtherScripts) {
  for (const char* good : {"",
                           "Gr\xC3\xB6\xC3\x9F"
                           "e",
                           "\xE6\x9D\xB1\xE4\xBA\xAC", "a b", "\xC2\xA0", "\xD9\xA3", "a_.:/=+-@9"}) {
    EXPECT_TRUE(wire::is_tag_text(good)) << good;
  }
  for (const char* bad : {"*", "a\tb", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xC3\x97", "#", "\xC2\x80"})
    EXPECT_FALSE(wire::is_tag_text(bad)) << bad;
}

TEST(Rules, MatchAsTheModelsPatternsDo) {
  const auto check = [](const TextRule& rule, std::initializer_list<const char*> good,
                        std::initializer_list<const char*> bad) {
    for (const char* text : good) EXPECT_TRUE(rule.matches(text)) << rule.pattern << " " << text;
    for (const char* text : bad) EXPECT_FALSE(rule.matches(text)) << rule.pattern << " " << text;
  };
  check(rule::role_name, {"a", "A_9+=,.@-"}, {"", "a b", "a/b", "\xC3\xA4"});
  check(rule::path, {"/", "/a/", "/a/b~/", "//a//"}, {"", "//", "a/", "/a", "/a b/", "/\x7F/"});
  check(rule::path_prefix, {"/", "/a", "/a/\x7F", "//"}, {"", "a", "/ "});
  check(rule::policy_path, {"/", "/a/", "/a/b.,+@=_-/"}, {"", "//", "/a", "a/", "/a//b/", "/a~/"});
  check(rule::version_id, {"v1", "v10", "v1.x-9", "v1."}, {"", "v", "v0", "v01", "1", "v1x", "v1.x_", "V1"});
  check(rule::document, {"{}\t\r\n", "\xC3\xBF"}, {"", "\x01", "\xC4\x80"});
  check(rule::role_description, {"", "a\nb", "\xC2\xA1", "\xC3\xBF"}, {"\x7F", "\xC2\xA0", "\xC4\x80"});
  check(rule::marker, {"a", " ", "\xC3\xBF", "\x7F"}, {"", "\n", "\xC4\x80"});
}

}  // namespace
}  // namespace openirsa::iam
