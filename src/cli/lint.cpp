// lint: what policies say and most likely do not mean. Exit status 0 where nothing is at the level of an
// error, 1 where something is, 2 where nothing could be judged.
#include "cli/lint.h"

#include <iostream>
#include <iterator>

#include "base/text.h"
#include "cli/files.h"
#include "cli/nouns.h"
#include "cli/provider_calls.h"

namespace openirsa::cli {
namespace {

constexpr int unjudged = 2;

struct Arguments {
  std::vector<std::string> files;
  std::string kind;
  bool server = false;
  std::vector<std::string> issuers;
  std::vector<std::string> client_ids;
  std::string account;
};

int not_judged(const Failure& failure) {
  (void)fail(failure);
  return unjudged;
}

policy::Kind kind_named(const std::string& name) {
  if (name == "trust") return policy::Kind::trust;
  return name == "resource" ? policy::Kind::resource : policy::Kind::identity;
}

Result<std::string, Failure> text_of_argument(const std::string& path) {
  if (path != "-") return text_of_file(path);
  return std::string{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

Result<std::vector<LintedDocument>, Failure> documents_in(const Arguments& arguments) {
  std::vector<LintedDocument> documents;
  for (const std::string& file : arguments.files) {
    auto text = text_of_argument(file);
    if (!text) return std::move(text).error();
    const auto kind = arguments.kind.empty() ? kind_of_document(*text) : kind_named(arguments.kind);
    documents.push_back(
        {.name = file == "-" ? "standard input" : file, .text = *std::move(text), .kind = kind});
  }
  return documents;
}

// What a person says of the providers; where nothing is said, nothing is known.
Result<policy::LintFacts, Failure> facts_given(const Arguments& arguments) {
  policy::LintFacts facts{.account = arguments.account, .providers_known = !arguments.issuers.empty()};
  for (const std::string& issuer : arguments.issuers) {
    auto name = provider_name(issuer);
    if (!name) return std::move(name).error();
    facts.providers.push_back(known_provider(*std::move(name), arguments.client_ids));
  }
  return facts;
}

std::optional<Failure> mistake_in(const Arguments& arguments) {
  const bool online = arguments.server || arguments.files.empty();
  const bool given =
      !arguments.issuers.empty() || !arguments.client_ids.empty() || !arguments.account.empty();
  if (online && given)
    return Failure{"--issuer, --client-id and --account are for files alone; a server has its own"};
  if (arguments.files.empty() && !arguments.kind.empty())
    return Failure{"--kind is for files; what is stored has its kind"};
  if (!arguments.client_ids.empty() && arguments.issuers.empty())
    return Failure{"--client-id needs --issuer"};
  return std::nullopt;
}

Result<LintReport, Failure> judge(const Common& common, const Arguments& arguments) {
  auto documents = documents_in(arguments);
  if (!documents) return std::move(documents).error();
  if (!arguments.server && !arguments.files.empty()) {
    const auto facts = facts_given(arguments);
    if (!facts) return facts.error();
    return lint_documents(*documents, *facts);
  }
  const auto connection = Connection::open(common);
  if (!connection) return connection.error();
  const auto facts = providers_of_server(*connection);
  if (!facts) return facts.error();
  if (arguments.files.empty()) documents = documents_of_server(*connection);
  if (!documents) return std::move(documents).error();
  return lint_documents(*documents, *facts);
}

int lint(const Common& common, const Arguments& arguments) {
  if (const auto mistake = mistake_in(arguments)) return not_judged(*mistake);
  const auto report = judge(common, arguments);
  if (!report) return not_judged(report.error());
  if (common.form() == Form::json) {
    print_json(to_json(*report));
  } else {
    for (const std::string& line : lines_of(*report)) print(line);
  }
  return report->count(policy::Severity::error) == 0 ? 0 : 1;
}

std::string rules_for_help() {
  std::string text = "Rules:\n";
  for (const policy::LintRule& rule : policy::lint_rules())
    text += "  " + std::string(rule.name) + ": " + std::string(rule.question) + "\n";
  return text;
}

}  // namespace

void add_lint_verb(CLI::App& program, Run& run) {
  CLI::App* verb = program.add_subcommand("lint", "what policies say and most likely do not mean");
  auto common = add_common(*verb);
  auto arguments = std::make_shared<Arguments>();
  refuse_empty(verb->add_option("FILE", arguments->files,
                                "policy documents, - for standard input; none: all that the server stores"));
  verb->add_option("--kind", arguments->kind, "of the files: identity, trust or resource; else by their look")
      ->check(CLI::IsMember({"identity", "trust", "resource"}));
  verb->add_flag("--server", arguments->server, "judge the files by the providers of the server");
  refuse_empty(verb->add_option("--issuer", arguments->issuers,
                                "a provider that the account has, by its URL; may be repeated"));
  refuse_empty(verb->add_option("--client-id", arguments->client_ids,
                                "an audience that these providers take; may be repeated"));
  refuse_empty(verb->add_option("--account", arguments->account, "the account that the files are for"));
  verb->footer(rules_for_help());
  verb->callback([&run, common, arguments] { run = [=] { return lint(*common, *arguments); }; });
}

}  // namespace openirsa::cli
