// Does a refusal that stands in a file as one line say the same whatever texts it carries, and can a torn or
// foreign line break what reads it? Input: the texts of a trace, a line each; or, behind a first line `-`, a
// line of the file.
#include "audit/refusal_line.h"
#include "base/text.h"
#include "fuzz.h"

namespace {

using namespace openirsa;
using fuzz::require;

wire::Trace trace_of(fuzz::Lines& lines) {
  wire::Trace trace;
  trace.request_id = lines.next();
  trace.time = time_of_seconds(1795521600);
  trace.service = "sts";
  trace.operation = lines.next();
  trace.status = 403;
  for (std::string* text : {&trace.role_arn, &trace.issuer, &trace.subject, &trace.audience, &trace.key_id,
                            &trace.wire_code, &trace.wire_message, &trace.account, &trace.session_name}) {
    *text = lines.next();
  }
  trace.fail(wire::Step::audience_allowed, std::string(lines.next()), std::string(lines.next()),
             std::string(lines.next()), std::string(lines.next()), std::string(lines.next()));
  policy::Explanation explanation;
  while (!lines.ended() && explanation.statements.size() < 600) {
    policy::StatementTrace statement;
    statement.policy = lines.next();
    statement.source = policy::Source::trust;
    statement.comparisons.push_back({.element = "Condition",
                                     .op = "StringEquals",
                                     .key = std::string(lines.next()),
                                     .expected = std::string(lines.next()),
                                     .actual = std::string(lines.next()),
                                     .matched = false,
                                     .hint = {}});
    explanation.statements.push_back(std::move(statement));
  }
  if (!explanation.statements.empty()) trace.explanation = std::move(explanation);
  return trace;
}

void check_line(std::string_view line) {
  const auto facts = audit::facts_of_line(line);
  const auto decision = audit::decision_of_line(line);
  if (!facts || !decision) return;
  const auto id = find_string(*decision, "requestId");
  const bool plain = line.find('\\') == line.npos;
  if (id && plain && line.find("\"requestId\"") == line.rfind("\"requestId\""))
    require(facts->id == audit::mark_of(*id), "an index finds what the line says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::Lines lines(text);
  if (text.starts_with("-\n")) {
    check_line(text.substr(2));
    return 0;
  }
  if (!is_utf8(text)) return 0;  // texts of a trace are UTF-8 when they get here
  const wire::Trace trace = trace_of(lines);
  const std::string line = audit::refusal_line(trace, size);
  require(line.ends_with('\n') && line.find('\n') == line.size() - 1, "one line");
  require(line.size() <= audit::longest_line + 1, "of bounded length");
  const std::string_view body = std::string_view(line).substr(0, line.size() - 1);
  const auto decision = audit::decision_of_line(body);
  require(decision.has_value(), "a written line is read");
  const auto facts = audit::facts_of_line(body);
  if (trace.request_id.empty()) return 0;
  require(facts && facts->sequence == size, "with its number");
  check_line(body);
  const auto role = find_string(*decision, "roleArn");
  require(!role || facts->role != 0 || audit::role_name(*role).empty() || body.find('\\') != body.npos,
          "and its role");
  return 0;
}
