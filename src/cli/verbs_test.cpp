// Do the verbs make the right calls, and say what eksctl and kubectl would say?
#include "cli/verbs.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "cli/output.h"
#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

using Calls = std::vector<std::string>;

const std::string issuer = "https://oidc.openirsa.internal/id/0123456789ABCDEF0123456789ABCDEF";
const std::string provider_arn =
    "arn:aws:iam::111122223333:oidc-provider/oidc.openirsa.internal/id/0123456789ABCDEF0123456789ABCDEF";

class Verbs : public Desk {
 protected:
  Verbs() {
    answer(
        "GET /clusters/my-cluster", 200,
        R"({"cluster":{"name":"my-cluster","status":"ACTIVE","version":"1.34","createdAt":1795521600.5,)"
        R"("arn":"arn:aws:eks:us-west-2:111122223333:cluster/my-cluster","endpoint":"https://127.0.0.1:8443/k8s/X",)"
        R"("identity":{"oidc":{"issuer":")" +
            issuer + "\"}}}}");
    answer("GetOpenIDConnectProvider", 404, "<E><Code>NoSuchEntity</Code><Message>m</Message></E>");
    answer("CreateOpenIDConnectProvider", 200, "<x/>");
    answer("POST /tags/arn%3Aaws%3Aeks%3Aus-west-2%3A111122223333%3Acluster%2Fmy-cluster", 200, "");
  }
  // Output without the time that begins each log line.
  static std::string without_times(const std::string& text) {
    return std::regex_replace(text, std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )"), "");
  }
  Ran associate(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"utils", "associate-iam-oidc-provider", "--cluster", "my-cluster"};
    all.insert(all.end(), more.begin(), more.end());
    return run(std::move(all));
  }
};

TEST_F(Verbs, associate_plans_without_approve) {
  const auto ran = associate();
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(
      without_times(ran.out),
      "[ℹ]  (plan) would create IAM Open ID Connect provider for cluster \"my-cluster\" in \"us-west-2\"\n"
      "[!]  no changes were applied, run again with '--approve' to apply the changes\n");
  EXPECT_NE(ran.out, without_times(ran.out));
  EXPECT_EQ(calls(), (Calls{"GET /clusters/my-cluster",
                            "GetOpenIDConnectProvider Action=GetOpenIDConnectProvider&Version=2010-05-08&"
                            "OpenIDConnectProviderArn=" +
                                percent_encode(provider_arn)}));
}

