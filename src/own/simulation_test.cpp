// Does a simulation say what the exchange would, and nothing of another account?
#include <gtest/gtest.h>

#include "own/test_desk.h"
#include "record/provider.h"
#include "record/role.h"
#include "token/signer.h"
#include "wire/test_outside.h"

namespace openirsa::own {
namespace {

using test::expect_refused;
using test::Reply;

const std::string path = "/openirsa/v1/simulate/web-identity";
const std::string role_arn = "arn:aws:iam::111122223333:role/apps/my-role";
const std::string subject = "system:serviceaccount:default:app";
const std::string foreign_url = "https://issuer.example/tenant";

// Keys that come while the request waits.
class SlowOutside final : public wire::test::FakeOutside {
 public:
  Keys keys_of(const record::OpenIdConnectProvider&, std::optional<std::string_view>, Time) override {
    ++asked_for_keys;
    if (keys == nullptr) return {.keys = nullptr, .must_wait = true, .failure = {}};
    return {.keys = keys, .must_wait = false, .failure = {}};
  }
  void when_keys_settle(const record::OpenIdConnectProvider&, std::function<void()> resume) override {
    if (reachable) keys = test::issuer().key_set;
    resume();
  }
  std::shared_ptr<const token::JwkSet> keys;
  bool reachable = true;
  int asked_for_keys = 0;
};

class Simulation : public ::testing::Test {
 protected:
  Simulation() {
    desk.house.outside = &outside;
    put_provider(test::issuer().url);
    put_provider(foreign_url);
    put_role(trust_of(test::issuer().url));
  }

  static std::string trust_of(const std::string& url) {
    const std::string name = url.substr(8);
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":)"
           R"("arn:aws:iam::111122223333:oidc-provider/)" +
           name + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + name +
           R"(:sub":")" + subject + R"("}}}]})";
  }
  void put_provider(const std::string& url) {
    desk.put(record::provider_key(test::account, url.substr(8)),
             record::OpenIdConnectProvider{.account = std::string(test::account),
                                           .url = url.substr(8),
                                           .client_ids = {"sts.amazonaws.com"},
                                           .created = desk.clock.now()});
  }
  void put_role(const std::string& trust) {
    desk.put(record::role_key(test::account, "my-role"),
             record::Role{.account = std::string(test::account),
                          .name = "my-role",
                          .path = "/apps/",
                          .id = "AROAAAAAAAAAAAAAAAAAA",
                          .created = desk.clock.now(),
                          .trust = *policy::Policy::parse(trust, policy::Kind::trust)});
  }

  static json::object claims(const std::string& url = test::issuer().url) {
    return {{"iss", url},
            {"aud", "sts.amazonaws.com"},
            {"sub", subject},
            {"iat", wire::test::noon},
            {"exp", wire::test::noon + 3600}};
  }
  static json::object claims_with(std::string_view name, json::value value) {
    json::object changed = claims();
    changed[name] = std::move(value);
    return changed;
  }
  static std::string sign(const json::object& content) {
    const auto& key = test::issuer().keys[0];
    return token::sign_token(content, key.key_id, crypto::Algorithm::rs256, *key.key.private_key());
  }

  Reply simulate(json::object body, const std::string& role = role_arn) {
    body["roleArn"] = role;
    return desk.send("POST", path, json::serialize(body));
  }
  Reply of_token(const std::string& token) { return simulate({{"token", token}}); }
  Reply of_claims(const json::object& content) { return simulate({{"claims", content}}); }

  static std::string step_of(const Reply& reply) {
    const json::object* decision = find_object(reply.body, "decision");
    const json::object* decisive = decision == nullptr ? nullptr : find_object(*decision, "decisive");
    return std::string(decisive == nullptr ? "" : find_string(*decisive, "step").value_or(""));
  }
  static std::string would(const Reply& reply) {
    const json::object* answer = find_object(reply.body, "wouldAnswer");
    return std::string(answer == nullptr ? "<absent>" : find_string(*answer, "code").value_or("200"));
  }
  static void expect_verdict(const Reply& reply, const std::string& verdict, const std::string& code,
                             const std::string& step) {
    EXPECT_EQ(reply.status, 200) << json::serialize(reply.body);
    EXPECT_EQ(reply.text("verdict"), verdict) << json::serialize(reply.body);
    EXPECT_EQ(would(reply), code);
    EXPECT_EQ(step_of(reply), step);
  }

  SlowOutside outside;
  test::Desk desk;
};

