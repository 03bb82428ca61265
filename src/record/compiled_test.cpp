#include "record/compiled.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace openirsa::record {
namespace {

using policy::Kind;

std::string document(int number) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b)" +
         std::to_string(number) + R"("}]})";
}

const policy::Policy::Document* compiled_of(std::string_view text, Kind kind) {
  const auto policy = compile(text, kind);
  return policy ? &policy->document() : nullptr;
}

TEST(Compiled, EqualTextsOfOneKindShareAPolicy) {
  const auto one = compile(document(-1), Kind::identity);
  const auto two = compile(document(-1), Kind::identity);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(&one->document(), &two->document());
  const auto other = compile(document(-2), Kind::identity);
  ASSERT_TRUE(other);
  EXPECT_NE(&one->document(), &other->document());
  EXPECT_EQ(one->text(), document(-1));
  EXPECT_EQ(other->text(), document(-2));
}

TEST(Compiled, KindsStayApart) {
  const auto identity = compile(document(-3), Kind::identity);
  const auto managed = compile(document(-3), Kind::managed);
  ASSERT_TRUE(identity && managed);
  EXPECT_NE(&identity->document(), &managed->document());
  EXPECT_FALSE(compile(document(-3), Kind::trust));
}

TEST(Compiled, RefusalsAreThoseOfThePolicyRoom) {
  for (int i = 0; i < 2; ++i) {
    const auto refused = compile("{}", Kind::identity);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, policy::Policy::parse("{}", Kind::identity).error().message);
  }
}

TEST(Compiled, WhatIsAskedForOftenStaysAndTheRestIsLetGo) {
  const auto often = compile(document(0), Kind::managed);
  const auto seldom = compile(document(1), Kind::managed);
  ASSERT_TRUE(often && seldom);
  for (int i = 2; i < 5000; ++i) {
    ASSERT_NE(compiled_of(document(i), Kind::managed), nullptr);
    ASSERT_EQ(compiled_of(document(0), Kind::managed), &often->document()) << i;
  }
  const auto again = compile(document(1), Kind::managed);
  ASSERT_TRUE(again);
  EXPECT_NE(&again->document(), &seldom->document());
  EXPECT_EQ(again->text(), seldom->text());
  EXPECT_EQ(seldom->text(), document(1));  // whoever holds a policy keeps it
}

TEST(Compiled, ThreadsMayAskAtOnce) {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t thread = 0; thread < wrong.size(); ++thread) {
    threads.emplace_back([&wrong, thread] {
      for (int i = 0; i < 3000; ++i) {
        const auto policy = compile(document(i % 1500), Kind::session);
        if (!policy || policy->text() != document(i % 1500)) ++wrong[thread];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace openirsa::record
