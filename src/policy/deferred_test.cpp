// Does a policy that is compiled late decide as one that was compiled at once, and does one that cannot be
// read let nobody in?
#include <gtest/gtest.h>

#include <thread>

#include "policy/evaluate.h"
#include "policy/statement.h"

namespace openirsa::policy {
namespace {

const std::string trust =
    R"({"Version":"2012-10-17", "Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}})";
const std::string identity =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]})";

Facts facts_of(std::string_view account) {
  return {.principal = {.kind = Principal::Kind::account,
                        .arn = {},
                        .account = account,
                        .role_arn = {},
                        .unique_id = {}},
          .action = "sts:AssumeRole",
          .resource = "arn:aws:iam::111122223333:role/app",
          .context = nullptr};
}

TEST(Deferred, DecidesAsIfCompiledAtOnce) {
  const auto at_once = Policy::parse(trust, Kind::trust);
  const Policy late = Policy::deferred(trust, Kind::trust);
  ASSERT_TRUE(at_once);
  EXPECT_EQ(late.text(), trust);
  EXPECT_EQ(late.size_without_whitespace(), at_once->size_without_whitespace());
  for (const std::string_view account : {"111122223333", "444455556666"}) {
    EXPECT_EQ(decide_trust(late, facts_of(account)).effect(),
              decide_trust(*at_once, facts_of(account)).effect());
  }
  EXPECT_TRUE(decide_trust(late, facts_of("111122223333")).allowed());
  EXPECT_EQ(late.text(), trust);
  const Policy copy = late;
  EXPECT_EQ(&copy.document(), &late.document()) << "compiled once, for all copies";
}

TEST(Deferred, IsCompiledOnceWhoeverAsks) {
  const Policy late = Policy::deferred(trust, Kind::trust);
  std::vector<const Policy::Document*> seen(8, nullptr);
  std::vector<std::thread> threads;
  for (auto& one : seen) threads.emplace_back([&] { one = &late.document(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, std::vector<const Policy::Document*>(8, &late.document()));
}

TEST(Deferred, DeniesEverythingWhenItCannotBeRead) {
  const Policy damaged = Policy::deferred("{}", Kind::trust);
  Explanation explanation;
  const Decision decision = decide_trust(damaged, facts_of("111122223333"), &explanation);
  EXPECT_EQ(decision.effect(), Effect::explicit_deny);
  EXPECT_EQ(explanation.statements.at(0).sid,
            "the stored policy cannot be read: Could not parse the policy: Statement is empty!");
  EXPECT_EQ(damaged.text(), "{}");

  const auto allow = Policy::parse(identity, Kind::identity);
  ASSERT_TRUE(allow);
  const Policy same = Policy::deferred(identity, Kind::identity);
  const Policy broken = Policy::deferred("[", Kind::identity);
  const Attached sound[] = {{&*allow, Source::identity, "a"}, {&same, Source::identity, "b"}};
  const Attached mixed[] = {{&*allow, Source::identity, "a"}, {&broken, Source::identity, "b"}};
  EXPECT_TRUE(decide(sound, facts_of("111122223333")).allowed());
  EXPECT_EQ(decide(mixed, facts_of("111122223333")).effect(), Effect::explicit_deny);
  for (const Kind kind : {Kind::managed, Kind::session}) {
    const Policy other = Policy::deferred("[", kind);
    const Attached attached[] = {{&*allow, Source::identity, "a"}, {&other, Source::session, "b"}};
    EXPECT_EQ(decide(attached, facts_of("111122223333")).effect(), Effect::explicit_deny);
  }
  EXPECT_EQ(decide_resource(Policy::deferred("[", Kind::resource), facts_of("111122223333")).effect(),
            Effect::explicit_deny);
}

}  // namespace
}  // namespace openirsa::policy
