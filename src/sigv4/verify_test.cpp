#include <gtest/gtest.h>

#include <functional>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "sigv4/test_request.h"

namespace openirsa::sigv4 {
namespace {

const Secret secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
const Time now = *parse_iso8601("2026-11-24T12:00:00Z");
const std::string mismatch_text =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key "
    "and signing method. Consult the service documentation for details.";

Credentials credentials(std::optional<std::string> token = "session-token") {
  return {"ASIAEXAMPLE", secret, std::move(token)};
}

std::string hash(std::string_view body) { return to_hex(as_view(crypto::sha256(body))); }

// A call as the CLI makes it: an ARN in the path, a query, a body and a session token.
TestRequest signed_call() {
  TestRequest request{"POST",
                      "/tags/arn%3Aaws%3Aeks%3Aus-west-2%3A1%3Acluster%2Fmy-cluster",
                      "tagKeys=a&tagKeys=b&name=x%20y",
                      {{"Host", "127.0.0.1:8443"},
                       {"Content-Type", "application/json"},
                       {"X-Amz-Content-Sha256", hash("{\"tags\":{}}")},
                       {"User-Agent", "aws-cli"}},
                      "{\"tags\":{}}"};
  request.add(sign(request.view(), credentials(), "us-west-2", "eks", now));
  return request;
}

TestRequest cluster_token(std::string_view expires = "60") {
  TestRequest request;
  request.headers = {{"Host", "sts.us-west-2.amazonaws.com"}, {"x-k8s-aws-id", "my-cluster"}};
  request.query = "Action=GetCallerIdentity&Version=2011-06-15";
  presign(request, credentials(), "us-west-2", "sts", now, expires, {"host", "x-k8s-aws-id"});
  return request;
}

// As a server does it: the key id names the secret.
Secret secret_of(std::string_view access_key_id) {
  return access_key_id == "ASIAEXAMPLE" ? secret : Secret("anOtherKeyHasAnOtherSecretAltogether0000");
}

Result<VerifiedRequest, Error> judge(const TestRequest& request, Time at = now, const Rules& rules = {}) {
  auto claim = parse_claim(request.view());
  if (!claim) return std::move(claim).error();
  return verify(request.view(), *claim, secret_of(claim->access_key_id), rules, at);
}

Time later(std::int64_t seconds) { return now + std::chrono::seconds(seconds); }

std::string verdict(const Result<VerifiedRequest, Error>& result) {
  return result ? "verified" : std::string(name_of(result.error().code));
}

struct Change {
  std::string what;
  std::string verdict;
  std::function<void(TestRequest&)> make;
};

Change header(std::string name, std::string from, std::string to,
              std::string verdict = "signature_mismatch") {
  return {name + " " + from + " -> " + to, std::move(verdict),
          [=](TestRequest& request) { replace(request.header(name), from, to); }};
}

Change query(std::string from, std::string to, std::string verdict = "signature_mismatch") {
  return {from + " -> " + to, std::move(verdict),
          [=](TestRequest& request) { replace(request.query, from, to); }};
}

Change drop(std::string name, std::string verdict) {
  return {"without " + name, std::move(verdict), [=](TestRequest& request) {
            std::erase_if(request.headers, [&](const auto& h) { return h.first == name; });
          }};
}

Change add(std::string name, std::string value, std::string verdict) {
  return {"with " + name, std::move(verdict),
          [=](TestRequest& request) { request.headers.emplace_back(name, value); }};
}

void expect_each(const TestRequest& original, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    SCOPED_TRACE(change.what);
    ASSERT_EQ(verdict(judge(original)), "verified");
    TestRequest changed = original;
    change.make(changed);
    const auto result = judge(changed);
    EXPECT_EQ(verdict(result), change.verdict);
    if (!result) {
      EXPECT_EQ(result.error().detail.find("EXAMPLEKEY"), std::string::npos);
    }
  }
}

TEST(Verify, gives_what_was_signed) {
  const auto verified = judge(signed_call());
  ASSERT_TRUE(bool(verified));
  EXPECT_EQ(verified->access_key_id(), "ASIAEXAMPLE");
  EXPECT_EQ(verified->scope().region, "us-west-2");
  EXPECT_EQ(verified->scope().service, "eks");
  EXPECT_EQ(verified->signed_at(), now);
  EXPECT_FALSE(verified->presigned());
  EXPECT_TRUE(judge(cluster_token())->presigned());
}

TEST(Verify, refuses_a_signed_header_request_with_any_part_changed) {
  expect_each(
      signed_call(),
      {{"method", "signature_mismatch", [](TestRequest& r) { r.method = "PUT"; }},
       {"path", "signature_mismatch", [](TestRequest& r) { replace(r.path, "my-cluster", "my-clustes"); }},
       {"path escape", "signature_mismatch", [](TestRequest& r) { replace(r.path, "%2F", "/"); }},
       {"query name", "signature_mismatch", [](TestRequest& r) { replace(r.query, "name", "nama"); }},
       {"query value", "signature_mismatch", [](TestRequest& r) { replace(r.query, "x%20y", "x%20z"); }},
       {"first duplicate", "signature_mismatch", [](TestRequest& r) { replace(r.query, "tagKeys=a&", ""); }},
       {"one more item", "signature_mismatch", [](TestRequest& r) { r.query += "&a"; }},
       {"body under its own hash", "payload_mismatch", [](TestRequest& r) { replace(r.body, "{}", "[]"); }},
       {"body and its hash", "signature_mismatch",
        [](TestRequest& r) {
          r.body = "[]";
          r.header("X-Amz-Content-Sha256") = hash("[]");
        }},
       header("Host", "8443", "8444"),
       header("Content-Type", "json", "jsom"),
       header("X-Amz-Security-Token", "token", "taken"),
       header("X-Amz-Date", "120000", "120001"),
       header("X-Amz-Date", "20261124", "20261125", "date_mismatch"),
       header("Authorization", "ASIA", "ASIB"),
       header("Authorization", "/20261124/", "/20261125/", "date_mismatch"),
       header("Authorization", "us-west-2", "us-west-1"),
       header("Authorization", "/eks/", "/ekt/"),
       header("Authorization", "aws4_request", "aws4_requesu", "wrong_scope"),
       header("Authorization", "content-type;host", "host"),
       header("Authorization", "host;", "", "header_not_signed"),
       header("Authorization", "x-amz-date;x-amz-security-token", "x-amz-date", "header_not_signed"),
       header("Authorization", ";x-amz-date", "", "header_not_signed"),
       {"signature", "signature_mismatch",
        [](TestRequest& r) {
          char& last = r.header("Authorization").back();
          last = last == '0' ? '1' : '0';
        }},
       drop("Host", "signature_mismatch"),
       drop("Content-Type", "signature_mismatch"),
       drop("X-Amz-Security-Token", "signature_mismatch"),
       drop("X-Amz-Content-Sha256", "signature_mismatch"),
       drop("X-Amz-Date", "incomplete_signature"),
       drop("Authorization", "missing_authentication"),
       add("X-Amz-Target", "t", "header_not_signed"),
       add("x-amz-user-agent", "u", "header_not_signed"),
       add("Content-Type", "text/plain", "signature_mismatch")});
}

TEST(Verify, refuses_a_presigned_url_with_any_part_changed) {
  expect_each(cluster_token(), {{"method", "signature_mismatch", [](TestRequest& r) { r.method = "POST"; }},
                                {"path", "signature_mismatch", [](TestRequest& r) { r.path = "/x"; }},
                                {"body", "signature_mismatch", [](TestRequest& r) { r.body = "x"; }},
                                query("GetCallerIdentity", "GetCallerIdentitx"),
                                query("Version=", "Versiom="),
                                query("T120000Z", "T120001Z"),
                                query("Expires=60", "Expires=61"),
                                query("session-token", "session-taken"),
                                query("us-west-2", "us-west-1"),
                                query("%2Fsts%2F", "%2Fstt%2F"),
                                query("aws4_request", "aws4_requesu", "wrong_scope"),
                                query("F20261124", "F20261125", "date_mismatch"),
                                query("ASIAEXAMPLE", "ASIBEXAMPLE"),
                                query("host%3Bx-k8s-aws-id", "host"),
                                query("host%3Bx-k8s-aws-id", "x-k8s-aws-id", "header_not_signed"),
                                header("Host", "sts.us-west-2", "sts.us-west-1"),
                                header("x-k8s-aws-id", "my-cluster", "my-clustes"),
                                drop("Host", "signature_mismatch"),
                                drop("x-k8s-aws-id", "signature_mismatch"),
                                add("X-Amz-Target", "t", "header_not_signed"),
                                add("Authorization", "Bearer x", "incomplete_signature"),
                                {"signature", "signature_mismatch", [](TestRequest& r) {
                                   r.query.back() = r.query.back() == '0' ? '1' : '0';
                                 }}});
}

TEST(Verify, does_not_take_an_absent_header_for_an_empty_one) {
  TestRequest request;
  request.headers = {{"Host", "h"}, {"X-Amz-Note", ""}};
  request.add(sign(request.view(), credentials(), "r", "s", now));
  expect_each(request, {drop("X-Amz-Note", "signature_mismatch")});
}

TEST(Verify, does_not_mind_what_is_not_signed) {
  expect_each(signed_call(),
              {header("User-Agent", "aws", "AWS", "verified"),
               add("X-Amzn-Trace-Id", "t", "verified"),
               add("Amz-Sdk-Request", "attempt=2", "verified"),
               header("Content-Type", "application/json", "\tapplication/json ", "verified"),
               {"query order", "verified", [](TestRequest& r) { r.query = "name=x+y&tagKeys=b&tagKeys=a"; }},
               {"header order", "verified", [](TestRequest& r) { std::ranges::reverse(r.headers); }}});
  expect_each(cluster_token(),
              {add("x-amz-user-agent", "u", "verified"), add("Accept", "application/json", "verified")});
}

TEST(Verify, says_what_aws_says) {
  auto request = signed_call();
  replace(request.query, "x%20y", "z");
  const auto mismatch = judge(request);
  ASSERT_FALSE(bool(mismatch));
  EXPECT_EQ(mismatch.error().message, mismatch_text);
  EXPECT_TRUE(mismatch.error().expected.empty());  // the right signature is never told
  request = signed_call();
  request.headers.emplace_back("X-Amz-Target", "t");
  EXPECT_EQ(judge(request).error().message,
            "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.");
}

TEST(Verify, needs_the_right_secret) {
  const auto request = signed_call();
  const auto claim = *parse_claim(request.view());
  EXPECT_EQ(verdict(verify(request.view(), claim, secret, {}, now)), "verified");
  const Secret other("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEX");
  EXPECT_EQ(verdict(verify(request.view(), claim, other, {}, now)), "signature_mismatch");
}

TEST(Verify, never_takes_an_empty_secret) {
  TestRequest request;
  request.headers = {{"Host", "h"}};
  request.add(sign(request.view(), {"AKID", Secret(), std::nullopt}, "r", "s", now));
  const auto claim = *parse_claim(request.view());
  EXPECT_EQ(verdict(verify(request.view(), claim, Secret(), {}, now)), "signature_mismatch");
}

TEST(Verify, takes_a_kept_signing_key_of_the_same_scope) {
  const auto request = signed_call();
  const auto claim = *parse_claim(request.view());
  EXPECT_TRUE(bool(verify(request.view(), claim, SigningKey(secret, claim.scope), {}, now)));
  Scope other = claim.scope;
  other.date = "20261123";
  EXPECT_FALSE(bool(verify(request.view(), claim, SigningKey(secret, other), {}, now)));
}

TEST(Verify, allows_five_minutes_of_skew_either_way) {
  const auto request = signed_call();
  EXPECT_EQ(verdict(judge(request, later(300))), "verified");
  EXPECT_EQ(verdict(judge(request, later(-300))), "verified");
  const auto expired = judge(request, later(301));
  EXPECT_EQ(verdict(expired), "expired");
  EXPECT_EQ(
      expired.error().message,
      "Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z (20261124T120501Z - 5 min.)");
  const auto early = judge(request, later(-301));
  EXPECT_EQ(verdict(early), "not_yet_valid");
  EXPECT_EQ(early.error().message,
            "Signature not yet current: 20261124T120000Z is still later than 20261124T115959Z "
            "(20261124T115459Z + 5 min.)");
}

TEST(Verify, ends_a_presigned_url_when_it_says) {
  EXPECT_EQ(verdict(judge(cluster_token("60"), later(60))), "verified");
  EXPECT_EQ(verdict(judge(cluster_token("60"), later(61))), "expired");
  EXPECT_EQ(verdict(judge(cluster_token("3600"), later(3600))), "verified");
  EXPECT_EQ(verdict(judge(cluster_token("3600"), later(3601))), "expired");
  EXPECT_EQ(verdict(judge(cluster_token("0"), later(0))), "verified");
  EXPECT_EQ(verdict(judge(cluster_token("0"), later(1))), "expired");
  EXPECT_EQ(verdict(judge(cluster_token("604800"), later(-301))), "not_yet_valid");
  EXPECT_EQ(judge(cluster_token("45"), later(46)).error().message,
            "Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z (20261124T120046Z - 45 "
            "sec.)");
  // Without X-Amz-Expires the rule of signed headers holds.
  EXPECT_EQ(verdict(judge(cluster_token(""), later(300))), "verified");
  EXPECT_EQ(verdict(judge(cluster_token(""), later(301))), "expired");
}

TEST(Verify, gives_cluster_tokens_the_lifetime_it_is_told) {
  const Rules cluster{.lifetime_override = std::chrono::seconds(900)};
  for (const std::string expires : {"0", "60", "604800"}) {
    EXPECT_EQ(verdict(judge(cluster_token(expires), later(900), cluster)), "verified");
    EXPECT_EQ(verdict(judge(cluster_token(expires), later(901), cluster)), "expired");
  }
  EXPECT_EQ(verdict(judge(signed_call(), later(300), cluster)), "verified");
  EXPECT_EQ(verdict(judge(signed_call(), later(301), cluster)), "expired");
}

// The signer below leaves the header in place and signs it, so that only its value decides.
TEST(Verify, takes_only_the_hash_of_the_body_for_x_amz_content_sha256) {
  for (const auto& [declared, expected] : std::vector<std::pair<std::string, std::string>>{
           {hash("body"), "verified"},
           {"UNSIGNED-PAYLOAD", "payload_mismatch"},
           {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "payload_mismatch"},
           {hash(""), "payload_mismatch"},
           {to_upper(hash("body")), "payload_mismatch"},
           {"", "payload_mismatch"}}) {
    TestRequest request{"POST", "/", "", {{"Host", "h"}, {"X-Amz-Content-Sha256", declared}}, "body"};
    request.add(sign(request.view(), credentials(), "r", "s", now));
    const auto result = judge(request);
    EXPECT_EQ(verdict(result), expected) << declared;
    if (!result) {
      EXPECT_EQ(result.error().message, mismatch_text);
    }
  }
  TestRequest twice{"POST", "/", "", {{"Host", "h"}}, "body"};
  for (int i = 0; i < 2; ++i) twice.headers.emplace_back("X-Amz-Content-Sha256", hash("body"));
  twice.add(sign(twice.view(), credentials(), "r", "s", now));
  EXPECT_EQ(verdict(judge(twice)), "payload_mismatch");
}

TEST(CheckTime, needs_no_key) {
  const auto claim = *parse_claim(signed_call().view());
  EXPECT_FALSE(check_time(claim, {}, now));
  EXPECT_EQ(check_time(claim, {}, later(301))->code, Fault::expired);
  EXPECT_EQ(check_time(claim, {}, later(-301))->code, Fault::not_yet_valid);
}

}  // namespace
}  // namespace openirsa::sigv4
