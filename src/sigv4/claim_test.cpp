#include <gtest/gtest.h>

#include "sigv4/request_date.h"
#include "sigv4/test_request.h"

namespace openirsa::sigv4 {
namespace {

const std::string some_signature(64, 'a');
const std::string authorization =
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-west-2/iam/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" +
    some_signature;

TestRequest with_header(std::string value = authorization) {
  TestRequest request;
  request.headers = {{"Host", "h"}, {"x-amz-date", "20261124T120000Z"}, {"authorization", std::move(value)}};
  return request;
}

TestRequest with_query() {
  TestRequest request;
  request.headers = {{"Host", "h"}};
  request.query =
      "Action=GetCallerIdentity&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261124%"
      "2Fus-west-2"
      "%2Fsts%2Faws4_request&X-Amz-Date=20261124T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-"
      "aws-id&"
      "X-Amz-Signature=" +
      some_signature;
  return request;
}

TestRequest replaced(TestRequest request, std::string_view from, std::string_view to) {
  replace(request.query.empty() ? request.header("authorization") : request.query, from, to);
  return request;
}

void expect_refused(const TestRequest& request, Fault code, std::string_view message) {
  const auto claim = parse_claim(request.view());
  ASSERT_FALSE(bool(claim)) << message;
  EXPECT_EQ(name_of(claim.error().code), name_of(code));
  EXPECT_EQ(claim.error().message, message);
  EXPECT_FALSE(claim.error().detail.empty());
  EXPECT_EQ(claim.error().detail.find(some_signature), std::string::npos);
}

TEST(Claim, is_read_from_the_header) {
  const auto claim = parse_claim(with_header().view());
  ASSERT_TRUE(bool(claim));
  EXPECT_FALSE(claim->presigned);
  EXPECT_EQ(claim->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(claim->scope.date, "20261124");
  EXPECT_EQ(claim->scope.region, "us-west-2");
  EXPECT_EQ(claim->scope.service, "iam");
  EXPECT_EQ(claim->signed_headers, (std::vector<std::string>{"host", "x-amz-date"}));
  EXPECT_EQ(claim->signature, some_signature);
  EXPECT_EQ(to_basic_iso8601(claim->signed_at), "20261124T120000Z");
  EXPECT_FALSE(claim->expires);
  EXPECT_FALSE(claim->session_token);
}

TEST(Claim, is_read_from_the_query) {
  auto request = with_query();
  request.query += "&X-Amz-Security-Token=a%2Bb%3D";
  const auto claim = parse_claim(request.view());
  ASSERT_TRUE(bool(claim));
  EXPECT_TRUE(claim->presigned);
  EXPECT_EQ(claim->access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(claim->scope.service, "sts");
  EXPECT_EQ(claim->signed_headers, (std::vector<std::string>{"host", "x-k8s-aws-id"}));
  EXPECT_EQ(claim->signature, some_signature);
  EXPECT_EQ(claim->expires, 60);
  EXPECT_EQ(claim->session_token, "a+b=");
}

TEST(Claim, may_space_and_order_its_parts_freely) {
  const std::string signature = "Signature=" + some_signature;
  for (const std::string& value :
       {"AWS4-HMAC-SHA256 Credential=K/20261124/r/s/aws4_request,SignedHeaders=host," + signature,
        "AWS4-HMAC-SHA256   " + signature + " ,  SignedHeaders=Host,Credential=K/20261124/r/s/aws4_request,",
        "AWS4-HMAC-SHA256 Credential=K/20261124/r/s/aws4_request, SignedHeaders=host, Extra=1, " +
            signature}) {
    const auto claim = parse_claim(with_header(value).view());
    ASSERT_TRUE(bool(claim)) << value;
    EXPECT_EQ(claim->access_key_id, "K");
    EXPECT_EQ(claim->signed_headers, std::vector<std::string>{"host"});
  }
}

TEST(Claim, reads_the_date_header_when_it_is_alone) {
  auto request = with_header();
  request.header("x-amz-date") = "20261124T120001Z";
  request.headers.emplace_back("Date", "Tue, 24 Nov 2026 12:00:00 GMT");
  EXPECT_EQ(to_basic_iso8601(parse_claim(request.view())->signed_at), "20261124T120001Z");
  request.headers.erase(request.headers.begin() + 1);
  EXPECT_EQ(to_basic_iso8601(parse_claim(request.view())->signed_at), "20261124T120000Z");
}

TEST(Claim, is_missing) {
  auto request = with_header();
  request.headers.pop_back();
  expect_refused(request, Fault::missing_authentication, "Request is missing Authentication Token");
  expect_refused(with_header("Bearer abc"), Fault::missing_authentication,
                 "Request is missing Authentication Token");
  expect_refused(with_header(""), Fault::missing_authentication, "Request is missing Authentication Token");
  request = replaced(with_query(), "X-Amz-Algorithm", "x-amz-algorithm");
  expect_refused(request, Fault::missing_authentication, "Request is missing Authentication Token");
}

TEST(Claim, lacks_parts_of_the_header) {
  const std::string echo = "(Hashed with SHA-256 and encoded with Base64) Authorization=";
  auto request = with_header("AWS4-HMAC-SHA256");
  request.headers.erase(request.headers.begin() + 1);
  expect_refused(
      request, Fault::incomplete_signature,
      "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' "
      "parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires "
      "existence of either a 'X-Amz-Date' or a 'Date' header. " +
          echo + "YI2YWea8FSxnksZL2ETHbs5elHm9HQufxTLK0W0ffV0=");
  for (const std::string name : {"Credential", "SignedHeaders", "Signature"}) {
    const auto claim = parse_claim(replaced(with_header(), name + "=", "Other=").view());
    ASSERT_FALSE(bool(claim));
    EXPECT_EQ(claim.error().code, Fault::incomplete_signature);
    EXPECT_TRUE(
        claim.error().message.starts_with("Authorization header requires '" + name + "' parameter. " + echo));
  }
  const auto claim = parse_claim(with_header("AWS4-HMAC-SHA256 Credential").view());
  ASSERT_FALSE(bool(claim));
  EXPECT_EQ(claim.error().code, Fault::incomplete_signature);
  EXPECT_TRUE(
      claim.error().message.starts_with("Invalid key=value pair (missing equal-sign) in Authorization header "
                                        "(hashed with SHA-256 and encoded with "
                                        "Base64): '"));
}

TEST(Claim, lacks_parts_of_the_query) {
  for (const std::string name :
       {"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}) {
    expect_refused(
        replaced(with_query(), name, "Other"), Fault::incomplete_signature,
        "AWS query-string parameters must include '" + name + "'. Re-examine the query-string parameters.");
  }
  expect_refused(
      replaced(with_query(), "=AWS4-HMAC-SHA256", ""), Fault::incomplete_signature,
      "AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine the query-string parameters.");
}

TEST(Claim, is_refused_when_made_twice) {
  auto request = with_header();
  request.headers.emplace_back("AUTHORIZATION", authorization);
  expect_refused(request, Fault::incomplete_signature,
                 "Request contains more than one 'Authorization' header.");

  request = with_query();
  request.headers.emplace_back("Authorization", authorization);
  expect_refused(request, Fault::incomplete_signature,
                 "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");

  for (const std::string name : {"Credential", "SignedHeaders", "Signature"}) {
    expect_refused(with_header(authorization + ", " + name + "=x"), Fault::incomplete_signature,
                   "Authorization header contains more than one '" + name + "' parameter.");
  }
  for (const std::string name : {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders",
                                 "X-Amz-Signature", "X-Amz-Expires"}) {
    request = with_query();
    const std::string message = "AWS query-string parameters must include '" + name + "' only once.";
    request.query += "&" + name + "=x";
    expect_refused(request, Fault::incomplete_signature, message);
    request = with_query();
    request.query.insert(0, "%58" + name.substr(1) + "=x&");  // the same name, encoded
    expect_refused(request, Fault::incomplete_signature, message);
  }
  for (const std::string name : {"Host", "X-Amz-Date"}) {
    request = with_header();
    request.headers.emplace_back(name, "x");
    expect_refused(request, Fault::incomplete_signature,
                   "Request contains more than one '" + name + "' header.");
  }
}

TEST(Claim, takes_one_session_token) {
  const std::string message = "Request contains more than one 'X-Amz-Security-Token'.";
  auto request = with_header();
  request.headers.emplace_back("X-Amz-Security-Token", "t");
  EXPECT_EQ(parse_claim(request.view())->session_token, "t");
  request.headers.emplace_back("x-amz-security-token", "t");
  expect_refused(request, Fault::incomplete_signature, message);

  request = with_header();
  request.query = "X-Amz-Security-Token=t";  // only a presigned URL carries its token there
  EXPECT_FALSE(parse_claim(request.view())->session_token);

  request = with_query();
  request.headers.emplace_back("X-Amz-Security-Token", "t");
  EXPECT_EQ(parse_claim(request.view())->session_token, "t");
  request.query += "&X-Amz-Security-Token=t";
  expect_refused(request, Fault::incomplete_signature, message);
}

TEST(Claim, needs_a_real_date) {
  for (const std::string date : {"2026-11-24T12:00:00Z", "20261124T120000", "20261324T120000Z", "201"}) {
    auto request = with_header();
    request.header("x-amz-date") = date;
    expect_refused(request, Fault::incomplete_signature,
                   "Date must be in ISO-8601 'basic format'. Got '" + date +
                       "'. See http://en.wikipedia.org/wiki/ISO_8601");
  }
}

TEST(Claim, must_sign_the_host) {
  const std::string message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
  expect_refused(replaced(with_header(), "host;", ""), Fault::header_not_signed, message);
  expect_refused(replaced(with_query(), "host%3B", ""), Fault::header_not_signed, message);
}

TEST(Claim, names_each_signed_header_once) {
  for (const std::string list : {"host;host", "host;;x-amz-date", ";host", "host;", "host;x;HOST"}) {
    expect_refused(replaced(with_header(), "host;x-amz-date", list), Fault::incomplete_signature,
                   "SignedHeaders must name each header once, got '" + list + "'.");
  }
}

TEST(Claim, knows_one_algorithm) {
  for (const std::string other : {"AWS4-HMAC-SHA512", "AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA25"}) {
    const std::string message =
        "Unsupported AWS 'algorithm': '" + other + "' (only AWS4-HMAC-SHA256 for now).";
    expect_refused(replaced(with_header(), "AWS4-HMAC-SHA256", other), Fault::unsupported_algorithm, message);
    expect_refused(replaced(with_query(), "AWS4-HMAC-SHA256", other), Fault::unsupported_algorithm, message);
  }
}

TEST(Claim, has_five_elements_in_its_credential) {
  for (const std::string credential :
       {"a/b/c/d", "AKID", "a/b/c/d/e/f", "AKIDEXAMPLE/20261124/us-west-2/iam/aws4_request/"}) {
    expect_refused(replaced(with_header(), "AKIDEXAMPLE/20261124/us-west-2/iam/aws4_request", credential),
                   Fault::incomplete_signature,
                   "Credential must have exactly 5 slash-delimited elements, e.g. "
                   "keyid/date/region/service/term, got '" +
                       credential + "'");
  }
}

TEST(Claim, ends_its_scope_with_the_terminator) {
  for (const std::string other : {"aws5_request", "AWS4_REQUEST", ""}) {
    expect_refused(
        replaced(with_header(), "aws4_request", other), Fault::wrong_scope,
        "Credential should be scoped with a valid terminator: 'aws4_request', not '" + other + "'.");
  }
}

TEST(Claim, has_a_scope_of_its_own_day) {
  expect_refused(
      replaced(with_header(), "/20261124/", "/20261123/"), Fault::date_mismatch,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261123' "
      "!= '20261124', from '20261124T120000Z'.");
  expect_refused(
      replaced(with_query(), "F20261124", "F20261125"), Fault::date_mismatch,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261125' "
      "!= '20261124', from '20261124T120000Z'.");
}

TEST(Claim, expires_within_a_week) {
  for (const std::string good : {"0", "1", "604800"}) {
    EXPECT_TRUE(bool(parse_claim(replaced(with_query(), "Expires=60", "Expires=" + good).view()))) << good;
  }
  const std::string week =
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must "
      "be less than 604800 seconds";
  const auto with = [](std::string_view text) {
    return replaced(with_query(), "Expires=60", "Expires=" + std::string(text));
  };
  expect_refused(with("604801"), Fault::incomplete_signature, week);
  expect_refused(with("99999999999999999999"), Fault::incomplete_signature, week);
  expect_refused(with("-1"), Fault::incomplete_signature, "X-Amz-Expires must be non-negative");
  expect_refused(with("1.5"), Fault::incomplete_signature, "X-Amz-Expires should be a number");
  expect_refused(with(""), Fault::incomplete_signature, "X-Amz-Expires should be a number");
}

TEST(Claim, has_a_signature_of_64_lower_case_digits) {
  const std::string message =
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
      "Access Key "
      "and signing method. Consult the service documentation for details.";
  for (const std::string& other :
       {std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'), std::string("x")}) {
    expect_refused(replaced(with_header(), some_signature, other), Fault::signature_mismatch, message);
    expect_refused(replaced(with_query(), some_signature, other), Fault::signature_mismatch, message);
  }
}

TEST(Claim, has_well_formed_escapes_in_its_query) {
  for (const std::string bad : {"a=%", "a=%4", "a=%zz", "%=1"}) {
    auto request = with_header();
    request.query = bad;
    expect_refused(request, Fault::incomplete_signature, "Illegal hex character in escape % pattern: %");
  }
}

TEST(Scope, is_checked_against_what_is_served) {
  const std::vector<std::string_view> regions{"us-west-2", "us-east-1"};
  Claim claim;
  claim.scope = {"20261124", "us-east-1", "iam"};
  EXPECT_FALSE(check_scope(claim, regions, "iam"));
  EXPECT_EQ(check_scope(claim, regions, "sts")->message,
            "Credential should be scoped to correct service: 'sts'.");
  claim.scope.region = "us-east-2";
  const auto refusal = check_scope(claim, regions, "iam");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, Fault::wrong_scope);
  EXPECT_EQ(refusal->message, "Credential should be scoped to a valid region, not 'us-east-2'.");
  EXPECT_EQ(check_scope(claim, regions, "sts")->message,
            "Credential should be scoped to a valid region, not 'us-east-2'. Credential should be scoped to "
            "correct "
            "service: 'sts'.");
  claim.scope.region = "US-EAST-1";
  EXPECT_TRUE(check_scope(claim, regions, "iam"));
}

TEST(RequestDate, is_basic_iso_8601_or_an_http_date) {
  EXPECT_EQ(parse_request_date("20261124T120000Z"), parse_iso8601("2026-11-24T12:00:00Z"));
  EXPECT_EQ(parse_request_date("Tue, 24 Nov 2026 12:00:00 GMT"), parse_iso8601("2026-11-24T12:00:00Z"));
  EXPECT_EQ(parse_request_date("Sun, 01 Feb 2026 00:00:09 GMT"), parse_iso8601("2026-02-01T00:00:09Z"));
  for (const char* bad :
       {"", "Wed, 24 Nov 2026 12:00:00 GMT", "Tue, 24 Nov 2026 12:00:00 UTC", "Tue, 24 nov 2026 12:00:00 GMT",
        "Tue, 31 Nov 2026 12:00:00 GMT", "Tue, 24 ovD 2026 12:00:00 GMT", "Tuesday, 24-Nov-26 12:00:00 GMT",
        "Tue Nov 24 12:00:00 2026", "Tue, 24 Nov 2026 12.00.00 GMT", "20261124T120000Z "}) {
    EXPECT_FALSE(parse_request_date(bad)) << bad;
  }
}

}  // namespace
}  // namespace openirsa::sigv4
