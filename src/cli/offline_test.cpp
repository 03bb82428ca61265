// Does a simulation from files judge as the exchange does?
#include "cli/offline.h"

#include <gtest/gtest.h>

#include "token/jwk.h"
#include "token/signer.h"

namespace openirsa::cli {
namespace {

constexpr std::int64_t noon = 1795521600;
const std::string issuer = "https://issuer.example/tenant";
const std::string subject = "system:serviceaccount:default:app";

const crypto::PrivateKey& key() {
  static const crypto::PrivateKey made = crypto::PrivateKey::generate(crypto::KeyType::p256);
  return made;
}
std::string sign(const json::object& claims, std::string_view key_id = "k") {
  return token::sign_token(claims, key_id, crypto::Algorithm::es256, key());
}
json::object claims() {
  return {
      {"iss", issuer}, {"aud", "sts.amazonaws.com"}, {"sub", subject}, {"iat", noon}, {"exp", noon + 3600}};
}
json::object with(std::string_view name, json::value value) {
  json::object changed = claims();
  changed[name] = std::move(value);
  return changed;
}

OfflineQuestion question() {
  return {
      .token = {},
      .claims = {},
      .role_arn = "arn:aws:iam::111122223333:role/web",
      .account = {},
      .session_name = "simulation",
      .trust_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":)"
                      R"("arn:aws:iam::111122223333:oidc-provider/issuer.example/tenant"},)"
                      R"("Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{)"
                      R"("issuer.example/tenant:sub":")" +
                      subject + R"(","issuer.example/tenant:aud":"sts.amazonaws.com"}}}]})",
      .jwks = token::JwkSet({token::Jwk{"k", std::nullopt, key().public_key()}}).to_text(),
      .issuer = issuer,
      .client_ids = {"sts.amazonaws.com"}};
}
OfflineQuestion of_token(std::string token) {
  OfflineQuestion asked = question();
  asked.token = std::move(token);
  return asked;
}
OfflineQuestion of_claims(json::object content) {
  OfflineQuestion asked = question();
  asked.claims = std::move(content);
  asked.jwks.clear();
  return asked;
}

struct Verdict {
  std::string verdict, code, step;
  bool operator==(const Verdict&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
  return out << verdict.verdict << " " << verdict.code << " " << verdict.step;
}
json::object answer_to(const OfflineQuestion& asked) {
  auto answer = simulate_offline(asked, time_of_seconds(noon));
  if (answer) return *std::move(answer);
  ADD_FAILURE() << answer.error().message;
  return {};
}
std::string text_in(const json::object& object, std::string_view part, std::string_view member) {
  const json::object* inner = find_object(object, part);
  return inner == nullptr ? "" : std::string(find_string(*inner, member).value_or(""));
}
Verdict verdict_on(const OfflineQuestion& asked) {
  const json::object answer = answer_to(asked);
  const json::object* decision = find_object(answer, "decision");
  return {std::string(find_string(answer, "verdict").value_or("")), text_in(answer, "wouldAnswer", "code"),
          decision == nullptr ? "" : text_in(*decision, "decisive", "step")};
}
const Verdict allowed{"allowed", "", ""};
Verdict refused(const std::string& code, const std::string& step) { return {"refused", code, step}; }

TEST(Offline, ATokenIsVerifiedWithTheGivenKeys) {
  EXPECT_EQ(verdict_on(of_token(sign(claims()))), allowed);
  EXPECT_EQ(verdict_on(of_token(sign(claims(), "other"))), refused("InvalidIdentityToken", "key_found"));
  std::string forged = sign(claims());
  const std::size_t at = forged.rfind('.') + 10;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verdict_on(of_token(forged)), refused("InvalidIdentityToken", "signature_of_token_verified"));
  EXPECT_EQ(verdict_on(of_token(sign(claims()) + "\n")), refused("InvalidIdentityToken", "token_parsed"));
}

