// The signing test suite of awslabs/aws-c-auth, both ways round: as the signer's texts and as the server's
// verdict.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.h"
#include "base/text.h"
#include "base/time_text.h"
#include "sigv4/test_request.h"

namespace openirsa::sigv4 {
namespace {

namespace fs = std::filesystem;

constexpr int case_count = 38;

fs::path vectors() {
  const char* chosen = std::getenv("OPENIRSA_VECTORS");
  return fs::path(chosen ? chosen : OPENIRSA_SOURCE_DIR "/../shared/vectors") / "sigv4";
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Case {
  std::string name;
  fs::path folder;
  Secret secret;
  std::string access_key_id;
  std::optional<std::string> token;
  Time now;
  Rules rules;
};

Case read_case(const fs::path& folder) {
  const auto context = *parse_json_object(read(folder / "context.json"));
  const auto& credentials = *find_object(context, "credentials");
  Case c;
  c.name = folder.filename();
  c.folder = folder;
  c.secret = Secret(std::string(*find_string(credentials, "secret_access_key")));
  c.access_key_id = *find_string(credentials, "access_key_id");
  if (const auto token = find_string(credentials, "token")) c.token = std::string(*token);
  c.now = *parse_iso8601(*find_string(context, "timestamp"));
  c.rules.normalize_path = context.at("normalize").as_bool();
  c.rules.double_encode_path = c.rules.normalize_path;
  const auto* omitted = find_member(context, "omit_session_token");
  c.rules.session_token_signed = !omitted || !omitted->as_bool();
  return c;
}

std::vector<Case> read_cases() {
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(vectors())) {
    if (entry.is_directory()) cases.push_back(read_case(entry.path()));
  }
  return cases;
}

// Request line, header lines with folds, an empty line, the body; line ends are LF.
TestRequest parse_request(std::string_view text) {
  TestRequest request;
  const std::size_t end = text.find("\n\n");
  std::string_view head = text.substr(0, end);
  if (end != std::string_view::npos) request.body = text.substr(end + 2);
  while (head.ends_with('\n')) head.remove_suffix(1);
  const auto lines = split(head, '\n');
  const std::string_view first = lines[0].substr(0, lines[0].rfind(' '));  // targets may hold blanks
  request.method = first.substr(0, first.find(' '));
  const std::string_view target = first.substr(first.find(' ') + 1);
  request.path = target.substr(0, target.find('?'));
  if (target.find('?') != std::string_view::npos) request.query = target.substr(target.find('?') + 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].starts_with(' ')) {
      request.headers.back().second.append("\n").append(lines[i]);
    } else {
      const std::size_t colon = lines[i].find(':');
      request.headers.emplace_back(lines[i].substr(0, colon), lines[i].substr(colon + 1));
    }
  }
  return request;
}

class Vectors : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(vectors())) GTEST_SKIP() << "no public SigV4 vectors beside the repository";
  }
};

void expect_case(const Case& c, const std::string& kind) {
  SCOPED_TRACE(c.name + " " + kind);
  const auto request = parse_request(read(c.folder / (kind + "-signed-request.txt")));
  const auto claim = parse_claim(request.view());
  ASSERT_TRUE(bool(claim)) << claim.error().message;
  EXPECT_EQ(claim->presigned, kind == "query");
  EXPECT_EQ(claim->access_key_id, c.access_key_id);
  EXPECT_EQ(claim->session_token, c.token);

  const std::string canonical = canonical_request(request.view(), *claim, c.rules);
  EXPECT_EQ(canonical, read(c.folder / (kind + "-canonical-request.txt")));
  const std::string text = string_to_sign(*claim, canonical);
  EXPECT_EQ(text, read(c.folder / (kind + "-string-to-sign.txt")));
  EXPECT_EQ(signature(*claim, text, c.secret), read(c.folder / (kind + "-signature.txt")));

  const auto verified = verify(request.view(), *claim, c.secret, c.rules, c.now);
  ASSERT_TRUE(bool(verified)) << verified.error().detail;
  EXPECT_EQ(verified->access_key_id(), c.access_key_id);
  EXPECT_EQ(verified->scope().service, "service");
}

TEST_F(Vectors, every_signature_is_recomputed_and_verified) {
  int signatures = 0;
  const auto cases = read_cases();
  for (const Case& c : cases) {
    for (const std::string kind : {"header", "query"}) {
      expect_case(c, kind);
      ++signatures;
    }
  }
  EXPECT_EQ(cases.size(), std::size_t{case_count});
  EXPECT_EQ(signatures, 2 * case_count);
}

