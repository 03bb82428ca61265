// Does each rule find what it is for, and stay silent on its twin that is right?
#include "policy/lint.h"

#include <gtest/gtest.h>

#include <set>

namespace openirsa::policy {
namespace {

const std::string url = "oidc.example/id/A1";

LintFacts facts() {
  return {.account = "111122223333",
          .providers_known = true,
          .providers = {{.url = url, .client_ids = {"sts.amazonaws.com"}, .claims = service_account_claims()},
                        {.url = "issuer.example", .client_ids = {"x"}, .claims = {}}}};
}

std::string trust_of(const std::string& issuer, const std::string& conditions,
                     const std::string& account = "111122223333") {
  return R"({"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" + account + ":oidc-provider/" +
         issuer + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{)" + conditions + "}}";
}
std::string trust(const std::string& conditions) { return trust_of(url, conditions); }

// The conditions of the EKS guide, with one more.
std::string scoped(const std::string& subject, const std::string& audience, const std::string& more = {}) {
  return R"("StringEquals":{")" + url + R"(:sub":")" + subject + R"(",")" + url + R"(:aud":")" + audience +
         R"("})" + (more.empty() ? "" : "," + more);
}
const std::string subject = "system:serviceaccount:ns:app";
const std::string audience = "sts.amazonaws.com";
std::string with(const std::string& more) { return trust(scoped(subject, audience, more)); }

std::vector<Finding> lint_text(const std::string& statements, Kind kind, const LintFacts& known) {
  const auto policy = Policy::parse(R"({"Version":"2012-10-17","Statement":[)" + statements + "]}", kind);
  EXPECT_TRUE(policy) << policy.error().message << ": " << statements;
  return policy ? lint(*policy, known) : std::vector<Finding>{};
}

std::string shown(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& one : findings) {
    text += std::string(text.empty() ? "" : "; ") + std::string(name_of(one.severity)) + " " +
            std::string(one.rule) + " in " + std::to_string(one.statement) + " at " + one.element + ": " +
            one.message;
  }
  return text;
}

struct Row {
  std::string_view rule;
  std::string_view severity;
  std::string bad;
  std::string good;
  std::string says;  // part of the message
  Kind kind = Kind::trust;
};

