// The exchange of tokens whose issuer is not ours: which keys are used, when it waits for them and what it
// answers when they do not come.
#include "sts/test_desk.h"
#include "wire/outside.h"

namespace openirsa::sts::test {
namespace {

constexpr std::string_view keys_text =
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements";

const std::string foreign_url = "issuer.example/tenant";

// Gives what the test says, in order, and then the last of it again.
class FakeOutside final : public wire::Outside {
 public:
  Keys keys_of(const record::OpenIdConnectProvider& provider, std::optional<std::string_view>,
               Time) override {
    EXPECT_EQ(provider.url, foreign_url);
    ++asked;
    Keys now = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return now;
  }
  void when_keys_settle(const record::OpenIdConnectProvider&, std::function<void()> resume) override {
    ++waited;
    if (meanwhile) meanwhile();
    resume();
  }
  void fetch_thumbprint(const std::string&, const std::string&,
                        std::function<void(wire::OutsideText)>) override {
    throw std::logic_error("an exchange needs no thumbprint");
  }
  void fetch_document(const Document&, std::function<void(wire::OutsideText)>) override {
    throw std::logic_error("an exchange needs no document");
  }

  std::vector<Keys> answers;
  std::function<void()> meanwhile;
  int asked = 0;
  int waited = 0;
};

wire::Outside::Keys the_keys() { return {.keys = issuer().key_set, .must_wait = false, .failure = {}}; }
wire::Outside::Keys must_wait() { return {.keys = nullptr, .must_wait = true, .failure = {}}; }
wire::Outside::Keys trouble(bool retryable) {
  return {.keys = nullptr, .must_wait = false, .failure = wire::OutsideFailure{retryable, "no answer"}};
}

class ForeignIssuer : public ::testing::Test {
 protected:
  ForeignIssuer() {
    desk.house.outside = &outside;
    put_provider({});
    desk.put_role(
        a_role(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":")" +
               foreign_arn() + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":)" +
               R"({"StringEquals":{")" + foreign_url + R"(:sub":")" + subject + R"("}}}]})"));
  }
  static std::string foreign_arn() { return "arn:aws:iam::" + account + ":oidc-provider/" + foreign_url; }
  void put_provider(const std::string& jwks) {
    record::OpenIdConnectProvider provider;
    provider.account = account;
    provider.url = foreign_url;
    provider.client_ids = {"sts.amazonaws.com"};
    provider.created = desk.clock.now();
    provider.jwks = jwks;
    desk.put(record::provider_key(account, foreign_url), provider);
  }
  // Signed with the key of our test issuer, which stands in for the foreign one's.
  static std::string token(std::string_view audience = "sts.amazonaws.com") {
    json::object content = claims();
    content["iss"] = "https://" + foreign_url;
    content["aud"] = audience;
    return sign(content);
  }

  Desk desk;
  FakeOutside outside;
};

TEST_F(ForeignIssuer, gives_a_session_with_keys_that_are_there) {
  outside.answers = {the_keys()};
  const auto reply = desk.exchange(token());
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_FALSE(desk.waited);
  EXPECT_EQ(reply["Provider"], foreign_arn());
  EXPECT_EQ(reply["SubjectFromWebIdentityToken"], subject);
  EXPECT_EQ(desk.whoami(credentials_of(reply)).status, 200);
}

TEST_F(ForeignIssuer, is_waited_for_once) {
  outside.answers = {must_wait(), the_keys()};
  EXPECT_EQ(desk.exchange(token()).status, 200);
  EXPECT_TRUE(desk.waited);
  EXPECT_EQ(outside.waited, 1);
  outside.answers = {must_wait()};
  const auto reply = desk.exchange(token());
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.code, "IDPCommunicationError");
  EXPECT_EQ(desk.trace().failure->code, "issuer_unreachable");
}

TEST_F(ForeignIssuer, whose_trouble_is_worth_retrying_or_is_not) {
  outside.answers = {trouble(true)};
  auto reply = desk.exchange(token());
  EXPECT_EQ(reply.code, "IDPCommunicationError");
  EXPECT_EQ(desk.trace().failure->step, wire::Step::issuer_known);
  EXPECT_EQ(desk.trace().failure->detail, "no answer");
  outside.answers = {trouble(false)};
  reply = desk.exchange(token());
  EXPECT_EQ(reply.code, "InvalidIdentityToken");
  EXPECT_EQ(reply.message, keys_text);
  EXPECT_EQ(desk.trace().failure->code, "issuer_unusable");
  outside.answers = {the_keys()};
  EXPECT_EQ(desk.exchange(token()).status, 200);
}

TEST_F(ForeignIssuer, is_not_asked_for_what_the_claims_refuse) {
  outside.answers = {the_keys()};
  const auto reply = desk.exchange(token("another"));
  EXPECT_EQ(reply.code, "InvalidIdentityToken");
  EXPECT_EQ(reply.message, "Incorrect token audience");
  EXPECT_EQ(desk.trace().failure->step, wire::Step::audience_allowed);
  EXPECT_EQ(outside.asked, 0);
  EXPECT_EQ(desk.exchange(token()).status, 200);
  EXPECT_EQ(outside.asked, 1);
}

TEST_F(ForeignIssuer, that_is_not_registered_is_never_asked) {
  outside.answers = {the_keys()};
  json::object content = claims();
  content["iss"] = "https://issuer.example/elsewhere";
  EXPECT_EQ(desk.exchange(sign(content)).code, "InvalidIdentityToken");
  EXPECT_EQ(desk.trace().failure->step, wire::Step::provider_found);
  EXPECT_EQ(outside.asked, 0);
}

TEST_F(ForeignIssuer, with_uploaded_keys_is_never_asked) {
  put_provider(issuer().key_set_text);
  EXPECT_EQ(desk.exchange(token()).status, 200);
  desk.house.outside = nullptr;
  EXPECT_EQ(desk.exchange(token()).status, 200);
  EXPECT_EQ(outside.asked, 0);
  put_provider({});
  EXPECT_EQ(desk.exchange(token()).message, keys_text) << "nobody to ask";
}

TEST_F(ForeignIssuer, whose_provider_goes_while_its_keys_are_fetched_gives_nothing) {
  outside.answers = {must_wait(), the_keys()};
  outside.meanwhile = [this] { desk.remove(record::provider_key(account, foreign_url)); };
  const auto reply = desk.exchange(token());
  EXPECT_EQ(reply.code, "InvalidIdentityToken");
  EXPECT_EQ(desk.trace().failure->step, wire::Step::provider_found);
}

TEST_F(ForeignIssuer, one_of_ours_is_never_asked_elsewhere) {
  outside.answers = {the_keys()};
  desk.delete_cluster();
  EXPECT_EQ(desk.exchange(sign(claims())).message, keys_text);
  EXPECT_EQ(outside.asked, 0);
}

}  // namespace
}  // namespace openirsa::sts::test