// The unsigned request with the signer's own headers must verify too, under the default rules.
TEST_F(Vectors, our_signer_agrees_where_it_signs_the_same_headers) {
  int agreed = 0;
  for (const Case& c : read_cases()) {
    auto request = parse_request(read(c.folder / "request.txt"));
    const Credentials credentials{c.access_key_id, c.secret, c.token};
    request.add(sign(request.view(), credentials, "us-east-1", "service", c.now));
    const auto claim = parse_claim(request.view());
    ASSERT_TRUE(bool(claim)) << c.name;
    EXPECT_TRUE(bool(verify(request.view(), *claim, c.secret, {}, c.now))) << c.name;
    if (claim->signature == read(c.folder / "header-signature.txt")) ++agreed;
  }
  // The others sign headers that sign() leaves out, or follow the S3 rule where it differs.
  EXPECT_EQ(agreed, 23);
}

TEST_F(Vectors, a_token_added_after_signing_is_refused_by_default) {
  const Case after = read_case(vectors() / "post-sts-header-after");
  const Case before = read_case(vectors() / "post-sts-header-before");
  for (const std::string kind : {"header", "query"}) {
    SCOPED_TRACE(kind);
    const auto good = parse_request(read(before.folder / (kind + "-signed-request.txt")));
    EXPECT_TRUE(bool(verify(good.view(), *parse_claim(good.view()), before.secret, {}, before.now)));
    const auto bad = parse_request(read(after.folder / (kind + "-signed-request.txt")));
    const auto refused = verify(bad.view(), *parse_claim(bad.view()), after.secret, {}, after.now);
    ASSERT_FALSE(bool(refused));
    EXPECT_EQ(refused.error().code, kind == "header" ? Fault::header_not_signed : Fault::signature_mismatch);
  }
}

bool is_accepted(const TestRequest& request, const Case& c) {
  const auto claim = parse_claim(request.view());
  return claim && verify(request.view(), *claim, c.secret, c.rules, c.now);
}

// Each signed header of each vector, changed by one letter and taken away.
TEST_F(Vectors, no_signed_header_can_be_changed_or_dropped) {
  int changed = 0;
  for (const Case& c : read_cases()) {
    for (const std::string kind : {"header", "query"}) {
      const auto original = parse_request(read(c.folder / (kind + "-signed-request.txt")));
      ASSERT_TRUE(is_accepted(original, c)) << c.name;
      const auto signed_headers = parse_claim(original.view())->signed_headers;
      for (std::size_t i = 0; i < original.headers.size(); ++i) {
        const std::string name = to_lower(original.headers[i].first);
        if (std::ranges::find(signed_headers, name) == signed_headers.end()) continue;
        auto other = original;
        other.headers[i].second += "x";
        EXPECT_FALSE(is_accepted(other, c)) << c.name << ' ' << name;
        other = original;
        other.headers.erase(other.headers.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(is_accepted(other, c)) << c.name << ' ' << name;
        ++changed;
      }
    }
  }
  EXPECT_GT(changed, 2 * case_count);
}

// Method, path, body and every query item of each vector. A final slash may only be lost in the normal form.
TEST_F(Vectors, no_other_signed_byte_can_be_changed) {
  for (const Case& c : read_cases()) {
    for (const std::string kind : {"header", "query"}) {
      SCOPED_TRACE(c.name + " " + kind);
      const auto original = parse_request(read(c.folder / (kind + "-signed-request.txt")));
      ASSERT_TRUE(is_accepted(original, c));
      auto other = original;
      other.method = "PUT";
      EXPECT_FALSE(is_accepted(other, c));
      other = original;
      other.path += "x";
      EXPECT_FALSE(is_accepted(other, c));
      other = original;
      other.body += "x";
      EXPECT_FALSE(is_accepted(other, c));
      other = original;
      other.query += other.query.empty() ? "x" : "&x";
      EXPECT_FALSE(is_accepted(other, c));
      const auto items = split(original.query, '&');
      for (std::size_t i = 0; i < items.size() && !original.query.empty(); ++i) {
        const bool unsigned_token =
            items[i].starts_with("X-Amz-Security-Token") && !c.rules.session_token_signed;
        for (const bool dropped : {false, true}) {
          other = original;
          other.query.clear();
          for (std::size_t j = 0; j < items.size(); ++j) {
            if (j == i && dropped) continue;
            other.query.append(other.query.empty() ? "" : "&").append(items[j]).append(j == i ? "0" : "");
          }
          EXPECT_EQ(is_accepted(other, c), unsigned_token) << items[i];
        }
      }
    }
  }
}

}  // namespace
}  // namespace openirsa::sigv4