TEST(Offline, ClaimsAreJudgedWithoutKeys) {
  EXPECT_EQ(verdict_on(of_claims(claims())), allowed);
  EXPECT_EQ(verdict_on(of_claims({{"iss", issuer}, {"aud", "sts.amazonaws.com"}, {"sub", subject}})),
            allowed);
  const json::object answer = answer_to(of_claims(claims()));
  EXPECT_NE(json::serialize(answer).find(
                R"("step":"signature_of_token_verified",)"
                R"("question":"Does the token's signature fit the key?","notChecked":true)"),
            std::string::npos);
}

TEST(Offline, EachStepIsNamed) {
  for (const bool is_signed : {true, false}) {
    const auto judge = [&](const json::object& content) {
      return verdict_on(is_signed ? of_token(sign(content)) : of_claims(content));
    };
    EXPECT_EQ(judge(claims()), allowed);
    EXPECT_EQ(judge(with("iss", "https://issuer.example/Tenant")),
              refused("InvalidIdentityToken", "provider_found"));
    EXPECT_EQ(judge(with("sub", 7)), refused("InvalidIdentityToken", "claims_complete"));
    EXPECT_EQ(judge(with("aud", "other")), refused("InvalidIdentityToken", "audience_allowed"));
    EXPECT_EQ(judge(with("aud", json::array{"sts.amazonaws.com", "b"})),
              refused("InvalidIdentityToken", "audience_allowed"));
    EXPECT_EQ(judge(with("exp", noon - 301)), refused("ExpiredTokenException", "token_times_valid"));
    EXPECT_EQ(judge(with("nbf", noon + 301)), refused("InvalidIdentityToken", "token_times_valid"));
    EXPECT_EQ(judge(with("sub", "other")), refused("AccessDenied", "trust_policy_allowed"));
  }
}

TEST(Offline, TheTrustPolicyIsExplained) {
  const json::object answer = answer_to(of_claims(with("sub", "system:serviceaccount:default:App")));
  const json::object* decision = find_object(answer, "decision");
  ASSERT_NE(decision, nullptr);
  EXPECT_EQ(text_in(*decision, "decisive", "expected"), subject);
  EXPECT_EQ(text_in(*decision, "decisive", "actual"), "system:serviceaccount:default:App");
  EXPECT_NE(find_object(*decision, "policy"), nullptr);
  // The provider's account stands in the policy's principal.
  OfflineQuestion elsewhere = of_claims(claims());
  elsewhere.account = "444455556666";
  EXPECT_EQ(verdict_on(elsewhere), refused("AccessDenied", "trust_policy_allowed"));
}

TEST(Offline, TheAuthorizedPartyIsTheAudience) {
  OfflineQuestion asked = of_claims(with("azp", "sts.amazonaws.com"));
  (*asked.claims)["aud"] = "another";
  const std::string from = R"("issuer.example/tenant:aud":)";
  asked.trust_policy.insert(asked.trust_policy.find(from), R"("issuer.example/tenant:oaud":"another",)");
  EXPECT_EQ(verdict_on(asked), allowed);
  (*asked.claims)["aud"] = json::array{"another", "third"};
  EXPECT_EQ(verdict_on(asked), refused("AccessDenied", "trust_policy_allowed"));
}

TEST(Offline, ParametersAreCheckedAsTheServiceChecksThem) {
  const Verdict invalid = refused("ValidationError", "parameters_valid");
  for (const bool is_signed : {true, false}) {
    const OfflineQuestion good = is_signed ? of_token(sign(claims())) : of_claims(claims());
    OfflineQuestion asked = good;
    for (const std::string& name :
         {std::string(), std::string("a"), std::string("a b"), std::string("a:b"), std::string(65, 'x')}) {
      asked.session_name = name;
      EXPECT_EQ(verdict_on(asked), invalid) << name;
    }
    asked.session_name = std::string(64, 'x');
    EXPECT_EQ(verdict_on(asked), allowed);
    for (const std::int64_t seconds : {-1, 0, 899, 43'201}) {
      asked.duration = seconds;
      EXPECT_EQ(verdict_on(asked), invalid) << seconds;
    }
    for (const std::int64_t seconds : {900, 43'200}) {
      asked.duration = seconds;
      EXPECT_EQ(verdict_on(asked), allowed) << seconds;
    }
    for (const char* arn : {"web", "arn:aws:iam::111122223333:user/web", "arn:aws:iam::1111:role/web",
                            "arn:aws:iam:us-west-2:111122223333:role/web", "arn:aws:iam::111122223333:role/",
                            "arn:mars:iam::111122223333:role/web"}) {
      asked.role_arn = arn;
      EXPECT_EQ(verdict_on(asked), invalid) << arn;
    }
  }
  EXPECT_EQ(verdict_on(of_token(std::string(20'001, 'a'))), invalid);
  EXPECT_EQ(verdict_on(of_token("abc")), invalid);
  OfflineQuestion asked = of_claims(claims());
  asked.session_name = "a";
  EXPECT_EQ(text_in(answer_to(asked), "wouldAnswer", "message"),
            "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 2");
}

TEST(Offline, APartitionIsTheRoles) {
  OfflineQuestion asked = of_claims(claims());
  asked.role_arn = "arn:aws-cn:iam::111122223333:role/web";
  EXPECT_EQ(verdict_on(asked), refused("AccessDenied", "trust_policy_allowed"));
  asked.trust_policy.replace(asked.trust_policy.find("arn:aws:"), 8, "arn:aws-cn:");
  EXPECT_EQ(verdict_on(asked), allowed);
}

TEST(Offline, NamesTheFileThatCannotBeUsed) {
  const auto error_of = [](const OfflineQuestion& asked) {
    const auto answer = simulate_offline(asked, time_of_seconds(noon));
    return answer ? "simulated" : answer.error().message;
  };
  const OfflineQuestion good = of_token(sign(claims()));
  EXPECT_EQ(error_of(good), "simulated");
  OfflineQuestion bad = good;
  bad.trust_policy = "{}";
  EXPECT_TRUE(error_of(bad).starts_with("the trust policy is refused: ")) << error_of(bad);
  bad = good;
  bad.jwks = "{}";
  EXPECT_TRUE(error_of(bad).starts_with("the key set cannot be used: ")) << error_of(bad);
  bad = good;
  bad.issuer = "http://issuer.example";
  EXPECT_TRUE(error_of(bad).starts_with("--issuer ")) << error_of(bad);
  bad = good;
  bad.account = "acme";
  EXPECT_TRUE(error_of(bad).starts_with("--account ")) << error_of(bad);
}

}  // namespace
}  // namespace openirsa::cli
