// The texts that AWS STS was seen to answer with, letter for letter.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "base/test_vectors.h"
#include "sts/refusal.h"
#include "sts/test_desk.h"

namespace openirsa::sts {
namespace {

using test::claims;
using test::Desk;
using test::Reply;
using test::sign;
using test::sign_with;
using test::sign_without;

using Provoke = std::function<Reply(Desk&)>;

const std::map<std::string_view, Provoke> provoked{
    {"jwks-unreachable",
     [](Desk& desk) {
       desk.put_provider("registered.example");
       return desk.exchange(sign_with("iss", "https://registered.example"));
     }},
    {"audience-not-registered", [](Desk& desk) { return desk.exchange(sign_with("aud", "other")); }},
    {"audience-missing", [](Desk& desk) { return desk.exchange(sign_without("aud")); }},
    {"provider-not-registered",
     [](Desk& desk) {
       return desk.exchange(sign_with("iss", "https://token.actions.githubusercontent.com"));
     }},
    {"token-expired",
     [](Desk& desk) {
       desk.clock.set(1'731'098'245);
       json::object content = claims(1'731'090'000);
       content["exp"] = 1'731'095'240;
       return desk.exchange(sign(content));
     }},
    {"trust-policy-denies", [](Desk& desk) { return desk.exchange(sign_with("sub", "other")); }},
};

// Those that a request cannot bring about here, and why.
const std::map<std::string_view, std::string_view> left_out{
    {"thumbprint-mismatch", "keys of other issuers are not fetched, so that no certificate is compared"},
    {"token-expired-2021-spelling", "AWS's older spelling of token-expired"},
    {"issued-too-long-ago", "the age that AWS allows is not published, and none is enforced"},
};

TEST(StsMessages, AreAwssOwn) {
  OPENIRSA_NEED_VECTORS("sts/messages.json");
  const json::value cases = json::parse(read_bytes(vectors_directory() / "sts/messages.json"));
  std::size_t run = 0;
  std::size_t skipped = 0;
  for (const json::value& each : cases.as_array()) {
    const std::string_view name = each.at("case").as_string();
    SCOPED_TRACE(name);
    if (left_out.contains(name)) {
      ++skipped;
      continue;
    }
    ASSERT_TRUE(provoked.contains(name));
    Desk desk;
    const Reply reply = provoked.at(name)(desk);
    EXPECT_EQ(reply.status, each.at("http_status").as_int64());
    EXPECT_EQ(reply.code, std::string_view(each.at("code").as_string()));
    EXPECT_EQ(reply.message, std::string_view(each.at("text").as_string()));
    ++run;
  }
  EXPECT_EQ(run + skipped, 9U);
  EXPECT_EQ(run, provoked.size());
  EXPECT_EQ(skipped, left_out.size());
}

// The text is ready for the day when an age is enforced.
TEST(StsMessages, OfATokenThatIsTooOld) {
  const auto error =
      web_identity_error({token::Fault::too_old, "the token was issued too long ago", "1", "441398"},
                         time_of_seconds(test::noon));
  EXPECT_EQ(wire::wire_name(error.code), "ExpiredTokenException");
  EXPECT_EQ(error.message, "Token too old: 441398");
}

}  // namespace
}  // namespace openirsa::sts
