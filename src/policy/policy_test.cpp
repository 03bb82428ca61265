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

std::string statement(std::string_view members) {
  return R"({"Version":"2012-10-17","Statement":[{)" + std::string(members) + "}]}";
}

TEST(ManagedPolicy, texts_beyond_the_recorded_ones) {
  EXPECT_EQ(message_of(statement(R"("Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*")"),
                       Kind::managed),
            "Policy document should not specify a principal.");
  EXPECT_EQ(message_of(statement(R"("Effect":"Allow","Action":"s3:*","Resource":"arn:aws:iam::1:nobody")"),
                       Kind::managed),
            "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, "
            "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
            "oidc-provider/, report/, "
            "access-report/.");
  EXPECT_EQ(
      message_of(statement(R"("Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s*:::x")"), Kind::managed),
      "Resource vendor must be fully qualified and cannot contain regexes.");
  EXPECT_EQ(
      message_of(statement(R"("Effect":"Allow","Action":"s3:*","Resource":"urn:aws:s3:::x")"), Kind::managed),
      "Resource urn:aws:s3:::x must be in ARN format or \"*\".");
  EXPECT_EQ(
      message_of(
          statement(
              R"("Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"NullIfExists":{"a":"true"}})"),
          Kind::managed),
      "Syntax errors in policy.");
  EXPECT_EQ(
      message_of(
          statement(
              R"("Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"stringequals":{"a":"b"}})"),
          Kind::managed),
      "Syntax errors in policy.");
}

TEST(ManagedPolicy, accepts_what_aws_itself_uses) {
  for (const char* resource :
       {"arn:aws:s3:us-west-2:111122223333:accesspoint/a/object/*", "arn:aws-cn:s3:::b/*",
        "arn:aws-us-gov:iam::111122223333:role/*", "arn:*:iam::*:role/*", "arn:aws:iam::1:*"}) {
    EXPECT_EQ(message_of(statement(R"("Effect":"Allow","Action":"s3:*","Resource":")" +
                                   std::string(resource) + "\""),
                         Kind::managed),
              "accepted")
        << resource;
  }
}

TEST(AnyPolicy, refuses_duplicate_members) {
  const std::string twice =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
  EXPECT_EQ(message_of(twice, Kind::managed), "Syntax errors in policy.");
  EXPECT_EQ(message_of(twice, Kind::session), "This policy contains invalid Json");
  EXPECT_EQ(message_of(twice, Kind::trust), "This policy contains invalid Json");
  const std::string key_twice = statement(
      R"("Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"a":"b","a":"c"}})");
  EXPECT_EQ(message_of(key_twice, Kind::managed), "Syntax errors in policy.");
}

TEST(AnyPolicy, refuses_deep_nesting_and_foreign_bytes) {
  EXPECT_EQ(message_of(std::string(100000, '['), Kind::managed), "Syntax errors in policy.");
  EXPECT_EQ(message_of("", Kind::trust), "This policy contains invalid Json");
  EXPECT_EQ(message_of("[]", Kind::trust), "This policy contains invalid Json");
  EXPECT_EQ(
      message_of(statement("\"Effect\":\"Allow\",\"Action\":\"s3:\xFF\",\"Resource\":\"*\""), Kind::managed),
      "Syntax errors in policy.");
  EXPECT_EQ(
      message_of(
          statement(
              R"("Effect":"Allow","Action":["s3:*"],"Resource":["*"],"Condition":{"Null":{"a":["true"]}})"),
          Kind::managed),
      "accepted");
}

TEST(IdentityPolicy, may_be_of_the_older_version) {
  const std::string old = R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})";
  EXPECT_EQ(message_of(old, Kind::identity), "accepted");
  EXPECT_EQ(message_of(old, Kind::session), "accepted");
  EXPECT_EQ(message_of(old, Kind::managed), "Policy document must be version 2012-10-17 or greater.");
}

