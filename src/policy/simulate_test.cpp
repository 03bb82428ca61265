// Does a simulation answer what a real call would be answered, and name the statements that brought it about?
#include "policy/simulate.h"

#include <gtest/gtest.h>

namespace openirsa::policy {
namespace {

constexpr std::string_view user_arn = "arn:aws:iam::111122223333:user/mateo";
constexpr std::string_view role_arn = "arn:aws:iam::111122223333:role/worker";

std::string statement(std::string_view effect, std::string_view action, std::string_view more = {}) {
  return R"({"Effect":")" + std::string(effect) + R"(","Action":")" + std::string(action) +
         R"(","Resource":"*")" + std::string(more) + "}";
}

Policy policy_of(std::initializer_list<std::string> statements, Kind kind = Kind::identity) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (const std::string& one : statements) text += (text.ends_with('[') ? "" : ",") + one;
  auto policy = Policy::parse(text + "]}", kind);
  EXPECT_TRUE(policy) << policy.error().message;
  return *std::move(policy);
}

Policy of_resource(std::string_view effect, std::string_view principal) {
  const std::string named = R"(,"Principal":{"AWS":")" + std::string(principal) + R"("})";
  return policy_of({statement(effect, "s3:*", named)}, Kind::resource);
}

struct Question {
  std::optional<Policy> identity = std::nullopt;
  std::optional<Policy> boundary = std::nullopt;
  std::optional<Policy> resource = std::nullopt;
  bool across_accounts = false;
  std::string_view caller = user_arn;

  Simulated ask(std::string_view action = "s3:PutObject") const {
    std::vector<Attached> held;
    if (identity) held.push_back({.policy = &*identity, .source = Source::identity, .name = "own"});
    if (boundary) held.push_back({.policy = &*boundary, .source = Source::boundary, .name = "limit"});
    const auto kind = caller == role_arn ? Principal::Kind::role : Principal::Kind::user;
    return simulate(
        {.held = held,
         .resource_policy = resource ? &*resource : nullptr,
         .across_accounts = across_accounts},
        {.principal =
             {.kind = kind, .arn = caller, .account = "111122223333", .role_arn = {}, .unique_id = {}},
         .action = action,
         .resource = "arn:aws:s3:::b/k",
         .context = nullptr});
  }
  std::string effect() const { return std::string(name_of(ask().effect)); }
};

const Policy s3 = policy_of({statement("Allow", "s3:*")});
const Policy iam = policy_of({statement("Allow", "iam:*")});

TEST(Simulation, NamesEveryStatementThatAllows) {
  const Question question{.identity = policy_of({statement("Allow", "s3:*"), statement("Allow", "iam:*"),
                                                 statement("Allow", "s3:Put*")})};
  const auto result = question.ask();
  EXPECT_EQ(result.effect, Effect::allowed);
  ASSERT_EQ(result.matched.size(), 2U);
  EXPECT_EQ(result.matched[0].statement, 0U);
  EXPECT_EQ(result.matched[1].statement, 2U);
  EXPECT_EQ(result.matched[0].name, "own");
}

TEST(Simulation, NamesTheDenyAloneWhereOneDenies) {
  const Question question{.identity = policy_of({statement("Allow", "s3:*"), statement("Deny", "s3:Put*")})};
  const auto result = question.ask();
  EXPECT_EQ(result.effect, Effect::explicit_deny);
  ASSERT_EQ(result.matched.size(), 1U);
  EXPECT_EQ(result.matched[0].statement, 1U);
  EXPECT_EQ(question.ask("s3:GetObject").effect, Effect::allowed);
}

TEST(Simulation, NamesNothingForAnImplicitDeny) {
  const auto result = Question{.identity = iam}.ask();
  EXPECT_EQ(result.effect, Effect::implicit_deny);
  EXPECT_TRUE(result.matched.empty());
  EXPECT_FALSE(result.boundary);
  EXPECT_FALSE(result.resource);
}

