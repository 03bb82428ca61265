// Is a command line that cannot be read answered in one line that names the mistake and says what to do?
#include "cli/usage.h"

#include <gtest/gtest.h>

#include "cli/test_desk.h"

namespace openirsa::cli {
namespace {

class Usage : public Desk {
 protected:
  // What is said of a mistake, which must end with status 1, print nothing and call nobody.
  std::string said(std::vector<std::string> arguments) {
    const auto ran = run_exactly(std::move(arguments));
    EXPECT_EQ(ran.status, 1);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(calls().empty());
    return ran.error;
  }
};

TEST_F(Usage, an_unknown_word_is_named_with_those_there_are) {
  EXPECT_EQ(
      said({"frob"}),
      "Error: unknown word `frob`; after openirsa comes one of: create, get, update, delete, utils, env, "
      "explain, lint, revoke, simulate, version\n");
  EXPECT_EQ(said({"get", "clusters"}),
            "Error: unknown word `clusters`; after openirsa get comes one of: cluster, account, provider\n");
  EXPECT_EQ(
      said({"create", "frob", "--name", "x"}),
      "Error: unknown word `frob`; after openirsa create comes one of: cluster, account, provider, token\n");
  EXPECT_EQ(said({"utils", "frob"}),
            "Error: unknown word `frob`; after openirsa utils comes one of: associate-iam-oidc-provider\n");
  EXPECT_EQ(said({"explain", "id", "stray\x1b"}),
            "Error: unexpected argument `stray\\x1b`; openirsa explain --help shows what it takes\n");
}

TEST_F(Usage, a_missing_word_or_option) {
  EXPECT_EQ(said({}),
            "Error: a word is missing; after openirsa comes one of: create, get, update, delete, utils, env, "
            "explain, lint, revoke, simulate, version\n");
  EXPECT_EQ(said({"get"}),
            "Error: a word is missing; after openirsa get comes one of: cluster, account, provider\n");
  EXPECT_EQ(said({"create", "cluster"}),
            "Error: --name must be set; openirsa create cluster --help shows what it takes\n");
  EXPECT_EQ(said({"create", "token", "--cluster", "c"}),
            "Error: --service-account must be set; openirsa create token --help shows what it takes\n");
  EXPECT_EQ(said({"explain"}),
            "Error: nothing to explain; name a request id, or say --last N, --role NAME or --follow\n");
}

TEST_F(Usage, an_unknown_option_is_named_before_what_it_left_missing) {
  EXPECT_EQ(said({"create", "cluster", "--nmae=x"}),
            "Error: unknown option `--nmae`; openirsa create cluster --help lists its options\n");
  EXPECT_EQ(said({"--frob", "version"}),
            "Error: unknown option `--frob`; openirsa --help lists its options\n");
}

TEST_F(Usage, a_value_of_the_wrong_form) {
  const std::string hint = "; openirsa create token --help shows what it takes\n";
  EXPECT_EQ(said({"create", "token", "s", "-c", "c", "--duration", "abc"}),
            "Error: `abc` is not a value of --duration" + hint);
  EXPECT_EQ(said({"create", "token", "s", "-c"}), "Error: --cluster needs a value" + hint);
  EXPECT_EQ(said({"create", "token", "s", "-c", "c", "-c", "d"}),
            "Error: --cluster is given more than once" + hint);
  EXPECT_EQ(said({"create", "token", "s", "-c", "c", "-o", "xml"}),
            "Error: --output: xml not in {text,json}" + hint);
}

TEST_F(Usage, empty_names_are_refused) {
  const std::string name = "Error: --name must not be empty; openirsa ";
  const std::string hint = " --help shows what it takes\n";
  for (const std::string verb : {"create", "get", "delete"}) {
    EXPECT_EQ(said({verb, "cluster", ""}), name + verb + " cluster" + hint);
    EXPECT_EQ(said({verb, "cluster", "--name", ""}), name + verb + " cluster" + hint);
  }
  EXPECT_EQ(said({"explain", ""}), "Error: request-id must not be empty; openirsa explain" + hint);
  EXPECT_EQ(said({"env", "--profile", ""}), "Error: --profile must not be empty; openirsa env" + hint);
  for (const std::string option : {"--cluster", "--service-account", "--namespace", "--audience"}) {
    std::vector<std::string> arguments{"create", "token"};
    for (const std::string other : {"--cluster", "--service-account", "--namespace", "--audience"})
      arguments.insert(arguments.end(), {other, other == option ? "" : "x"});
    EXPECT_EQ(said(arguments), "Error: " + option + " must not be empty; openirsa create token" + hint);
  }
}

TEST_F(Usage, associate_without_a_cluster_says_what_eksctl_says) {
  EXPECT_EQ(said({"utils", "associate-iam-oidc-provider"}), "Error: --cluster must be set\n");
  EXPECT_EQ(said({"utils", "associate-iam-oidc-provider", "--cluster", "", "--approve"}),
            "Error: --cluster must be set\n");
}

TEST_F(Usage, help_and_version_are_no_mistakes) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"get", "--help"}, {"create", "token", "-h"}}) {
    const auto ran = run_exactly(arguments);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.error, "");
    EXPECT_NE(ran.out.find("Usage: "), std::string::npos) << ran.out;
  }
  const auto version = run_exactly({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out, OPENIRSA_VERSION "\n");
  EXPECT_EQ(version.error, "");
  const std::string explain = run_exactly({"explain", "--help"}).out;
  EXPECT_NE(explain.find("the AWS CLI shows it with --debug, eksctl and SDKs with the error"),
            std::string::npos)
      << explain;
}

}  // namespace
}  // namespace openirsa::cli