TEST_F(Simulation, OfATokenPassesEveryStepAndIssuesNothing) {
  const Reply reply = of_token(sign(claims()));
  expect_verdict(reply, "allowed", "200", "");
  const json::object& decision = reply.body.at("decision").as_object();
  EXPECT_EQ(decision.at("operation"), "AssumeRoleWithWebIdentity");
  EXPECT_EQ(decision.at("roleArn"), json::value_from(role_arn));
  EXPECT_EQ(decision.at("steps").as_array().size(), 12U) << json::serialize(decision);
  const std::string text = json::serialize(reply.body);
  EXPECT_EQ(text.find("Credentials"), std::string::npos);
  EXPECT_EQ(text.find("notChecked"), std::string::npos);
}

TEST_F(Simulation, IsTracedAsItselfWithoutTheToken) {
  const std::string token = sign(claims());
  ASSERT_EQ(of_token(token).status, 200);
  const wire::Trace& trace = desk.traces.last;
  EXPECT_EQ(desk.traces.all.size(), 1U);
  EXPECT_EQ(trace.service, "openirsa");
  EXPECT_EQ(trace.operation, "SimulateWebIdentity");
  EXPECT_EQ(trace.action, "openirsa:SimulateWebIdentity");
  EXPECT_EQ(trace.resource, role_arn);
  EXPECT_EQ(trace.account, test::account);
  EXPECT_EQ(json::serialize(wire::to_json(trace)).find(token.substr(token.rfind('.'))), std::string::npos);
}

