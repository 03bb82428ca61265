// Identity, boundary, session and trust policies together: a table of who is asked what.
#include <gtest/gtest.h>

#include "policy/evaluate.h"

namespace openirsa::policy {
namespace {

const std::string allow =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]})";
const std::string other =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
const std::string deny =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]})";

Policy parse(const std::string& text, Kind kind) {
  auto policy = Policy::parse(text, kind);
  EXPECT_TRUE(policy) << text;
  return *std::move(policy);
}
std::string trusting(const std::string& who, const std::string& effect = "Allow") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + effect + R"(","Principal":{"AWS":")" + who +
         R"("},"Action":"sts:AssumeRole"}]})";
}

const Principal user{.kind = Principal::Kind::user,
                     .arn = "arn:aws:iam::111122223333:user/alice",
                     .account = "111122223333",
                     .role_arn = {},
                     .unique_id = "AIDAALICEALICEALICE"};
const Principal session{.kind = Principal::Kind::assumed_role,
                        .arn = "arn:aws:sts::111122223333:assumed-role/web/pod",
                        .account = "111122223333",
                        .role_arn = "arn:aws:iam::111122223333:role/web",
                        .unique_id = "AROAWEBWEBWEBWEBWEB"};

struct Own {
  std::string identity, boundary, session;  // empty: none
};

Decision decide(const Principal& who, const Own& own, const std::optional<std::string>& trust, Whose role) {
  std::vector<Policy> kept;
  kept.reserve(4);
  std::vector<Attached> attached;
  const auto attach = [&](const std::string& text, Kind kind, Source source) {
    if (text.empty()) return;
    kept.push_back(parse(text, kind));
    attached.push_back({.policy = &kept.back(), .source = source, .name = "own"});
  };
  attach(own.identity, Kind::identity, Source::identity);
  attach(own.boundary, Kind::identity, Source::boundary);
  attach(own.session, Kind::session, Source::session);
  std::optional<Policy> parsed;
  if (trust) parsed = parse(*trust, Kind::trust);
  const Context context;
  const Facts facts{.principal = who,
                    .action = "sts:AssumeRole",
                    .resource = "arn:aws:iam::111122223333:role/target",
                    .context = &context};
  const Decision decision = decide_assumption(attached, parsed ? &*parsed : nullptr, facts, role);
  Explanation explanation;
  const Decision again = decide_assumption(attached, parsed ? &*parsed : nullptr, facts, role, &explanation);
  EXPECT_EQ(again.effect(), decision.effect()) << "an explanation changes nothing";
  EXPECT_EQ(again.source(), decision.source());
  return decision;
}

const std::string account = "111122223333";
const std::string by_arn(session.arn);
const std::string by_role(session.unique_id);
const std::string by_user(user.unique_id);

struct Row {
  const char* what;
  const Principal& who;
  Own own;
  std::optional<std::string> trust;
  Effect in_own_account;
  Effect in_other_account;
};

TEST(Assumption, FollowsTheTable) {
  constexpr Effect yes = Effect::allowed;
  constexpr Effect no = Effect::implicit_deny;
  constexpr Effect never = Effect::explicit_deny;
  const std::vector<Row> rows{
      {"the account, a policy", user, {allow, "", ""}, trusting(account), yes, yes},
      {"the account, no policy", user, {"", "", ""}, trusting(account), no, no},
      {"the account, another policy", user, {other, "", ""}, trusting(account), no, no},
      {"the account, a silent boundary", user, {allow, other, ""}, trusting(account), no, no},
      {"the account, an allowing boundary", user, {allow, allow, ""}, trusting(account), yes, yes},
      {"the account, a silent session policy", session, {allow, "", other}, trusting(account), no, no},
      {"the user, no policy", user, {"", "", ""}, trusting(by_user), yes, no},
      {"the user, a silent boundary", user, {"", other, ""}, trusting(by_user), yes, no},
      {"the user, all of them", user, {allow, allow, ""}, trusting(by_user), yes, yes},
      {"the role, no policy", session, {"", "", ""}, trusting(by_role), yes, no},
      {"the role, a silent boundary", session, {allow, other, ""}, trusting(by_role), no, no},
      {"the role, a silent session policy", session, {allow, "", other}, trusting(by_role), no, no},
      {"the role, allowing limits", session, {"", allow, allow}, trusting(by_role), yes, no},
      {"the session, silent limits", session, {"", other, other}, trusting(by_arn), yes, no},
      {"everyone, no policy", user, {"", "", ""}, trusting("*"), yes, no},
      {"everyone, a silent boundary", user, {"", other, ""}, trusting("*"), no, no},
      {"everyone, a policy", user, {allow, "", ""}, trusting("*"), yes, yes},
      {"somebody else", user, {allow, "", ""}, trusting("arn:aws:iam::111122223333:user/bob"), no, no},
      {"another account", user, {allow, "", ""}, trusting("444455556666"), no, no},
      {"no role", user, {allow, "", ""}, std::nullopt, no, no},
      {"an own Deny", user, {deny, "", ""}, trusting(by_user), never, never},
      {"a boundary's Deny", user, {allow, deny, ""}, trusting(by_user), never, never},
      {"a session policy's Deny", session, {allow, "", deny}, trusting(by_arn), never, never},
      {"the trust policy's Deny", user, {allow, "", ""}, trusting(by_user, "Deny"), never, never},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(decide(row.who, row.own, row.trust, Whose::own_account).effect(), row.in_own_account);
    EXPECT_EQ(decide(row.who, row.own, row.trust, Whose::other_account).effect(), row.in_other_account);
  }
}

TEST(Assumption, NamesTheLayerThatRefused) {
  EXPECT_EQ(decide(user, {other, "", ""}, trusting(account), Whose::own_account).source(), Source::identity);
  EXPECT_EQ(decide(user, {other, "", ""}, trusting("444455556666"), Whose::own_account).source(),
            Source::trust);
  EXPECT_EQ(decide(user, {other, "", ""}, trusting("444455556666"), Whose::other_account).source(),
            Source::identity)
      << "the caller's own side first: it is nobody else's affair";
  EXPECT_EQ(decide(user, {allow, other, ""}, trusting(account), Whose::own_account).source(),
            Source::boundary);
  EXPECT_EQ(decide(session, {allow, "", other}, trusting(account), Whose::own_account).source(),
            Source::session);
  const Decision allowed = decide(user, {allow, "", ""}, trusting(account), Whose::own_account);
  EXPECT_EQ(allowed.source(), Source::trust);
  EXPECT_EQ(allowed.policy_name(), "AssumeRolePolicyDocument");
  EXPECT_EQ(allowed.statement(), 0U);
}

TEST(Assumption, TakesNoOtherKindOfDocumentForATrustPolicy) {
  const Policy identity = parse(allow, Kind::identity);
  const Context context;
  const Facts facts{.principal = user,
                    .action = "sts:AssumeRole",
                    .resource = "arn:aws:iam::111122223333:role/target",
                    .context = &context};
  const Attached own{.policy = &identity, .source = Source::identity, .name = "own"};
  EXPECT_FALSE(decide_assumption({&own, 1}, &identity, facts, Whose::own_account).allowed());
}

}  // namespace
}  // namespace openirsa::policy
