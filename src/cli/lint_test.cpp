// Does `openirsa lint` judge files and what is stored, and end with a status that a script can use?
#include "cli/lint.h"

#include <gtest/gtest.h>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

const std::string hex = "0123456789ABCDEF0123456789ABCDEF";
const std::string url = "oidc.openirsa.internal/id/" + hex;

std::string trust(const std::string& subject, const std::string& more = {}) {
  return R"({"Version":"2012-10-17","Statement":[{"Sid":"Pods","Effect":"Allow","Principal":{"Federated":)"
         R"("arn:aws:iam::111122223333:oidc-provider/)" +
         url + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + url +
         R"(:aud":"sts.amazonaws.com",")" + url + R"(:sub":")" + subject + "\"" + more + "}}}]}";
}
const std::string sound = trust("system:serviceaccount:ns:app");
const std::string permissions =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}})";

class Lint : public Desk {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(directory_.file(name), text, 0600));
    return directory_.file(name);
  }
  Ran lint(std::vector<std::string> more) {
    more.insert(more.begin(), "lint");
    return run(more);
  }
};

TEST_F(Lint, a_sound_file_ends_with_0) {
  const auto ran = lint({file("trust.json", sound), file("permissions.json", permissions)});
  EXPECT_EQ(ran.status, 0) << ran.error;
  EXPECT_EQ(ran.out, "nothing found in 2 documents\n");
  EXPECT_TRUE(calls().empty());
}

TEST_F(Lint, a_finding_names_file_statement_and_rule_and_ends_with_1) {
  const auto path = file("trust.json", trust("system:serviceaccount:ns:*"));
  const auto ran = lint({path});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.out.starts_with(path + ": error, statement 1 (Pods), Condition StringEquals " + url +
                                  ":sub: `*` and `?` are ordinary letters"))
      << ran.out;
  EXPECT_TRUE(ran.out.ends_with(" [wildcard-under-equals]\n1 error, 0 warnings in 1 document\n")) << ran.out;
}

TEST_F(Lint, warnings_alone_end_with_0) {
  std::string open = sound;
  open.erase(open.find("\"" + url + ":aud"), url.size() + 27);
  const auto ran = lint({file("trust.json", open)});
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_TRUE(ran.out.ends_with("[open-audience]\n0 errors, 1 warning in 1 document\n")) << ran.out;
}

TEST_F(Lint, a_document_that_is_no_policy_is_a_finding) {
  const auto ran = lint({file("broken.json", R"({"Statement":[{"Effect":"Maybe"}]})"), "-o", "json"});
  EXPECT_EQ(ran.status, 1);
  const auto answer = *parse_json_object(ran.out);
  EXPECT_EQ(answer.at("errors"), 1);
  const auto& finding = answer.at("findings").as_array().at(0).as_object();
  EXPECT_EQ(finding.at("rule"), "malformed");
  EXPECT_FALSE(finding.contains("statement"));
}

TEST_F(Lint, answers_in_json) {
  const auto path = file("trust.json", trust("system:serviceaccount:ns:app", ",\"" + url + ":email\":\"x\""));
  const auto ran = lint({path, "--issuer", "https://" + url, "-o", "json"});
  EXPECT_EQ(ran.status, 1) << ran.out;
  const auto answer = *parse_json_object(ran.out);
  EXPECT_EQ(answer.at("documents"), 1);
  EXPECT_EQ(answer.at("warnings"), 0);
  const auto& finding = answer.at("findings").as_array().at(0).as_object();
  EXPECT_EQ(finding.at("document"), json::string(path));
  EXPECT_EQ(finding.at("rule"), "unknown-key");
  EXPECT_EQ(finding.at("severity"), "error");
  EXPECT_EQ(finding.at("statement"), 1);
  EXPECT_EQ(finding.at("sid"), "Pods");
}

TEST_F(Lint, knows_the_providers_that_it_is_told_of) {
  const auto path = file("trust.json", sound);
  EXPECT_EQ(lint({path, "--issuer", "https://" + url}).status, 0);
  const auto other = lint({path, "--issuer", "https://other.example"});
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.out.find("no identity provider for `" + url + "`"), std::string::npos) << other.out;
  const auto audience = lint({path, "--issuer", "https://" + url, "--client-id", "STS.amazonaws.com"});
  EXPECT_EQ(audience.status, 1);
  EXPECT_NE(audience.out.find("[letter-case]"), std::string::npos) << audience.out;
  EXPECT_EQ(lint({path, "--account", "444455556666"}).status, 1);
  EXPECT_EQ(lint({path, "--account", "111122223333"}).status, 0);
}

TEST_F(Lint, a_kind_is_told_by_the_look_or_by_its_name) {
  EXPECT_EQ(kind_of_document(sound), policy::Kind::trust);
  EXPECT_EQ(kind_of_document(permissions), policy::Kind::identity);
  EXPECT_EQ(
      kind_of_document(R"({"Statement":{"Principal":"*","Action":"s3:*","Effect":"Allow","Resource":"*"}})"),
      policy::Kind::resource);
  EXPECT_EQ(kind_of_document("["), policy::Kind::identity);
  const auto path = file("permissions.json", permissions);
  EXPECT_EQ(lint({path, "--kind", "identity"}).status, 0);
  const auto as_trust = lint({path, "--kind", "trust"});
  EXPECT_EQ(as_trust.status, 1);
  EXPECT_NE(as_trust.out.find("[malformed]"), std::string::npos) << as_trust.out;
}