TEST(Policy, keeps_its_text_and_counts_without_white_space) {
  const std::string text =
      "{\"Version\":\"2012-10-17\",\r\n\t "
      "\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}";
  const auto policy = Policy::parse(text, Kind::managed);
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->text(), text);
  EXPECT_EQ(policy->size_without_whitespace(), text.size() - 4);
  const auto accent =
      Policy::parse(statement(R"("Sid":"é","Effect":"Allow","Action":"s3:*","Resource":"*")"), Kind::managed);
  ASSERT_TRUE(accent);
  EXPECT_EQ(accent->size_without_whitespace(), accent->text().size() - 1);
}

constexpr std::string_view web = R"("Action":"sts:AssumeRoleWithWebIdentity")";
constexpr std::string_view aws = R"("Principal":{"AWS":"111122223333"})";

std::string trust_message(std::string_view members) { return message_of(statement(members), Kind::trust); }

std::string trust_message(std::initializer_list<std::string_view> members) {
  std::string all;
  for (const std::string_view member : members) all += (all.empty() ? "" : ",") + std::string(member);
  return trust_message(all);
}

TEST(TrustPolicy, is_accepted_in_its_usual_forms) {
  constexpr std::string_view allow = R"("Effect":"Allow")";
  EXPECT_EQ(trust_message({allow, aws, R"("Action":"sts:AssumeRole")"}), "accepted");
  EXPECT_EQ(
      trust_message({allow, aws, R"("Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"])"}),
      "accepted");
  EXPECT_EQ(trust_message({allow, aws, R"("Action":"STS:assumerole*")"}), "accepted");
  EXPECT_EQ(trust_message({R"("Effect":"Deny")", aws, R"("NotAction":"sts:AssumeRole")"}), "accepted");
  EXPECT_EQ(trust_message(
                {allow, web,
                 R"("Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A"})",
                 R"("Condition":{"StringEquals":{"anything at all":"x"}})", R"("Sid":"")"}),
            "accepted");
  EXPECT_EQ(trust_message({allow, R"("Action":["sts:AssumeRole","sts:TagSession"])",
                           R"("Principal":{"Service":"pods.eks.amazonaws.com"})"}),
            "accepted");
  EXPECT_EQ(
      message_of(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}})",
                 Kind::trust),
      "accepted");
}

TEST(TrustPolicy, is_refused_with_the_text_of_its_document) {
  EXPECT_EQ(message_of("{", Kind::trust), "This policy contains invalid Json");
  EXPECT_EQ(message_of(R"({"Version":"2013-10-17","Statement":[]})", Kind::trust),
            "The policy must contain a valid version string");
  EXPECT_EQ(message_of(R"({"Version":5})", Kind::trust), "The policy must contain a valid version string");
  EXPECT_EQ(message_of(R"({"Version":"2012-10-17"})", Kind::trust),
            "Could not parse the policy: Statement is empty!");
  EXPECT_EQ(message_of(R"({"Version":"2012-10-17","Statement":[]})", Kind::trust),
            "Could not parse the policy: Statement is empty!");
  EXPECT_EQ(message_of(R"({"Version":"2012-10-17","Statement":"x"})", Kind::trust),
            "Syntax error in policy.");
  const std::string one = R"({"Sid":"a","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"})";
  EXPECT_EQ(message_of(R"({"Statement":[)" + one + "," + one + "]}", Kind::trust),
            "The Statement Ids in the policy are not unique");
  EXPECT_EQ(message_of(R"({"Other":1,"Statement":[)" + one + "]}", Kind::trust), "Syntax error in policy.");
}