TEST(Simulation, ABoundaryLimitsAndIsNotNamed) {
  const auto limited = Question{.identity = s3, .boundary = iam}.ask();
  EXPECT_EQ(limited.effect, Effect::implicit_deny);
  EXPECT_EQ(limited.identity, Effect::allowed);
  EXPECT_EQ(limited.boundary, Effect::implicit_deny);
  const auto allowed = Question{.identity = s3, .boundary = s3}.ask();
  EXPECT_EQ(allowed.effect, Effect::allowed);
  ASSERT_EQ(allowed.matched.size(), 1U);
  EXPECT_EQ(allowed.matched[0].source, Source::identity);
  const auto denied = Question{.identity = s3, .boundary = policy_of({statement("Deny", "s3:*")})}.ask();
  EXPECT_EQ(denied.effect, Effect::explicit_deny);
  ASSERT_EQ(denied.matched.size(), 1U);
  EXPECT_EQ(denied.matched[0].source, Source::boundary);
}

// IAM User Guide, "Policy evaluation for requests within a single account".
TEST(Simulation, WithinAnAccountAResourceMayAllowByItself) {
  const std::string allowed = "allowed";
  const std::string implicit = "implicitDeny";
  const auto to_user = of_resource("Allow", user_arn);
  const auto to_role = of_resource("Allow", role_arn);
  const auto to_account = of_resource("Allow", "111122223333");
  EXPECT_EQ((Question{.identity = iam, .resource = to_user}.effect()), allowed);
  EXPECT_EQ((Question{.identity = iam, .boundary = iam, .resource = to_user}.effect()), allowed);
  EXPECT_EQ((Question{.resource = to_user}.effect()), allowed);
  EXPECT_EQ((Question{.resource = to_role, .caller = role_arn}.effect()), allowed);
  EXPECT_EQ((Question{.boundary = iam, .resource = to_role, .caller = role_arn}.effect()), implicit);
  EXPECT_EQ((Question{.boundary = s3, .resource = to_role, .caller = role_arn}.effect()), allowed);
  EXPECT_EQ((Question{.identity = iam, .resource = to_account}.effect()), implicit);
  EXPECT_EQ((Question{.identity = s3, .resource = to_account}.effect()), allowed);
  EXPECT_EQ((Question{.identity = iam, .resource = to_role}.effect()), implicit);
  EXPECT_EQ((Question{.identity = s3, .resource = of_resource("Deny", "*")}.effect()), "explicitDeny");
}

TEST(Simulation, BetweenAccountsBothMustAllow) {
  const auto to_user = of_resource("Allow", user_arn);
  const auto ask = [&](std::optional<Policy> identity, std::optional<Policy> boundary,
                       const Policy& resource) {
    return Question{.identity = std::move(identity),
                    .boundary = std::move(boundary),
                    .resource = resource,
                    .across_accounts = true}
        .effect();
  };
  EXPECT_EQ(ask(s3, std::nullopt, to_user), "allowed");
  EXPECT_EQ(ask(iam, std::nullopt, to_user), "implicitDeny");
  EXPECT_EQ(ask(s3, iam, to_user), "implicitDeny");
  EXPECT_EQ(ask(s3, std::nullopt, of_resource("Allow", role_arn)), "implicitDeny");
  EXPECT_EQ(ask(s3, std::nullopt, of_resource("Deny", user_arn)), "explicitDeny");
  const auto both = Question{.identity = s3, .resource = to_user, .across_accounts = true}.ask();
  ASSERT_EQ(both.matched.size(), 2U);
  EXPECT_EQ(both.matched[1].source, Source::resource);
}

// The same policies as a real call would meet them.
TEST(Simulation, AgreesWithTheEngine) {
  const auto mixed = policy_of({statement("Allow", "s3:*"), statement("Deny", "s3:Delete*")});
  for (const Policy* identity : {&s3, &iam, &mixed}) {
    for (const Policy* boundary : {&s3, &iam, &mixed}) {
      for (const char* action : {"s3:PutObject", "s3:DeleteObject", "iam:GetRole", "sqs:SendMessage"}) {
        const Attached held[] = {{.policy = identity, .source = Source::identity, .name = {}},
                                 {.policy = boundary, .source = Source::boundary, .name = {}}};
        const Facts facts{
            .principal = {}, .action = action, .resource = "arn:aws:s3:::b/k", .context = nullptr};
        EXPECT_EQ(simulate({.held = held}, facts).effect, decide(held, facts).effect()) << action;
      }
    }
  }
}

}  // namespace
}  // namespace openirsa::policy
