// Who gets past steps 5 and 6, and does everybody else get AWS's refusal and a trace that says why?
#include "sigv4/test_request.h"
#include "wire/test_house.h"

namespace openirsa::wire::test {
namespace {

const std::string who_am_i = "Action=GetCallerIdentity&Version=2011-06-15";
const std::string get_lamp = "Action=GetThing&Version=2010-05-08&Name=lamp";

struct Refusal {
  int status;
  std::string code;
  std::string message;
};

void expect_refused(Desk& desk, const http::Request& request, const Refusal& expected, Step step,
                    const std::string& what) {
  const auto response = desk.send(request);
  EXPECT_EQ(response.status, expected.status) << what;
  const std::string type = header_of(response, "x-amzn-ErrorType");
  EXPECT_EQ(type.empty() ? element(response, "Code") : type, expected.code) << what;
  if (!expected.message.empty()) {
    EXPECT_EQ(desk.trace().wire_message, expected.message) << what;
  }
  ASSERT_TRUE(desk.trace().failure) << what;
  EXPECT_EQ(desk.trace().failure->step, step) << what << ": " << desk.trace().failure->detail;
  EXPECT_FALSE(desk.trace().passed(Step::handler_done)) << what;
}

TEST(Unsigned, calls_are_refused) {
  Desk desk;
  const auto step = Step::signature_claim_parsed;
  expect_refused(desk, form_request(who_am_i),
                 {403, "MissingAuthenticationToken", "Request is missing Authentication Token"}, step, "sts");
  expect_refused(desk, form_request(get_lamp), {403, "MissingAuthenticationToken", ""}, step, "iam");
  expect_refused(desk, make_request("GET", "/clusters/a"),
                 {403, "MissingAuthenticationTokenException", "Missing Authentication Token"}, step, "eks");
  EXPECT_TRUE(desk.trace().account.empty());
  EXPECT_EQ(desk.authorizer.calls(), 0U);
}

TEST(Signed, calls_are_answered) {
  Desk desk;
  const auto response = desk.send(sign(form_request(who_am_i), "sts"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Arn"), alice().arn);
  EXPECT_EQ(desk.authorizer.calls(), 0U);  // GetCallerIdentity needs no permission
}

TEST(Signed, sessions_are_answered) {
  Desk desk;
  const auto response = desk.send(sign(form_request(who_am_i), "sts", {.id = "ASIAWEB", .token = "sealed"}));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Arn"), web_session().arn);
  EXPECT_TRUE(desk.trace().passed(Step::session_valid));
}

TEST(Signed, calls_with_a_bad_signature_are_refused) {
  Desk desk;
  const auto step = Step::signature_verified;
  const Refusal mismatch{403, "SignatureDoesNotMatch", ""};
  expect_refused(desk, sign(form_request(get_lamp), "iam", {.secret = std::string(40, 'x')}), mismatch, step,
                 "secret");
  EXPECT_EQ(desk.trace().account, "111122223333");  // the key's owner may look
  EXPECT_TRUE(desk.trace().caller.empty());
  auto changed = sign(form_request(get_lamp), "iam");
  changed.body += "x";
  expect_refused(desk, changed, mismatch, step, "body");
  auto moved = sign(make_request("GET", "/clusters/a"), "eks");
  moved.path = moved.target = "/clusters/b";
  expect_refused(desk, moved, {403, "InvalidSignatureException", ""}, step, "path");
  auto renamed = sign(form_request(get_lamp), "iam");
  renamed.headers[0].second = "evil.example";
  expect_refused(desk, renamed, mismatch, step, "host");
  EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam")).status, 200);
}

TEST(Signed, calls_at_the_wrong_time_are_refused_before_the_key_is_looked_for) {
  Desk desk;
  const auto step = Step::signature_claim_parsed;
  for (const char* id : {"AKIAALICE", "AKIANOBODY"}) {
    expect_refused(desk, sign(form_request(get_lamp), "iam", {.id = id, .at = noon - 301}),
                   {403, "SignatureDoesNotMatch", ""}, step, "old");
    EXPECT_TRUE(desk.trace().wire_message.starts_with("Signature expired: ")) << desk.trace().wire_message;
    expect_refused(desk, sign(form_request(get_lamp), "iam", {.id = id, .at = noon + 301}),
                   {403, "SignatureDoesNotMatch", ""}, step, "early");
    EXPECT_TRUE(desk.trace().wire_message.starts_with("Signature not yet current: "));
  }
  for (const std::int64_t at : {noon - 300, noon + 300}) {
    EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam", {.at = at})).status, 200);
  }
}

TEST(Signed, calls_with_a_malformed_header_are_refused) {
  Desk desk;
  for (const char* header :
       {"", "Bearer abc", "Basic YTpi", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00",
        "AWS4-ECDSA-P256-SHA256 Credential=a/20261124/iam/aws4_request, SignedHeaders=host, "
        "Signature=00",
        "AWS AKIAALICE:abc"}) {
    auto request = form_request(get_lamp);
    request.headers.emplace_back("Authorization", header);
    request.headers.emplace_back("X-Amz-Date", "20261124T120000Z");
    const auto response = desk.send(request);
    EXPECT_TRUE(response.status == 400 || response.status == 403) << header;
    const std::string code = element(response, "Code");
    EXPECT_TRUE(code == "IncompleteSignature" || code == "MissingAuthenticationToken")
        << header << ": " << code;
    EXPECT_EQ(desk.trace().failure->step, Step::signature_claim_parsed) << header;
  }
  auto rest = make_request("GET", "/clusters/a");
  rest.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=x");
  rest.headers.emplace_back("X-Amz-Date", "20261124T120000Z");
  expect_refused(desk, rest, {403, "IncompleteSignatureException", ""}, Step::signature_claim_parsed, "rest");
  auto twice = sign(form_request(get_lamp), "iam");
  twice.headers.push_back(twice.headers.back());
  EXPECT_GE(desk.send(twice).status, 400);
  EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam")).status, 200);
}

TEST(Key, that_is_unknown_is_refused_alike_whatever_the_reason) {
  Desk desk;
  const Refusal unknown{403, "InvalidClientTokenId",
                        "The security token included in the request is invalid."};
  for (const Signature& by : {Signature{.id = "AKIANOBODY"}, Signature{.id = "XXXX"}, Signature{.id = ""},
                              Signature{.id = "ASIAWEB"}, Signature{.id = "ASIAWEB", .token = "forged"},
                              Signature{.id = "AKIAALICE", .token = "sealed"}}) {
    const auto response = desk.send(sign(form_request(get_lamp), "iam", by));
    if (by.id.empty()) {
      EXPECT_GE(response.status, 400);
      continue;
    }
    EXPECT_EQ(response.status, unknown.status) << by.id;
    EXPECT_EQ(element(response, "Code"), unknown.code) << by.id;
    EXPECT_EQ(element(response, "Message"), unknown.message) << by.id;
    EXPECT_TRUE(desk.trace().account.empty()) << by.id;
  }
  expect_refused(desk, sign(make_request("GET", "/clusters/a"), "eks", {.id = "AKIANOBODY"}),
                 {403, "UnrecognizedClientException", unknown.message}, Step::access_key_found, "rest");
}

TEST(Key, of_an_expired_session_is_refused_with_its_own_code) {
  Desk desk;
  const Signature expired{.id = "ASIAEXPIRED", .token = "sealed"};
  expect_refused(desk, sign(form_request(who_am_i), "sts", expired),
                 {403, "ExpiredToken", "The security token included in the request is expired"},
                 Step::session_valid, "query");
  EXPECT_EQ(desk.trace().failure->code, "session_expired");
  expect_refused(desk, sign(make_request("GET", "/clusters/a"), "eks", expired),
                 {403, "ExpiredTokenException", ""}, Step::session_valid, "rest");
}

TEST(Scope, may_name_any_region_of_the_partition) {
  Desk desk;
  for (const char* region : {"us-east-1", "us-west-2", "eu-central-1", "ap-southeast-7"}) {
    EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam", {.region = region})).status, 200) << region;
    const auto response = desk.send(sign(form_request(who_am_i), "sts", {.region = region}));
    EXPECT_EQ(element(response, "Region"), region);
    EXPECT_EQ(desk.send(sign(make_request("GET", "/clusters/a"), "eks", {.region = region})).status, 200);
    EXPECT_EQ(desk.trace().resource, "arn:aws:eks:" + std::string(region) + ":111122223333:cluster/a");
  }
  for (const char* region :
       {"", "nowhere-1", "us-west-2a", "US-WEST-2", "cn-north-1", "us-gov-west-1", "*"}) {
    expect_refused(desk, sign(form_request(who_am_i), "sts", {.region = region}),
                   {403, "SignatureDoesNotMatch", ""}, Step::signature_claim_parsed, region);
    expect_refused(desk, sign(make_request("GET", "/clusters/a"), "eks", {.region = region}),
                   {403, "InvalidSignatureException", ""}, Step::signature_claim_parsed, region);
  }
}

TEST(Presigned, urls_are_answered_until_they_expire) {
  Desk desk;
  const auto presigned = [](std::string_view expires) {
    sigv4::TestRequest request;
    request.query = who_am_i;
    request.headers = {{"Host", "sts.us-west-2.amazonaws.com"}};
    const sigv4::Credentials credentials{"AKIAALICE", Secret(std::string(secret_text)), {}};
    sigv4::presign(request, credentials, "us-west-2", "sts", time_of_seconds(noon), expires, {"host"});
    auto made = make_request("GET", "/?" + request.query);
    made.headers = request.headers;
    return made;
  };
  EXPECT_EQ(desk.send(presigned("60")).status, 200);
  auto tampered = presigned("60");
  tampered.query += "&Name=x";
  expect_refused(desk, tampered, {403, "SignatureDoesNotMatch", ""}, Step::signature_verified, "tampered");
  auto repeated = presigned("60");
  repeated.query += "&X-Amz-Expires=600";
  EXPECT_GE(desk.send(repeated).status, 400);
  desk.clock.advance(61);
  expect_refused(desk, presigned("60"), {403, "SignatureDoesNotMatch", ""}, Step::signature_claim_parsed,
                 "late");
  EXPECT_EQ(desk.send(presigned("61")).status, 200);
}

TEST(OwnToken, rows_need_no_signature_and_ignore_one) {
  Desk desk;
  auto request = form_request("Action=ExchangeToken&Version=2011-06-15");
  auto response = desk.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(element(response, "Arn"), "nobody");
  EXPECT_TRUE(desk.trace().caller.empty());
  for (const char* header : {"Bearer abc", "AWS4-HMAC-SHA256 nonsense", ""}) {
    auto with_header = request;
    with_header.headers.emplace_back("Authorization", header);
    EXPECT_EQ(desk.send(with_header).status, 200) << header;
  }
  EXPECT_EQ(element(desk.send(sign(request, "sts", {.id = "AKIANOBODY"})), "Arn"), "nobody");
  EXPECT_EQ(desk.authorizer.calls(), 0U);
}

TEST(Administrator, is_whoever_comes_over_the_admin_socket) {
  Desk desk;
  auto request = make_request("GET", "/openirsa/v1/server");
  expect_refused(desk, request, {403, "AccessDeniedException", ""}, Step::access_key_found, "over TCP");
  expect_refused(desk, sign(request, "openirsa"), {403, "AccessDeniedException", ""}, Step::access_key_found,
                 "signed over TCP");
  request.peer = {.address = "", .tls = false, .admin = true};
  const auto response = desk.send(request);
  EXPECT_EQ(response.status, 200);
  EXPECT_NE(response.body.find(R"("caller":"administrator")"), std::string::npos) << response.body;
  EXPECT_EQ(desk.trace().caller, "administrator");
}

TEST(Administrator, may_use_our_own_service_unsigned_and_no_other) {
  Desk desk(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]})");
  auto own_call = make_request("GET", "/openirsa/v1/decisions/x");
  EXPECT_EQ(desk.send(own_call).status, 403);
  own_call.peer.admin = true;
  EXPECT_EQ(desk.send(own_call).status, 200);
  EXPECT_EQ(desk.authorizer.calls(), 0U);
  // Who signs is taken at the word, over the admin socket too.
  EXPECT_EQ(desk.send(sign(own_call, "openirsa")).status, 403);
  EXPECT_EQ(desk.trace().caller, alice().arn);
  auto other = make_request("GET", "/clusters/a");
  other.peer.admin = true;
  expect_refused(desk, other, {403, "MissingAuthenticationTokenException", ""}, Step::signature_claim_parsed,
                 "eks");
}

TEST(Authorisation, names_the_action_the_resource_and_the_kind_of_policy) {
  const std::string delete_kept = "Action=DeleteThing&Version=2010-05-08&Name=kept";
  Desk desk;
  expect_refused(
      desk, sign(form_request(delete_kept), "iam"),
      {403, "AccessDenied",
       "User: arn:aws:iam::111122223333:user/team/alice is not authorized to perform: iam:DeleteThing on "
       "resource: arn:aws:iam::111122223333:policy/kept with an explicit deny in an identity-based policy"},
      Step::action_authorised, "deny");
  EXPECT_EQ(desk.trace().failure->code, "explicitDeny");
  ASSERT_TRUE(desk.trace().explanation);
  EXPECT_EQ(desk.trace().explanation->statements.size(), 2U);
  EXPECT_FALSE(desk.was_work);
  EXPECT_EQ(desk.send(sign(form_request("Action=DeleteThing&Version=2010-05-08&Name=lamp"), "iam")).status,
            200);
  EXPECT_FALSE(desk.trace().explanation);

  desk.authorizer.limit(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]})");
  expect_refused(
      desk, sign(make_request("GET", "/clusters/a"), "eks"),
      {403, "AccessDeniedException",
       "User: arn:aws:iam::111122223333:user/team/alice is not authorized to perform: eks:DescribeCluster "
       "on resource: arn:aws:eks:us-west-2:111122223333:cluster/a because no session policy allows the "
       "eks:DescribeCluster action"},
      Step::action_authorised, "session");
}

