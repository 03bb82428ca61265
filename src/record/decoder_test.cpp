// Records on their way from the store to whoever reads them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "record/record.h"
#include "record/sample.h"

namespace openirsa::record {
namespace {

using Complaints = std::vector<std::pair<std::string, std::string>>;

store::Decoder decoder_into(Complaints& complaints) {
  return make_decoder(sample::vault(), [&complaints](std::string_view key, std::string_view why) {
    complaints.emplace_back(key, why);
  });
}

TEST(Decoder, DecodesEveryKind) {
  Complaints complaints;
  const auto decode = decoder_into(complaints);
  for (const sample::Sample& record : sample::all()) {
    EXPECT_NE(decode(record.key, record.text), nullptr) << record.kind;
  }
  EXPECT_TRUE(complaints.empty());
}

TEST(Decoder, ReportsWhatCannotBeRead) {
  Complaints complaints;
  const auto decode = decoder_into(complaints);
  EXPECT_EQ(decode("1/-/role/x", "{"), nullptr);
  EXPECT_EQ(decode("1/-/role/x", R"({"v":1})"), nullptr);
  EXPECT_EQ(decode("1/-/role/x", R"({"v":2})"), nullptr);
  EXPECT_EQ(decode("no-record-key", "{}"), nullptr);
  ASSERT_EQ(complaints.size(), 4U);
  EXPECT_EQ(complaints[0].first, "1/-/role/x");
  EXPECT_NE(complaints[0].second.find("JSON"), std::string::npos) << complaints[0].second;
  EXPECT_EQ(complaints[1].second, "member `trust` is missing");
  EXPECT_NE(complaints[2].second.find("newer release"), std::string::npos) << complaints[2].second;
  EXPECT_EQ(complaints[3].first, "no-record-key");
}

TEST(Decoder, ReportsAnUnknownKindOnce) {
  Complaints complaints;
  const auto decode = decoder_into(complaints);
  EXPECT_EQ(decode("1/-/webhook/a", "not even JSON"), nullptr);
  EXPECT_EQ(decode("1/-/webhook/b", "{}"), nullptr);
  EXPECT_EQ(decode("2/-/webhook/a", "{}"), nullptr);
  ASSERT_EQ(complaints.size(), 1U);
  EXPECT_NE(complaints[0].second.find("`webhook`"), std::string::npos) << complaints[0].second;
  EXPECT_EQ(decode("1/-/console/a", "{}"), nullptr);
  EXPECT_EQ(complaints.size(), 2U);
}

class TypedReads : public testing::Test {
 protected:
  void SetUp() override {
    auto started = store::Mirror::start(store::make_memory_store(), decoder_into(complaints_));
    ASSERT_TRUE(started);
    mirror_ = std::move(*started);
  }
  void TearDown() override { mirror_.reset(); }
  void put(std::string key, std::string value) {
    store::Commit commit;
    commit.puts.push_back({std::move(key), std::move(value)});
    ASSERT_TRUE(mirror_->commit(commit));
  }
  void put_role(std::string name) {
    Role role = sample::a_role();
    role.name = name;
    const std::string key = role_key(sample::account, name);
    put(key, role.to_text(sample::vault(), key));
  }

  Complaints complaints_;
  std::unique_ptr<store::Mirror> mirror_;
};

TEST_F(TypedReads, FindGivesTheRecordOfItsKind) {
  put_role("App");
  const auto snapshot = mirror_->snapshot();
  const Role* role = find<Role>(*snapshot, role_key(sample::account, "app"));
  ASSERT_NE(role, nullptr);
  EXPECT_EQ(role->name, "App");
  EXPECT_EQ(find<User>(*snapshot, role_key(sample::account, "app")), nullptr);
  EXPECT_EQ(find<Role>(*snapshot, role_key(sample::account, "other")), nullptr);
}

TEST_F(TypedReads, WhatCannotBeReadIsNotThere) {
  put(role_key(sample::account, "broken"), R"({"v":1})");
  const auto snapshot = mirror_->snapshot();
  EXPECT_NE(snapshot->find(role_key(sample::account, "broken")), nullptr);
  EXPECT_EQ(find<Role>(*snapshot, role_key(sample::account, "broken")), nullptr);
  EXPECT_EQ(complaints_.size(), 1U);
}

TEST_F(TypedReads, ScanVisitsInOrderAndStops) {
  for (const char* name : {"c", "A", "b", "d"}) put_role(name);
  put(role_key(sample::account, "bb"), "broken");
  const auto snapshot = mirror_->snapshot();
  const std::string prefix = kind_prefix(sample::account, "-", Role::kind);
  const auto names_after = [&](std::string_view after, std::size_t limit) {
    std::vector<std::string> names;
    scan<Role>(*snapshot, prefix, after, [&](const Role& role) {
      names.push_back(role.name);
      return names.size() < limit;
    });
    return names;
  };
  EXPECT_EQ(names_after("", 10), (std::vector<std::string>{"A", "b", "c", "d"}));
  EXPECT_EQ(names_after("", 2), (std::vector<std::string>{"A", "b"}));
  EXPECT_EQ(names_after(role_key(sample::account, "B"), 10), (std::vector<std::string>{"c", "d"}));
}

}  // namespace
}  // namespace openirsa::record