std::string s3(const std::string& effect, const std::string& action, const std::string& more = {}) {
  return R"({"Effect":")" + effect + R"(","Action":")" + action + R"(","Resource":"arn:aws:s3:::b/*")" +
         more + "}";
}

std::vector<Row> trust_rows() {
  const std::string sound = trust(scoped(subject, audience));
  const std::string key = "\"" + url;
  return {
      {"provider-missing", "error",
       trust_of("oidc.example/id/B2",
                R"("StringEquals":{"oidc.example/id/B2:sub":"s","oidc.example/id/B2:aud":"a"})"),
       sound, "no identity provider for `oidc.example/id/B2`: make it first"},
      {"provider-missing", "error", trust_of("oidc.example/id/a1", scoped(subject, audience)), sound,
       "there is `oidc.example/id/A1`, which differs only in case"},
      {"provider-missing", "error", trust_of(url, scoped(subject, audience), "444455556666"), sound,
       "a provider of another account"},
      {"wildcard-under-equals", "error", trust(scoped("system:serviceaccount:ns:*", audience)),
       trust(R"("StringLike":{)" + key + R"(:sub":"system:serviceaccount:ns:*"},"StringEquals":{)" + key +
             R"(:aud":"sts.amazonaws.com"})"),
       "ordinary letters under StringEquals in `system:serviceaccount:ns:*`"},
      {"wildcard-under-equals", "error", with(R"("StringNotEquals":{"aws:SourceIp":"10.*"})"),
       with(R"("StringNotEquals":{"aws:SourceIp":"${*}"})"), "ordinary letters under StringNotEquals"},
      {"letter-case", "error", trust(scoped("system:serviceaccount:NS:app", audience)), sound,
       "write `system:serviceaccount:ns:app`"},
      {"letter-case", "error", trust(scoped("System:ServiceAccount:ns:app", audience)), sound, "case counts"},
      {"letter-case", "error", trust(scoped(subject, "STS.amazonaws.com")), sound,
       "differs only in case from `sts.amazonaws.com`"},
      {"white-space", "error", trust(scoped(subject + " ", audience)), sound,
       "begins or ends with white space"},
      {"white-space", "error", trust(scoped(subject, "\\n" + audience)), sound, "white space"},
      {"open-subject", "error", trust(R"("StringEquals":{)" + key + R"(:aud":"sts.amazonaws.com"})"), sound,
       "no condition narrows `oidc.example/id/A1:sub`"},
      {"open-subject", "error",
       trust(R"("StringLike":{)" + key + R"(:sub":"*"},"StringEquals":{)" + key + R"(:aud":"a"})"), sound,
       "is wildcards alone"},
      {"open-subject", "error",
       trust(R"("StringNotEquals":{)" + key + R"(:sub":"x"},"StringEquals":{)" + key + R"(:aud":"a"})"),
       sound, "no condition narrows"},
      {"open-audience", "warning",
       trust(R"("StringEquals":{)" + key + R"(:sub":"system:serviceaccount:ns:app"})"), sound,
       "no condition narrows `oidc.example/id/A1:aud`"},
      {"unknown-key", "error", with(R"("StringLike":{)" + key + R"(:email":"x"})"),
       with(R"("StringEqualsIgnoreCase":{)" + key + R"(:kubernetes.io/namespace":"x"})"),
       "tokens of `oidc.example/id/A1` carry no `email`; the condition never holds"},
      {"unknown-key", "warning", with(R"("StringNotEquals":{)" + key + R"(:email":"x"})"),
       with(R"("StringNotEquals":{)" + key + R"(:jti":"x"})"), "decided without it"},
      {"unknown-key", "error", with(R"("StringLike":{"https://)" + url + R"(:sub":"x"})"), sound,
       "is written without https://"},
      {"unknown-key", "error", with(R"("StringLike":{"issuer.example:sub":"x"})"), sound,
       "is about another issuer than"},
      {"unknown-key", "error", with(R"("StringLike":{)" + key + R"(/:sub":"x"})"), sound,
       "in a trailing slash"},
      {"unknown-key", "error", with(R"("StringLike":{"aws:PrincipalTag/team":"x"})"),
       with(R"("StringLike":{"aws:RequestTag/team":"x"})"), "its caller has no identity yet"},
      {"never-true", "error", with(R"("IpAddress":{"aws:SourceIp":"10.0.0.0/33"})"),
       with(R"("IpAddress":{"aws:SourceIp":"10.0.0.0/8"})"),
       "`10.0.0.0/33` is not an address or a CIDR block: nothing equals it"},
      {"unreachable-statement", "error",
       sound + R"(,{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:*"})",
       sound + R"(,{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"})",
       "statement 2 denies all that this one allows"},
  };
}

std::vector<Row> identity_rows() {
  const auto row = [](std::string_view rule, std::string_view severity, std::string bad, std::string good,
                      std::string says) {
    return Row{rule, severity, std::move(bad), std::move(good), std::move(says), Kind::identity};
  };
  const std::string when = R"(,"Condition":{"Bool":{"aws:SecureTransport":"true"}})";
  return {
      row("unreachable-statement", "error", s3("Allow", "s3:Get*") + "," + s3("Deny", "s3:*"),
          s3("Allow", "s3:Get*") + "," + s3("Deny", "s3:*", when), "statement 2 denies all"),
      row("unreachable-statement", "warning", s3("Allow", "s3:*") + "," + s3("Allow", "S3:getobject"),
          s3("Allow", "s3:Get*") + "," + s3("Allow", "s3:Put*"),
          "statement 1 allows all that this one does already"),
      row("unreachable-statement", "warning", s3("Deny", "s3:*") + "," + s3("Deny", "s3:*"),
          s3("Deny", "s3:?et") + "," + s3("Deny", "s3:G*t"), "statement 1 denies all"),
      row("never-true", "error",
          s3("Allow", "s3:*", R"(,"Condition":{"NumericLessThan":{"s3:max-keys":"ten"}})"),
          s3("Allow", "s3:*", R"(,"Condition":{"NumericLessThan":{"s3:max-keys":"10"}})"),
          "`ten` is not a number"),
      row("never-true", "error", s3("Allow", "s3:*", R"(,"Condition":{"StringLike":{"s3:prefix":[]}})"),
          s3("Allow", "s3:*", R"(,"Condition":{"StringLike":{"s3:prefix":"x"}})"), "list of values is empty"),
      row("never-true", "warning",
          s3("Allow", "s3:*", R"(,"Condition":{"ArnNotLike":{"aws:PrincipalArn":"me"}})"),
          s3("Allow", "s3:*", R"(,"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/me"}})"),
          "leaves nobody out by it"),
      row("white-space", "error",
          R"({"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/* "})",
          s3("Allow", "s3:GetObject"), "`arn:aws:s3:::b/* `"),
      row("wildcard-under-equals", "error",
          s3("Allow", "s3:*", R"(,"Condition":{"StringEquals":{"s3:prefix":"home/*"}})"),
          s3("Allow", "s3:*", R"(,"Condition":{"StringLike":{"s3:prefix":"home/*"}})"),
          "StringLike reads them"),
  };
}

TEST(Lint, EachRuleFindsItsFaultAndPassesItsTwin) {
  std::set<std::string_view> seen;
  auto rows = trust_rows();
  for (Row& row : identity_rows()) rows.push_back(std::move(row));
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.rule) + ": " + row.bad);
    const auto findings = lint_text(row.bad, row.kind, facts());
    ASSERT_EQ(findings.size(), 1U) << shown(findings);
    EXPECT_EQ(findings[0].rule, row.rule) << shown(findings);
    EXPECT_EQ(name_of(findings[0].severity), row.severity);
    EXPECT_NE(findings[0].message.find(row.says), std::string::npos) << shown(findings);
    const auto twin = lint_text(row.good, row.kind, facts());
    EXPECT_TRUE(twin.empty()) << shown(twin);
    seen.insert(row.rule);
  }
  std::set<std::string_view> all;
  for (const LintRule& rule : lint_rules()) all.insert(rule.name);
  EXPECT_EQ(seen, all);
}

TEST(Lint, NamesStatementAndSid) {
  const auto findings =
      lint_text(s3("Allow", "s3:Put*") +
                    R"(,{"Sid":"Second","Effect":"Allow","Action":"s3:GetObject ","Resource":"*"})",
                Kind::identity, {});
  ASSERT_EQ(findings.size(), 1U) << shown(findings);
  EXPECT_EQ(findings[0].statement, 1U);
  EXPECT_EQ(findings[0].sid, "Second");
  EXPECT_EQ(findings[0].element, "Action");
}

TEST(Lint, SaysNothingOfWhatIsNotKnown) {
  const std::string elsewhere = trust_of(
      "oidc.example/id/B2",
      R"("StringEquals":{"oidc.example/id/B2:sub":"s","oidc.example/id/B2:email":"e","oidc.example/id/B2:aud":"a"})",
      "444455556666");
  const auto unknown = lint_text(elsewhere, Kind::trust, {});
  EXPECT_TRUE(unknown.empty()) << shown(unknown);
  EXPECT_FALSE(lint_text(elsewhere, Kind::trust, facts()).empty());
}

TEST(Lint, OtherTrustIsNotAskedForASubject) {
  for (
      const char* statement :
      {R"({"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]})",
       R"({"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"})"}) {
    const auto findings = lint_text(statement, Kind::trust, facts());
    EXPECT_TRUE(findings.empty()) << shown(findings);
  }
}

TEST(Lint, OfSeveralFaultsNamesEach) {
  const auto findings = lint_text(
      trust(R"("StringEquals":{")" + url + R"(:sub":" system:serviceaccount:NS:*"})"), Kind::trust, facts());
  std::set<std::string_view> rules;
  for (const Finding& one : findings) rules.insert(one.rule);
  EXPECT_EQ(rules, (std::set<std::string_view>{"white-space", "wildcard-under-equals", "open-audience"}))
      << shown(findings);
}

}  // namespace
}  // namespace openirsa::policy