TEST(Authorisation, says_so_when_nothing_allows) {
  Desk desk(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:Get*","Resource":"*"}]})");
  expect_refused(
      desk, sign(form_request("Action=CreateThing&Version=2010-05-08&Name=lamp"), "iam"),
      {403, "AccessDenied",
       "User: arn:aws:iam::111122223333:user/team/alice is not authorized to perform: iam:CreateThing on "
       "resource: arn:aws:iam::111122223333:policy/lamp because no identity-based policy allows the "
       "iam:CreateThing action"},
      Step::action_authorised, "implicit");
  EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam")).status, 200);
}

TEST(Authorisation, without_an_authorizer_fails_closed) {
  Desk desk;
  desk.house.authorizer = nullptr;
  EXPECT_EQ(desk.send(sign(form_request(get_lamp), "iam")).status, 500);
}

using Keys = std::map<std::string, std::string>;

TEST(ContextKeys, of_a_user) {
  Desk desk;
  auto request = form_request("Action=CreateThing&Version=2010-05-08&Name=lamp&Color=red");
  request.headers.emplace_back("User-Agent", "aws-cli/2");
  EXPECT_EQ(desk.send(sign(request, "iam", {.region = "eu-west-1"})).status, 200);
  const Keys& keys = desk.authorizer.seen();
  const Keys expected{{"aws:SourceIp", "192.0.2.7"},
                      {"aws:SecureTransport", "true"},
                      {"aws:CurrentTime", "2026-11-24T12:00:00Z"},
                      {"aws:EpochTime", "1795521600"},
                      {"aws:RequestedRegion", "us-east-1"},
                      {"aws:PrincipalArn", alice().arn},
                      {"aws:PrincipalAccount", "111122223333"},
                      {"aws:PrincipalType", "User"},
                      {"aws:userid", "AIDAALICE"},
                      {"aws:username", "alice"},
                      {"aws:UserAgent", "aws-cli/2"},
                      {"iam:Color", "red"}};
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(keys.contains(name)) << name;
    EXPECT_EQ(keys.at(name), value) << name;
  }
  EXPECT_FALSE(keys.contains("aws:TokenIssueTime"));
  EXPECT_FALSE(keys.contains("aws:FederatedProvider"));
}