TEST(TrustPolicy, is_refused_with_the_text_of_the_element) {
  constexpr std::string_view allow = R"("Effect":"Allow")";
  EXPECT_EQ(trust_message({aws, web}), "Missing required field Effect");
  EXPECT_EQ(trust_message({R"("Effect":"allow")", aws, web}), "Invalid effect: allow");
  EXPECT_EQ(trust_message({allow, web}), "Missing required field Principal");
  EXPECT_EQ(trust_message({allow, web, R"("Principal":{})"}),
            "Missing required field Principal cannot be empty!");
  EXPECT_EQ(trust_message({allow, web, R"("Principal":{"AWS":[]})"}),
            "Missing required field Principal cannot be empty!");
  EXPECT_EQ(trust_message({allow, web, R"("Principal":"*")"}), "Principal must be a JSON object.");
  EXPECT_EQ(trust_message({allow, web, R"("NotPrincipal":{"AWS":"*"})"}),
            "Allow with NotPrincipal is not allowed.");
  EXPECT_EQ(trust_message({R"("Effect":"Deny")", web, R"("NotPrincipal":{"AWS":"*"})"}),
            "AssumeRole policy must not contain NotPrincipal field.");
  EXPECT_EQ(trust_message({allow, aws}), "Missing required field Action");
  EXPECT_EQ(trust_message({allow, aws, R"("Action":[])"}), "Missing required field Action");
  for (const char* action :
       {"s3:GetObject", "*", "sts:GetCallerIdentity", "sts:GetSessionToken", "sts", ""}) {
    EXPECT_EQ(trust_message({allow, aws, R"("Action":")" + std::string(action) + "\""}),
              "AssumeRole policy may only specify STS AssumeRole actions.")
        << action;
  }
  EXPECT_EQ(trust_message({allow, aws, web, R"("Resource":"*")"}), "Has prohibited field Resource");
  EXPECT_EQ(trust_message({allow, aws, web, R"("NotResource":"*")"}),
            "AssumeRole policy must not contain resources.");
  EXPECT_EQ(trust_message({allow, aws, web, R"("Condition":{"StringIs":{"a":"b"}})"}),
            "Syntax error in policy.");
  EXPECT_EQ(trust_message({allow, aws, web, R"("NotAction":"sts:AssumeRole")"}), "Syntax error in policy.");
  EXPECT_EQ(trust_message({allow, aws, web, R"("Sid":1)"}), "Syntax error in policy.");
  EXPECT_EQ(trust_message({allow, aws, web, R"("Extra":1)"}), "Syntax error in policy.");
}

TEST(TrustPolicy, refuses_principals_that_cannot_exist) {
  const auto message = [](const std::string& type, const std::string& value) {
    return trust_message({R"("Effect":"Allow")", R"("Action":"sts:AssumeRole")",
                          R"("Principal":{")" + type + R"(":")" + value + R"("})"});
  };
  for (const char* value :
       {"", "1111", "arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:group/g",
        "arn:aws:iam::*:root", "arn:aws:s3:::bucket", "ann", "AROA", "arn:aws:iam::111122223333:role/"}) {
    EXPECT_EQ(message("AWS", value), "Invalid principal in policy: \"AWS\":\"" + std::string(value) + "\"");
  }
  for (const char* value :
       {"*", "oidc.example", "arn:aws:iam::1:oidc-provider/x", "arn:aws:iam::111122223333:role/x"}) {
    EXPECT_EQ(message("Federated", value),
              "Invalid principal in policy: \"FEDERATED\":\"" + std::string(value) + "\"");
  }
  EXPECT_EQ(message("Service", "*"), "Invalid principal in policy: \"SERVICE\":\"*\"");
  EXPECT_EQ(message("CanonicalUser", "abc"), "Invalid principal in policy: \"CanonicalUser\"");
  for (const char* value :
       {"*", "111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/p/ann",
        "arn:aws:sts::111122223333:assumed-role/r/s", "AROACICICICICICICICI1"}) {
    EXPECT_EQ(message("AWS", value), "accepted") << value;
  }
}

std::string shared_message(const std::string& provider, const std::string& condition,
                           const std::string& effect = "Allow") {
  return trust_message({R"("Effect":")" + effect + "\"", web,
                        R"("Principal":{"Federated":")" + provider + R"("})", R"("Condition":)" + condition});
}

