#include "audit/refusal_line.h"

#include <charconv>
#include <functional>

#include "audit/sequence.h"

namespace openirsa::audit {
namespace {

constexpr std::string_view opening = "{\"sequence\":";
constexpr std::string_view middle = ",\"decision\":{";

std::string line_of(const json::object& decision, std::uint64_t sequence) {
  std::string line(opening);
  line.append(std::to_string(sequence)).append(middle.substr(0, middle.size() - 1));
  line.append(json::serialize(decision)).append("}\n");
  return line;
}

// Half of the statements at a time; what decided stands in other members.
void shorten(json::object& decision) {
  json::object& policy = decision.at("policy").as_object();
  json::array& statements = policy.at("statements").as_array();
  statements.resize(statements.size() / 2);
  policy["truncated"] = true;
}

bool can_shorten(const json::object& decision) {
  const json::object* policy = find_object(decision, "policy");
  const json::array* statements = policy == nullptr ? nullptr : find_array(*policy, "statements");
  return statements != nullptr && !statements->empty();
}

// Text of a member as it stands in JSON. Inside another text the quotes would have backslashes before them.
std::string_view member_text(std::string_view line, std::string_view opening_of_member) {
  const std::size_t found = line.find(opening_of_member);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = line.substr(found + opening_of_member.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

std::string refusal_line(wire::Trace trace, std::uint64_t sequence) {
  trace.complete();
  trace.clip();
  json::object decision = wire::to_json(trace);
  std::string line = line_of(decision, sequence);
  while (line.size() > longest_line && can_shorten(decision)) {
    shorten(decision);
    line = line_of(decision, sequence);
  }
  return line;
}

std::optional<LineFacts> facts_of_line(std::string_view line) {
  if (!line.starts_with(opening) || !line.ends_with("}}")) return std::nullopt;
  LineFacts facts;
  const char* const number = line.data() + opening.size();
  const auto read = std::from_chars(number, line.data() + line.size(), facts.sequence);
  if (facts.sequence > Sequence::last_possible) return std::nullopt;
  const std::string_view rest = line.substr(static_cast<std::size_t>(read.ptr - line.data()));
  if (read.ec != std::errc{} || !rest.starts_with(middle)) return std::nullopt;
  const std::string_view id = member_text(rest, ",\"requestId\":\"");
  if (id.empty()) return std::nullopt;
  facts.id = mark_of(id);
  const std::string_view role = role_name(member_text(rest, ",\"roleArn\":\""));
  facts.role = role.empty() ? 0 : mark_of(role);
  return facts;
}

std::optional<json::object> decision_of_line(std::string_view line) {
  auto object = parse_json_object(line);
  if (!object) return std::nullopt;
  json::value* decision = object->if_contains("decision");
  if (decision == nullptr || !decision->is_object()) return std::nullopt;
  return std::move(decision->as_object());
}

std::uint32_t mark_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

std::string_view role_name(std::string_view name_or_arn) {
  return name_or_arn.substr(name_or_arn.rfind('/') + 1);
}

bool is_role(std::string_view role_arn, std::string_view name_or_arn) {
  return name_or_arn.starts_with("arn:") ? role_arn == name_or_arn
                                         : !role_arn.empty() && role_name(role_arn) == name_or_arn;
}

}  // namespace openirsa::audit
