#include <gtest/gtest.h>

#include "sigv4/test_request.h"

namespace openirsa::sigv4 {
namespace {

const std::string empty_hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string line(const TestRequest& request, const Claim& claim, std::size_t number,
                 const Rules& rules = {}) {
  const std::string text = canonical_request(request.view(), claim, rules);
  return std::string(split(text, '\n').at(number));
}

std::string path_of(std::string_view path, const Rules& rules = {}) {
  TestRequest request;
  request.path = path;
  return line(request, {}, 1, rules);
}

std::string query_of(std::string_view query, bool presigned = false) {
  TestRequest request;
  request.query = query;
  Claim claim;
  claim.presigned = presigned;
  return line(request, claim, 2);
}

std::string header_of(std::vector<std::pair<std::string, std::string>> headers, std::string_view name) {
  TestRequest request;
  request.headers = std::move(headers);
  Claim claim;
  claim.signed_headers = {std::string(name)};
  return line(request, claim, 3);
}

TEST(CanonicalRequest, has_six_parts) {
  TestRequest request{
      "POST", "/a b", "y=2&x=1", {{"Host", "h"}, {"X-Amz-Date", "d"}, {"Other", "o"}}, "body"};
  Claim claim;
  claim.signed_headers = {"host", "x-amz-date"};
  EXPECT_EQ(canonical_request(request.view(), claim),
            "POST\n/a%20b\nx=1&y=2\nhost:h\nx-amz-date:d\n\nhost;x-amz-date\n"
            "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5");
}

TEST(CanonicalPath, is_encoded_a_second_time) {
  EXPECT_EQ(path_of("/tags/arn%3Aaws%3Aeks%3Aus-west-2%3A1%3Acluster%2Fmy-cluster"),
            "/tags/arn%253Aaws%253Aeks%253Aus-west-2%253A1%253Acluster%252Fmy-cluster");
  EXPECT_EQ(path_of("/a+b~c"), "/a%2Bb~c");
  EXPECT_EQ(path_of("/a%2fb"), "/a%252fb");
}

TEST(CanonicalPath, is_encoded_once_under_the_s3_rule) {
  const Rules s3{.normalize_path = false, .double_encode_path = false};
  EXPECT_EQ(path_of("/a%3ab//c/../d", s3), "/a%3Ab//c/../d");
  EXPECT_EQ(path_of("/a%zz", s3), "/a%25zz");
}

TEST(CanonicalPath, is_normalized) {
  EXPECT_EQ(path_of(""), "/");
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("//"), "/");
  EXPECT_EQ(path_of("/a/./b/../c"), "/a/c");
  EXPECT_EQ(path_of("/../a/"), "/a/");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/a/b/.."), "/a");
  EXPECT_EQ(path_of("/a/%2E%2E/b"), "/a/%252E%252E/b");  // an encoded dot is a name, not a step
}

TEST(CanonicalQuery, is_sorted_by_name_and_then_by_value) {
  EXPECT_EQ(query_of("b=1&a=2&a=10&a=1"), "a=1&a=10&a=2&b=1");
  EXPECT_EQ(query_of("a-b=1&a=2"), "a=2&a-b=1");
  EXPECT_EQ(query_of("b=1&B=1"), "B=1&b=1");
  EXPECT_EQ(query_of("a=1&a=1"), "a=1&a=1");
}

TEST(CanonicalQuery, is_decoded_and_encoded_again) {
  EXPECT_EQ(query_of("a=x%2fy"), "a=x%2Fy");
  EXPECT_EQ(query_of("a=x/y:z"), "a=x%2Fy%3Az");
  EXPECT_EQ(query_of("a=x+y"), "a=x%20y");
  EXPECT_EQ(query_of("a=x%20y"), "a=x%20y");
  EXPECT_EQ(query_of("a=x%2By"), "a=x%2By");
  EXPECT_EQ(query_of("%61=%7E"), "a=~");
  EXPECT_EQ(query_of("a=b=c"), "a=b%3Dc");
  EXPECT_EQ(query_of("\xe1\x88\xb4=1"), "%E1%88%B4=1");
}

TEST(CanonicalQuery, gives_a_name_without_a_value_an_equals_sign) {
  EXPECT_EQ(query_of("a"), "a=");
  EXPECT_EQ(query_of("a="), "a=");
  EXPECT_EQ(query_of("=a"), "=a");
  EXPECT_EQ(query_of("&a=1&&b=2&"), "a=1&b=2");
  EXPECT_EQ(query_of(""), "");
}

TEST(CanonicalQuery, leaves_the_signature_out_only_of_presigned_urls) {
  EXPECT_EQ(query_of("X-Amz-Signature=1&a=2", true), "a=2");
  EXPECT_EQ(query_of("X%2DAmz-Signature=1&a=2", true), "a=2");
  EXPECT_EQ(query_of("X-Amz-Signature=1&a=2", false), "X-Amz-Signature=1&a=2");
  EXPECT_EQ(query_of("x-amz-signature=1&a=2", true), "a=2&x-amz-signature=1");
  EXPECT_EQ(query_of("X-Amz-Security-Token=1&a=2", true), "X-Amz-Security-Token=1&a=2");
}

TEST(CanonicalHeaders, are_trimmed_and_their_blanks_collapsed) {
  EXPECT_EQ(header_of({{"My", "  a   b\t c  "}}, "my"), "my:a b c");
  EXPECT_EQ(header_of({{"My", "\"a  b\""}}, "my"), "my:\"a b\"");
  EXPECT_EQ(header_of({{"My", "a\r\n  b"}}, "my"), "my:a b");
  EXPECT_EQ(header_of({{"My", "\r\n a\r\n "}}, "my"), "my:a");
  EXPECT_EQ(header_of({{"My", "   "}}, "my"), "my:");
}

TEST(CanonicalHeaders, of_one_name_are_joined_in_order) {
  EXPECT_EQ(header_of({{"My", "z "}, {"Other", "o"}, {"mY", " a"}, {"MY", ""}}, "my"), "my:z,a,");
}

TEST(StringToSign, names_algorithm_date_scope_and_hash) {
  Claim claim;
  claim.scope = {"20261124", "us-west-2", "sts"};
  claim.signed_at = *parse_basic_iso8601("20261124T120000Z");
  EXPECT_EQ(string_to_sign(claim, ""),
            "AWS4-HMAC-SHA256\n20261124T120000Z\n20261124/us-west-2/sts/aws4_request\n" + empty_hash);
}

// IAM User Guide, the key derivation example of the signing documentation.
TEST(SigningKey, is_the_documented_one) {
  const SigningKey key(Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), {"20150830", "us-east-1", "iam"});
  EXPECT_EQ(to_hex(key.bytes().expose()), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

TEST(SigningKey, fits_its_own_scope_only) {
  const Scope scope{"20150830", "us-east-1", "iam"};
  const SigningKey key(Secret("secret"), scope);
  EXPECT_TRUE(key.fits(scope));
  EXPECT_FALSE(key.fits({"20150831", "us-east-1", "iam"}));
  EXPECT_FALSE(key.fits({"20150830", "us-east-2", "iam"}));
  EXPECT_FALSE(key.fits({"20150830", "us-east-1", "sts"}));
  EXPECT_FALSE(SigningKey(Secret(), scope).fits(scope));
}

}  // namespace
}  // namespace openirsa::sigv4