TEST_F(Simulation, OfATokenNamesTheStepThatRefuses) {
  expect_verdict(of_token("no.token.atall"), "refused", "InvalidIdentityToken", "token_parsed");
  expect_verdict(of_token(sign(claims_with("iss", "https://nobody.example"))), "refused",
                 "InvalidIdentityToken", "provider_found");
  expect_verdict(of_token(sign(claims_with("aud", "other"))), "refused", "InvalidIdentityToken",
                 "audience_allowed");
  expect_verdict(of_token(sign(claims_with("exp", wire::test::noon - 1000))), "refused",
                 "ExpiredTokenException", "token_times_valid");
  std::string forged = sign(claims());
  const std::size_t at = forged.rfind('.') + 10;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  expect_verdict(of_token(forged), "refused", "InvalidIdentityToken", "signature_of_token_verified");
  expect_verdict(simulate({{"token", sign(claims())}, {"durationSeconds", 43'200}}), "refused",
                 "ValidationError", "duration_allowed");
  expect_verdict(simulate({{"token", sign(claims())}, {"sessionName", "a b"}}), "refused", "ValidationError",
                 "parameters_valid");
  expect_verdict(simulate({{"token", sign(claims())}}, "arn:aws:iam::111122223333:role/missing"), "refused",
                 "AccessDenied", "role_found");
  expect_verdict(of_token(sign(claims())), "allowed", "200", "");
}

TEST_F(Simulation, ShowsWhatTheTrustPolicyExpected) {
  const Reply reply = of_token(sign(claims_with("sub", "system:serviceaccount:default:App")));
  expect_verdict(reply, "refused", "AccessDenied", "trust_policy_allowed");
  const json::object& decision = reply.body.at("decision").as_object();
  EXPECT_EQ(decision.at("decisive").at("actual"), "system:serviceaccount:default:App");
  EXPECT_TRUE(decision.contains("policy"));
}

TEST_F(Simulation, OfClaimsLooksAtNoKey) {
  const Reply reply =
      of_claims({{"iss", test::issuer().url}, {"aud", "sts.amazonaws.com"}, {"sub", subject}});
  expect_verdict(reply, "allowed", "200", "");
  const json::array& steps = reply.body.at("decision").at("steps").as_array();
  ASSERT_EQ(steps.size(), 12U);
  EXPECT_EQ(steps.at(6).at("step"), "key_found");
  EXPECT_EQ(steps.at(6).at("notChecked"), json::value(true));
  EXPECT_EQ(steps.at(7).at("step"), "signature_of_token_verified");
  EXPECT_EQ(steps.at(7).at("notChecked"), json::value(true));
  // An issuer that is not ours is not asked.
  put_role(trust_of(foreign_url));
  expect_verdict(of_claims(claims(foreign_url)), "allowed", "200", "");
  EXPECT_EQ(outside.asked_for_keys, 0);
}

TEST_F(Simulation, OfClaimsRefusesWhatTheExchangeWould) {
  expect_verdict(of_claims(claims_with("sub", "other")), "refused", "AccessDenied", "trust_policy_allowed");
  expect_verdict(of_claims(claims_with("aud", "other")), "refused", "InvalidIdentityToken",
                 "audience_allowed");
  expect_verdict(of_claims(claims_with("aud", json::array{"sts.amazonaws.com", "b"})), "refused",
                 "InvalidIdentityToken", "audience_allowed");
  expect_verdict(of_claims(claims_with("sub", 7)), "refused", "InvalidIdentityToken", "claims_complete");
  expect_verdict(of_claims(claims_with("exp", wire::test::noon - 1000)), "refused", "ExpiredTokenException",
                 "token_times_valid");
  expect_verdict(of_claims(claims_with("iss", "https://nobody.example")), "refused", "InvalidIdentityToken",
                 "provider_found");
  expect_verdict(of_claims({}), "refused", "InvalidIdentityToken", "issuer_known");
  expect_verdict(of_claims(claims_with("azp", "sts.amazonaws.com")), "allowed", "200", "");
}

TEST_F(Simulation, OfClaimsSaysWhereTheIssuersKeysCouldNotBeKnown) {
  desk.house.outside = nullptr;
  put_role(trust_of(foreign_url));
  expect_verdict(of_claims(claims(foreign_url)), "refused", "InvalidIdentityToken", "issuer_known");
}

// An unsigned token is not taken for claims.
TEST_F(Simulation, OfATokenWithoutASignatureIsRefused) {
  const std::string token = sign(claims());
  const std::size_t first = token.find('.');
  const std::string unsigned_token =
      "eyJhbGciOiJub25lIn0" + token.substr(first, token.rfind('.') - first) + ".";
  expect_verdict(of_token(unsigned_token), "refused", "InvalidIdentityToken", "key_found");
}

TEST_F(Simulation, WaitsForAForeignIssuersKeys) {
  put_role(trust_of(foreign_url));
  expect_verdict(of_token(sign(claims(foreign_url))), "allowed", "200", "");
  EXPECT_EQ(outside.asked_for_keys, 2);
  EXPECT_EQ(desk.traces.all.size(), 1U);
  outside.keys = nullptr;
  outside.reachable = false;
  expect_verdict(of_token(sign(claims(foreign_url))), "refused", "IDPCommunicationError", "issuer_known");
}

TEST_F(Simulation, RefusesBodiesThatItCannotRead) {
  for (const std::string body :
       {R"({})", R"({"roleArn":7,"token":"a.b.c"})", R"({"roleArn":"R"})",
        R"({"roleArn":"R","token":"a.b.c","claims":{}})", R"({"roleArn":"R","token":7})",
        R"({"roleArn":"R","claims":"{}"})", R"({"roleArn":"R","claims":{},"sessionName":7})",
        R"({"roleArn":"R","claims":{},"durationSeconds":"900"})",
        R"({"roleArn":"R","claims":{},"sessionName":"a\u0000b"})"}) {
    const Reply reply = desk.send("POST", path, body);
    EXPECT_EQ(reply.status, 400) << body << json::serialize(reply.body);
    EXPECT_EQ(reply.error, "InvalidParameterException") << body;
  }
  expect_verdict(simulate({{"claims", claims()}}, "R"), "refused", "ValidationError", "parameters_valid");
}

TEST_F(Simulation, OfAnotherAccountsRoleFindsNone) {
  const std::string other = "arn:aws:iam::444455556666:role/apps/my-role";
  expect_refused(simulate({{"claims", claims()}}, other), 404, "ResourceNotFoundException",
                 "No role found for ARN: " + other + ".");
  // The host's administrator may ask about it, and any other.
  const json::object body{{"claims", claims()}, {"roleArn", role_arn}};
  EXPECT_EQ(desk.administer("POST", path, json::serialize(body)).text("verdict"), "allowed");
  const json::object theirs{{"claims", claims()}, {"roleArn", other}};
  expect_verdict(desk.administer("POST", path, json::serialize(theirs)), "refused", "InvalidIdentityToken",
                 "provider_found");
}

TEST(SimulationPermission, IsOnTheRole) {
  test::Desk desk(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow",
      "Action":"openirsa:SimulateWebIdentity","Resource":"arn:aws:iam::111122223333:role/apps/*"}]})");
  const auto error_of = [&](const std::string& role) {
    const json::object body{{"claims", json::object{}}, {"roleArn", role}};
    return desk.send("POST", path, json::serialize(body)).error;
  };
  EXPECT_EQ(error_of(role_arn), "");
  EXPECT_EQ(error_of("arn:aws:iam::111122223333:role/other"), "AccessDeniedException");
  EXPECT_EQ(desk.handle(wire::test::make_request("POST", path)).status, 403);
}

}  // namespace
}  // namespace openirsa::own