TEST_F(Lint, what_cannot_be_judged_ends_with_2) {
  const auto missing = lint({directory_.file("none.json")});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.error.find("cannot read " + directory_.file("none.json")), std::string::npos);
  EXPECT_EQ(lint({"--issuer", "https://x.example"}).status, 2);
  EXPECT_EQ(lint({"--kind", "trust"}).status, 2);
  const auto path = file("trust.json", sound);
  EXPECT_EQ(lint({path, "--server", "--account", "111122223333"}).status, 2);
  EXPECT_EQ(lint({path, "--client-id", "x"}).status, 2);
  EXPECT_EQ(lint({path, "--issuer", "http://x.example"}).status, 2);
}

class LintStored : public Lint {
 protected:
  void serve(const std::string& trust_policy, const std::string& provider,
             const std::string& of_user = permissions) {
    const auto page = [](const std::string& inside) {
      return "<R>" + inside + "<IsTruncated>false</IsTruncated></R>";
    };
    answer("GetCallerIdentity", 200,
           "<R><Arn>arn:aws:iam::111122223333:user/admin</Arn><Account>111122223333</Account></R>");
    answer("ListOpenIDConnectProviders", 200,
           "<R><OpenIDConnectProviderList><member><Arn>arn:aws:iam::111122223333:oidc-provider/" + provider +
               "</Arn></member></OpenIDConnectProviderList></R>");
    answer(
        "GetOpenIDConnectProvider", 200,
        "<R><Url>" + provider + "</Url><ClientIDList><member>sts.amazonaws.com</member></ClientIDList></R>");
    answer("ListRoles", 200,
           page("<Roles><member><RoleName>web</RoleName><AssumeRolePolicyDocument>" +
                percent_encode(trust_policy) + "</AssumeRolePolicyDocument></member></Roles>"));
    answer("ListRolePolicies", 200, page("<PolicyNames><member>own</member></PolicyNames>"));
    answer("GetRolePolicy", 200,
           "<R><PolicyDocument>" + percent_encode(permissions) + "</PolicyDocument></R>");
    answer("ListUsers", 200, page("<Users><member><UserName>ann</UserName></member></Users>"));
    answer("ListUserPolicies", 200, page("<PolicyNames><member>hers</member></PolicyNames>"));
    answer("GetUserPolicy", 200, "<R><PolicyDocument>" + percent_encode(of_user) + "</PolicyDocument></R>");
    answer("ListGroups", 200, page("<Groups></Groups>"));
    answer(
        "ListPolicies", 200,
        page("<Policies><member><PolicyName>mine</PolicyName><Arn>arn:aws:iam::111122223333:policy/mine</Arn>"
             "<DefaultVersionId>v3</DefaultVersionId></member></Policies>"));
    answer("GetPolicyVersion", 200,
           "<R><PolicyVersion><Document>" + percent_encode(permissions) + "</Document></PolicyVersion></R>");
  }
};

TEST_F(LintStored, without_files_everything_stored_is_judged) {
  serve(sound, url);
  const auto ran = lint({});
  EXPECT_EQ(ran.status, 0) << ran.error << ran.out;
  EXPECT_EQ(ran.out, "nothing found in 4 documents\n");
  EXPECT_NE(calls().back().find("VersionId=v3"), std::string::npos) << calls().back();
}

TEST_F(LintStored, a_stored_fault_names_its_role) {
  serve(trust("System:serviceaccount:ns:app"), url);
  const auto ran = lint({});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.out.starts_with("role web, trust policy: error, statement 1 (Pods)")) << ran.out;
}

TEST_F(LintStored, a_users_own_policy_is_judged) {
  std::string blank = permissions;
  blank.replace(blank.find("s3:GetObject"), 12, "s3:GetObject ");
  serve(sound, url, blank);
  const auto ran = lint({});
  EXPECT_EQ(ran.status, 1);
  EXPECT_TRUE(ran.out.starts_with("user ann, policy hers: error, statement 1, Action: ")) << ran.out;
}

TEST_F(LintStored, a_provider_that_is_not_there_is_missed) {
  serve(sound, "oidc.openirsa.internal/id/FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF");
  EXPECT_NE(lint({}).out.find("[provider-missing]"), std::string::npos);
  const auto path = file("trust.json", sound);
  const auto with_server = lint({path, "--server"});
  EXPECT_EQ(with_server.status, 1);
  EXPECT_NE(with_server.out.find("[provider-missing]"), std::string::npos) << with_server.out;
  EXPECT_EQ(lint({path}).status, 0);
}

TEST_F(LintStored, a_server_that_refuses_ends_with_2) {
  serve(sound, url);
  answer("ListRoles", 403,
         "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>");
  const auto ran = lint({});
  EXPECT_EQ(ran.status, 2);
  EXPECT_NE(ran.error.find("AccessDenied: no"), std::string::npos) << ran.error;
}

}  // namespace
}  // namespace openirsa::cli
