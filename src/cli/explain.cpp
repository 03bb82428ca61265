// explain: why a request was allowed or refused.
#include "cli/explain.h"

#include "cli/nouns.h"

namespace openirsa::cli {
namespace {

std::string text_of(const json::object& object, std::string_view member) {
  return shown(find_string(object, member).value_or(""));
}

void line(const char* label, const std::string& value) {
  if (!value.empty()) print("  " + std::string(label) + value);
}

void show_decisive(const json::object& decision) {
  const json::object* decisive = find_object(decision, "decisive");
  if (decisive == nullptr) {
    print("ALLOWED  " + text_of(decision, "operation") + " by " + text_of(decision, "service"));
    return;
  }
  print("REFUSED  " + text_of(*decisive, "question") + "  No.");
  line("why:       ", text_of(*decisive, "detail"));
  line("expected:  ", text_of(*decisive, "expected"));
  line("actual:    ", text_of(*decisive, "actual"));
  line("hint:      ", text_of(*decisive, "hint"));
  line("step:      ", text_of(*decisive, "step") + " (" + text_of(*decisive, "code") + ")");
  const std::string message = text_of(decision, "message");
  line("answered:  ", text_of(decision, "code") + (message.empty() ? "" : ": " + message));
}

void show_request(const json::object& decision) {
  print("");
  const std::string id = text_of(decision, "requestId");
  print("Request " + id + (id.empty() ? "at " : " at ") + text_of(decision, "time"));
  line("operation: ", text_of(decision, "service") + ":" + text_of(decision, "operation"));
  line("caller:    ", text_of(decision, "caller"));
  line("role:      ", text_of(decision, "roleArn"));
  line("action:    ", text_of(decision, "action"));
  line("resource:  ", text_of(decision, "resource"));
  line("session:   ", text_of(decision, "sessionName"));
  if (const json::object* token = find_object(decision, "token")) {
    line("issuer:    ", text_of(*token, "issuer"));
    line("subject:   ", text_of(*token, "subject"));
    line("audience:  ", text_of(*token, "audience"));
  }
  line("source:    ", text_of(decision, "sourceIp"));
}

void show_steps(const json::object& decision) {
  const json::array* steps = find_array(decision, "steps");
  if (steps == nullptr || steps->empty()) return;
  print("");
  print("Steps passed before");
  for (const auto& step : *steps) {
    const auto* members = step.if_object();
    if (members == nullptr) continue;
    if (find_member(*members, "notChecked") != nullptr)
      print("  – " + text_of(*members, "question") + "  Not checked: claims have no signature.");
    else
      print("  ✔ " + text_of(*members, "question"));
  }
}

void show_comparison(const json::object& comparison) {
  const json::value* matched = find_member(comparison, "matched");
  const bool yes = matched != nullptr && matched->is_bool() && matched->get_bool();
  std::string text = std::string(yes ? "    ✔ " : "    ✖ ") + text_of(comparison, "element");
  for (const char* part : {"operator", "key"}) {
    if (const std::string value = text_of(comparison, part); !value.empty()) text += " " + value;
  }
  print(text);
  if (yes) return;
  line("    expected: ", text_of(comparison, "expected"));
  line("    actual:   ", text_of(comparison, "actual"));
  line("    hint:     ", text_of(comparison, "hint"));
}

void show_statements(const json::object& decision) {
  const json::object* policy = find_object(decision, "policy");
  const json::array* statements = policy == nullptr ? nullptr : find_array(*policy, "statements");
  if (statements == nullptr || statements->empty()) return;
  print("");
  print("Policy statements tried");
  for (const auto& value : *statements) {
    const auto* statement = value.if_object();
    if (statement == nullptr) continue;
    const auto index = find_integer(*statement, "index").value_or(0);
    std::string title = "  " + text_of(*statement, "policy") + " (" + text_of(*statement, "source") +
                        "), statement " + std::to_string(index + 1);
    if (const std::string sid = text_of(*statement, "sid"); !sid.empty()) title += " " + sid;
    print(title + ", " + text_of(*statement, "effect"));
    if (const json::array* comparisons = find_array(*statement, "comparisons")) {
      for (const auto& comparison : *comparisons) {
        if (const auto* members = comparison.if_object()) show_comparison(*members);
      }
    }
  }
}

int explain(const Common& common, const std::string& request_id) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto answer = connection->explain(request_id);
  if (!answer) return fail(failure_of(answer.error()));
  const json::object* decision = find_object(*answer, "decision");
  if (decision == nullptr) return fail({"the server's answer holds no decision"});
  if (common.form() == Form::json) {
    print_json(*decision);
    return 0;
  }
  show_decision(*decision);
  return 0;
}

struct Question {
  std::string request_id;
  Wanted wanted;
  bool follow = false;

  bool lists() const { return follow || wanted.last || !wanted.role.empty() || !wanted.outcome.empty(); }
};

int ask(const Common& common, const Question& question) {
  if (!question.request_id.empty() && question.lists()) {
    return fail({"a request id stands alone: leave it out, or --last, --role, --outcome and --follow"});
  }
  if (!question.request_id.empty()) return explain(common, question.request_id);
  if (!question.lists()) {
    return fail({"nothing to explain; name a request id, or say --last N, --role NAME or --follow"});
  }
  return question.follow ? follow_decisions(common, question.wanted)
                         : list_decisions(common, question.wanted);
}

}  // namespace

void show_decision(const json::object& decision) {
  show_decisive(decision);
  show_request(decision);
  show_steps(decision);
  show_statements(decision);
}

void add_explain_verb(CLI::App& program, Run& run) {
  CLI::App* verb = program.add_subcommand("explain", "why a request was allowed or refused");
  auto common = add_common(*verb);
  auto question = std::make_shared<Question>();
  refuse_empty(verb->add_option("request-id", question->request_id,
                                "request id: the AWS CLI shows it with --debug, eksctl and SDKs with the "
                                "error"));
  verb->add_option("--last", question->wanted.last, "the last N decisions, a line each; with 1 the whole one")
      ->check(CLI::Range(1, 1000));
  refuse_empty(verb->add_option("--role", question->wanted.role, "decisions about a role: its name or ARN"));
  verb->add_option("--outcome", question->wanted.outcome, "refused or allowed")
      ->check(CLI::IsMember({"refused", "allowed"}));
  verb->add_flag("-f,--follow", question->follow, "show decisions as they are made, until interrupted");
  verb->callback([&run, common, question] { run = [=] { return ask(*common, *question); }; });
}

}  // namespace openirsa::cli