TEST(TrustPolicy, must_name_the_tenant_of_a_shared_issuer) {
  const std::string arn = "arn:aws:iam::111122223333:oidc-provider/";
  const std::string github = "token.actions.githubusercontent.com";
  const std::string refusal = "The trust policy must restrict `" + github +
                              ":sub` to your own tenant: the identity provider `" + github +
                              "` is shared by many";
  const auto with = [&](const std::string& op, const std::string& value) {
    return shared_message(arn + github, R"({")" + op + R"(":{")" + github + R"(:sub":)" + value + "}}");
  };
  EXPECT_EQ(shared_message(arn + github, "{}"), refusal);
  EXPECT_EQ(shared_message(arn + github, R"({"StringEquals":{")" + github + R"(:aud":"sts.amazonaws.com"}})"),
            refusal);
  EXPECT_EQ(with("StringLike", "\"*\""), refusal);
  EXPECT_EQ(with("StringLike", "\"?*\""), refusal);
  EXPECT_EQ(with("StringLike", "[]"), refusal);
  EXPECT_EQ(with("StringLike", R"(["repo:me/*","*"])"), refusal);
  EXPECT_EQ(with("StringNotEquals", "\"repo:you/x\""), refusal);
  EXPECT_EQ(with("StringEquals", "\"${" + github + ":sub}\""), refusal);
  EXPECT_EQ(with("StringLike", "\"repo:me/*\""), "accepted");
  EXPECT_EQ(with("StringEquals", R"(["repo:me/a:ref:refs/heads/main","repo:me/b"])"), "accepted");
  EXPECT_EQ(with("ForAnyValue:StringLike", "\"repo:me/*\""), "accepted");
  EXPECT_EQ(shared_message(arn + github, "{}", "Deny"), "accepted");
}

TEST(TrustPolicy, knows_every_shared_issuer) {
  const std::string arn = "arn:aws:iam::111122223333:oidc-provider/";
  const std::pair<const char*, const char*> table[] = {
      {"token.actions.githubusercontent.com", "sub"},
      {"vstoken.actions.githubusercontent.com", "sub"},
      {"oidc-configuration.audit-log.githubusercontent.com", "sub"},
      {"gitlab.com", "sub"},
      {"agent.buildkite.com", "sub"},
      {"app.terraform.io", "sub"},
      {"oidc.codefresh.io", "sub"},
      {"studio.datachain.ai/api", "sub"},
      {"scalr.io", "sub"},
      {"tokens.cloud.shisho.dev", "sub"},
      {"proidc.upbound.io", "sub"},
      {"api.pulumi.com/oidc", "aud"},
      {"sandboxes.cloud", "aud"},
      {"oidc.vercel.com", "aud"}};
  for (const auto& [url, claim] : table) {
    const std::string key = std::string(url) + ":" + claim;
    EXPECT_NE(shared_message(arn + url, "{}"), "accepted") << url;
    EXPECT_EQ(shared_message(arn + url, R"({"StringEquals":{")" + key + R"(":"mine"}})"), "accepted") << url;
  }
  EXPECT_EQ(shared_message(arn + "oidc.vercel.com/team", "{}"), "accepted");  // a tenant's own issuer
  EXPECT_EQ(shared_message(arn + "gitlab.example.com", "{}"), "accepted");
  const std::string sentinel = arn + "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";
  EXPECT_NE(shared_message(sentinel, "{}"), "accepted");
  EXPECT_EQ(shared_message(sentinel, R"({"StringEquals":{"sts:RoleSessionName":"MicrosoftSentinel_1"}})"),
            "accepted");
  const std::string cognito = "cognito-identity.amazonaws.com";
  EXPECT_EQ(shared_message(cognito, "{}"), "A condition block must be present for the Cognito provider");
  EXPECT_EQ(
      shared_message(cognito, R"({"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:pool"}})"),
      "accepted");
}

}  // namespace
}  // namespace openirsa::policy