TEST_F(Verbs, associate_with_approve_makes_provider_and_tag) {
  const auto ran = associate({"--approve"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(without_times(ran.out),
            "[ℹ]  will create IAM Open ID Connect provider for cluster \"my-cluster\" in \"us-west-2\"\n"
            "[✔]  created IAM Open ID Connect provider for cluster \"my-cluster\" in \"us-west-2\"\n");
  const auto made = calls();
  ASSERT_EQ(made.size(), 4U);
  EXPECT_EQ(made[2],
            "CreateOpenIDConnectProvider Action=CreateOpenIDConnectProvider&Version=2010-05-08&Url=" +
                percent_encode(issuer) +
                "&ClientIDList.member.1=sts.amazonaws.com&Tags.member.1.Key=alpha.eksctl.io%2Fcluster-name&"
                "Tags.member.1.Value=my-cluster");
  EXPECT_EQ(made[3],
            "POST /tags/arn%3Aaws%3Aeks%3Aus-west-2%3A111122223333%3Acluster%2Fmy-cluster "
            R"({"tags":{"alpha.eksctl.io/cluster-oidc-enabled":"true"}})");
}

TEST_F(Verbs, associate_says_when_the_provider_is_there) {
  answer("GetOpenIDConnectProvider", 200, "<x/>");
  const auto ran = associate({"--approve"});
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(without_times(ran.out),
            "[ℹ]  IAM Open ID Connect provider is already associated with cluster \"my-cluster\" in "
            "\"us-west-2\"\n");
  EXPECT_EQ(calls().size(), 2U);
}

TEST_F(Verbs, associate_fails_as_eksctl_does) {
  answer("GET /clusters/my-cluster", 404, R"({"message":"No cluster found for name: my-cluster."})",
         {{"x-amzn-ErrorType", "ResourceNotFoundException"}, {"x-amzn-RequestId", "id-1"}});
  auto ran = associate({"--approve"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.error,
            "Error: unable to describe cluster control plane: ResourceNotFoundException: No cluster found "
            "for name: "
            "my-cluster. (request id id-1)\n");
  answer("GET /clusters/my-cluster", 200,
         R"({"cluster":{"arn":"arn:aws:eks:us-west-2:111122223333:cluster/c"}})");
  ran = associate();
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: unknown OIDC issuer URL\n");
}

TEST_F(Verbs, associate_stops_at_the_first_refusal) {
  answer("GetOpenIDConnectProvider", 403, "<E><Code>AccessDenied</Code><Message>no</Message></E>");
  auto ran = associate({"--approve"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: AccessDenied: no\n");
  EXPECT_EQ(calls().size(), 2U);
  answer("GetOpenIDConnectProvider", 404, "<E><Code>NoSuchEntity</Code></E>");
  answer("CreateOpenIDConnectProvider", 409, "<E><Code>LimitExceeded</Code><Message>no</Message></E>");
  ran = associate({"--approve"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: creating OIDC provider: LimitExceeded: no\n");
}

TEST_F(Verbs, associate_takes_the_cluster_as_the_argument_and_the_region_in_short) {
  const auto ran = run({"utils", "associate-iam-oidc-provider", "my-cluster", "-r", "eu-west-1"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_NE(ran.out.find("for cluster \"my-cluster\" in \"eu-west-1\"\n"), std::string::npos) << ran.out;
}

TEST_F(Verbs, associate_in_json) {
  const auto outcome = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"-o", "json"});
    const auto object = parse_json_object(associate(std::move(more)).out);
    EXPECT_TRUE(object);
    return object ? std::string(object->at("outcome").as_string()) + " " +
                        std::string(object->at("openIDConnectProviderArn").as_string())
                  : std::string();
  };
  EXPECT_EQ(outcome({}), "planned " + provider_arn);
  EXPECT_EQ(outcome({"--approve"}), "created " + provider_arn);
  answer("GetOpenIDConnectProvider", 200, "<x/>");
  EXPECT_EQ(outcome({}), "exists " + provider_arn);
}

TEST_F(Verbs, clusters) {
  EXPECT_EQ(run({"get", "cluster", "my-cluster"}).out,
            "Name:                         my-cluster\nStatus:                       ACTIVE\n"
            "Version:                      1.34\n"
            "ARN:                          arn:aws:eks:us-west-2:111122223333:cluster/my-cluster\n"
            "OpenID Connect provider URL:  " +
                issuer +
                "\n"
                "API server endpoint:          https://127.0.0.1:8443/k8s/X\n"
                "Created:                      2026-11-24T12:00:00Z\n");
  answer("GET /clusters", 200, R"({"clusters":["my-cluster"],"nextToken":"n+/="})");
  answer("GET /clusters?nextToken=n%2B%2F%3D", 200, R"({"clusters":["my-cluster"]})");
  const std::string row = "my-cluster   1.34      ACTIVE   2026-11-24T12:00:00Z   " + issuer + "\n";
  EXPECT_EQ(run({"get", "cluster"}).out,
            "NAME         VERSION   STATUS   CREATED                OIDC PROVIDER URL\n" + row + row);
  answer("GET /clusters", 200, R"({"clusters":[]})");
  EXPECT_EQ(run({"get", "cluster"}).out,
            "No clusters found. Make one: openirsa create cluster --name NAME\n");
  answer("DELETE /clusters/my-cluster", 200, "{}");
  EXPECT_EQ(run({"delete", "cluster", "--name", "my-cluster"}).out,
            "deleted cluster \"my-cluster\"; its tokens are exchanged no more\n");
}

TEST_F(Verbs, a_cluster_that_is_not_there_is_said_with_the_next_step) {
  const std::vector<http::Header> type{{"x-amzn-ErrorType", "ResourceNotFoundException"}};
  const std::string body = R"({"message":"No cluster found for name: nope."})";
  answer("GET /clusters/nope", 404, body, type);
  answer("DELETE /clusters/nope", 404, body, type);
  answer("POST /openirsa/v1/clusters/nope/tokens", 404, body, type);
  const std::vector<std::vector<std::string>> verbs{
      {"get", "cluster", "nope"}, {"delete", "cluster", "nope"}, {"create", "token", "s", "-c", "nope"}};
  for (const auto& verb : verbs) {
    const auto ran = run(verb);
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(
        ran.error,
        "Error: ResourceNotFoundException: No cluster found for name: nope.; openirsa get cluster lists "
        "those there are\n");
  }
  answer("GET /clusters/nope", 403, "{}", {{"x-amzn-ErrorType", "AccessDeniedException"}});
  EXPECT_EQ(run({"get", "cluster", "nope"}).error, "Error: AccessDeniedException\n");
}

TEST_F(Verbs, create_cluster_names_a_role_of_the_callers_account) {
  answer("GetCallerIdentity", 200,
         "<R><Arn>arn:aws-cn:iam::111122223333:user/admin</Arn><Account>111122223333</Account></R>");
  answer("POST /clusters", 200, R"({"cluster":{"name":"c"}})");
  const auto ran = run({"create", "cluster", "c", "--version", "1.34", "--tags", "a=1,b=x=y"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(calls().back(),
            R"(POST /clusters {"name":"c","roleArn":"arn:aws-cn:iam::111122223333:role/openirsa-cluster",)"
            R"("resourcesVpcConfig":{},"version":"1.34","tags":{"a":"1","b":"x=y"}})");
  EXPECT_EQ(run({"create", "cluster", "c", "--tags", "a"}).error, "Error: tag `a` is not KEY=VALUE\n");
  EXPECT_NE(run({"create", "cluster"}).status, 0);
}

TEST_F(Verbs, create_token_prints_it_alone) {
  answer("POST /openirsa/v1/clusters/my-cluster/tokens", 200, R"({"token":"a.b.c"})");
  const auto ran = run({"create", "token", "my-sa", "--cluster", "my-cluster", "--duration", "600"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(ran.out, "a.b.c");
  EXPECT_EQ(calls().back(),
            R"(POST /openirsa/v1/clusters/my-cluster/tokens {"namespace":"default","serviceAccount":"my-sa",)"
            R"("audience":"sts.amazonaws.com","expirationSeconds":600})");
}

TEST_F(Verbs, explain_begins_with_the_decisive_step) {
  answer("GET /openirsa/v1/decisions/id-1", 200, R"({"decision":{"version":1,"requestId":"id-1",
    "time":"2026-11-24T12:00:00Z","service":"sts","operation":"AssumeRoleWithWebIdentity","status":403,
    "outcome":"refused","code":"AccessDenied","message":"Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "sourceIp":"127.0.0.1","roleArn":"arn:aws:iam::111122223333:role/r","sessionName":"s\u001b[2J",
    "token":{"issuer":"https://i","subject":"system:serviceaccount:default:a","audience":"sts.amazonaws.com"},
    "steps":[{"step":"token_parsed","question":"Is the token a well-formed signed token?"}],
    "decisive":{"step":"trust_policy_allowed","code":"no_statement_allows","question":
      "Does the role's trust policy allow it?","detail":"no statement allows it","expected":"e","actual":"a",
      "hint":"differs only in case"},
    "policy":{"statements":[{"policy":"trust","source":"trust","index":0,"sid":"One","effect":"Allow","comparisons":[
      {"element":"Action","matched":true},
      {"element":"Condition","operator":"StringEquals","key":"i:sub","matched":false,"expected":"x","actual":"X",
       "hint":"differs only in case"}]}]}}})");
  const auto ran = run({"explain", "id-1"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(ran.out, R"(REFUSED  Does the role's trust policy allow it?  No.
  why:       no statement allows it
  expected:  e
  actual:    a
  hint:      differs only in case
  step:      trust_policy_allowed (no_statement_allows)
  answered:  AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity

Request id-1 at 2026-11-24T12:00:00Z
  operation: sts:AssumeRoleWithWebIdentity
  role:      arn:aws:iam::111122223333:role/r
  session:   s\x1b[2J
  issuer:    https://i
  subject:   system:serviceaccount:default:a
  audience:  sts.amazonaws.com
  source:    127.0.0.1

Steps passed before
  ✔ Is the token a well-formed signed token?

Policy statements tried
  trust (trust), statement 1 One, Allow
    ✔ Action
    ✖ Condition StringEquals i:sub
      expected: x
      actual:   X
      hint:     differs only in case
)");
  const auto json = parse_json_object(run({"explain", "id-1", "-o", "json"}).out);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("requestId").as_string(), "id-1");
}

TEST_F(Verbs, explain_of_a_success_and_of_nothing) {
  answer(
      "GET /openirsa/v1/decisions/id-2", 200,
      R"({"decision":{"requestId":"id-2","time":"t","service":"eks","operation":"ListClusters","steps":[]}})");
  EXPECT_EQ(run({"explain", "id-2"}).out,
            "ALLOWED  ListClusters by eks\n\nRequest id-2 at t\n  operation: eks:ListClusters\n");
  answer("GET /openirsa/v1/decisions/id-3", 404, R"({"message":"No decision found for request id: id-3."})",
         {{"x-amzn-ErrorType", "ResourceNotFoundException"}});
  const auto ran = run({"explain", "id-3"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_EQ(ran.error, "Error: ResourceNotFoundException: No decision found for request id: id-3.\n");
}

TEST_F(Verbs, env_prints_and_writes_one_bundle) {
  const auto ran = run({"env", "--shell", "bash"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_NE(ran.out.find("export AWS_ENDPOINT_URL='" + endpoint() + "';\n"), std::string::npos);
  EXPECT_NE(ran.out.find("export AWS_CA_BUNDLE='" + directory_.file("bundle.pem") + "';\n"),
            std::string::npos);
  const std::string bundle = *read_file(directory_.file("bundle.pem"));
  EXPECT_TRUE(bundle.ends_with("\nproduct\nverbatim\n") || bundle.ends_with("\nproduct\n"))
      << "the roots come first";
  // A second run must not pile the first run's bundle up.
  ::setenv("SSL_CERT_FILE", directory_.file("bundle.pem").c_str(), 1);
  run({"env"});
  EXPECT_EQ(read_file(directory_.file("bundle.pem")), bundle);
  EXPECT_NE(run({"env", "--shell", "tcsh"}).status, 0);
  EXPECT_EQ(run({"env", "--shell", "fish", "--unset"}).out.find("set -gx"), std::string::npos);
  EXPECT_NE(run({"env", "--verbatim", "--shell", "zsh"}).out.find("unset AWS_ENDPOINT_URL;\n"),
            std::string::npos);
  EXPECT_EQ(parse_json_object(run({"env", "-o", "json"}).out)->at("AWS_REGION").as_string(), "us-west-2");
  facts_["proxy"] = "";
  EXPECT_EQ(run({"env", "--verbatim"}).error, "Error: verbatim mode needs the proxy; set listen.proxy\n");
}

TEST_F(Verbs, env_writes_a_profile_of_its_own_and_no_other) {
  const std::string config = directory_.file(".aws/config");
  const std::string credentials = directory_.file(".aws/credentials");
  ASSERT_TRUE(write_file(config, "[default]\nregion = eu-west-1\n", 0600));
  ASSERT_TRUE(write_file(credentials,
                         "[default]\naws_access_key_id = AKIAREAL\n\n[bare]\naws_access_key_id = B\n", 0600));
  const auto ran = run({"env", "--profile", "test", "--shell", "bash"});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_NE(ran.out.find("export AWS_PROFILE='test';\n"), std::string::npos);
  EXPECT_EQ(*read_file(config),
            "[default]\nregion = eu-west-1\n\n[profile test]\nca_bundle = " + directory_.file("bundle.pem") +
                "\nendpoint_url = " + endpoint() + "\nregion = us-west-2\n");
  const std::string text = *read_file(credentials);
  EXPECT_TRUE(text.ends_with(std::string("\n\n[test]\naws_access_key_id = ") + key_id +
                             "\naws_secret_access_key = " + secret + "\n"))
      << text;
  EXPECT_EQ(run({"env", "--profile", "test"}).status, 0);
  EXPECT_EQ(*read_file(credentials), text);
  for (const std::string name : {"default", "bare"}) {
    const auto refused = run({"env", "--profile", name});
    EXPECT_EQ(refused.status, 1);
    EXPECT_TRUE(refused.error.starts_with("Error: profile `" + name + "` is there already")) << refused.error;
  }
  for (const std::string name : {"a]b", "a\nb", "a b", "[x"})
    EXPECT_EQ(run({"env", "--profile", name}).status, 1);
  EXPECT_EQ(run({"env", "--profile", "test", "--verbatim"}).status, 1);
  EXPECT_EQ(*read_file(credentials), text);
}

TEST_F(Verbs, version) {
  EXPECT_EQ(run({"version"}).out, OPENIRSA_VERSION "\n");
  EXPECT_EQ(parse_json_object(run({"version", "-o", "json"}).out)->at("version").as_string(),
            OPENIRSA_VERSION);
  EXPECT_NE(run({"get"}).status, 0);
}

}  // namespace
}  // namespace openirsa::cli