TEST(ContextKeys, of_a_session) {
  Desk desk;
  auto request = make_request("GET", "/clusters/a");
  request.peer = {.address = "", .tls = false, .admin = false};
  EXPECT_EQ(
      desk.send(sign(request, "eks", {.id = "ASIAWEB", .token = "sealed", .region = "eu-west-1"})).status,
      200);
  const Keys& keys = desk.authorizer.seen();
  EXPECT_EQ(keys.at("aws:RequestedRegion"), "eu-west-1");
  EXPECT_EQ(keys.at("aws:SecureTransport"), "false");
  EXPECT_EQ(keys.at("aws:PrincipalArn"), "arn:aws:iam::111122223333:role/path/web");
  EXPECT_EQ(keys.at("aws:PrincipalType"), "AssumedRole");
  EXPECT_EQ(keys.at("aws:userid"), "AROAWEB:pod");
  EXPECT_EQ(keys.at("aws:TokenIssueTime"), "2026-11-24T11:59:00Z");
  EXPECT_EQ(keys.at("aws:FederatedProvider"), "arn:aws:iam::111122223333:oidc-provider/oidc.example/id/A");
  EXPECT_FALSE(keys.contains("aws:username"));
  EXPECT_FALSE(keys.contains("aws:SourceIp"));
}

// No secret, token or signature of the request may reach a trace.
TEST(Trace, holds_no_secret_of_the_request) {
  Desk desk;
  for (const bool good : {true, false}) {
    const auto request = sign(form_request(who_am_i), "sts",
                              {.id = "ASIAWEB",
                               .secret = good ? std::string(secret_text) : std::string(40, 'x'),
                               .token = "sealed"});
    desk.send(request);
    const std::string shown = json::serialize(to_json(desk.trace()));
    const std::string* authorization = request.find_header("Authorization");
    ASSERT_NE(authorization, nullptr);
    const std::string signature = authorization->substr(authorization->rfind('=') + 1);
    ASSERT_EQ(signature.size(), 64U);
    EXPECT_EQ(shown.find(signature), std::string::npos);
    EXPECT_EQ(shown.find(std::string(secret_text)), std::string::npos);
    EXPECT_EQ(shown.find("sealed"), std::string::npos);
  }
}

}  // namespace
}  // namespace openirsa::wire::test
