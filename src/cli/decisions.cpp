// explain --last, --role and --follow: a line for each decision, newest last.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/text.h"
#include "cli/explain.h"

namespace openirsa::cli {
namespace {

constexpr std::int64_t usual = 20;
constexpr std::int64_t most = 1000;
constexpr std::chrono::seconds between_looks{1};
constexpr int interrupted = 130;  // 128 and SIGINT, as shells have it

constexpr std::size_t columns = 8;
using Line = std::array<std::string, columns>;
const Line header{"TIME", "OPERATION", "OUTCOME", "CODE", "ROLE", "SUBJECT", "STEP", "REQUEST ID"};

std::string text_of(const json::object& object, std::string_view member) {
  return std::string(find_string(object, member).value_or(""));
}

std::string member_of(const json::object& decision, std::string_view part, std::string_view member) {
  const json::object* object = find_object(decision, part);
  return object == nullptr ? std::string() : text_of(*object, member);
}

Line line_of(const json::object& decision) {
  const std::string role = text_of(decision, "roleArn");
  const std::string subject = member_of(decision, "token", "subject");
  Line line{text_of(decision, "time"),
            text_of(decision, "service") + ":" + text_of(decision, "operation"),
            text_of(decision, "outcome"),
            text_of(decision, "code"),
            role.substr(role.rfind('/') + 1),
            subject.empty() ? text_of(decision, "caller") : subject,
            member_of(decision, "decisive", "step"),
            text_of(decision, "requestId")};
  for (std::string& cell : line) cell = cell.empty() ? "-" : shown(cell);
  return line;
}

// Columns only ever widen, so that lines which come later stand under those before.
class Table {
 public:
  void print_lines(const std::vector<Line>& lines) {
    for (const Line& line : lines) widen(line);
    if (!std::exchange(begun_, true)) {
      widen(header);
      print_line(header);
    }
    for (const Line& line : lines) print_line(line);
  }

 private:
  void widen(const Line& line) {
    for (std::size_t i = 0; i < columns; ++i) widths_[i] = std::max(widths_[i], line[i].size());
  }
  void print_line(const Line& line) const {
    std::string text;
    for (std::size_t i = 0; i + 1 < columns; ++i) {
      text.append(line[i]).append(widths_[i] - line[i].size() + 3, ' ');
    }
    print(text + line.back());
  }

  std::array<std::size_t, columns> widths_{};
  bool begun_ = false;
};

std::string target_of(const Wanted& wanted, std::int64_t limit, const std::string& after) {
  std::string target = "/openirsa/v1/decisions?last=" + std::to_string(limit);
  if (!wanted.role.empty()) target += "&role=" + percent_encode(wanted.role);
  if (!wanted.outcome.empty()) target += "&outcome=" + wanted.outcome;
  if (!after.empty()) target += "&after=" + percent_encode(after);
  return target;
}

std::vector<json::object> take_decisions(const json::object& answer) {
  std::vector<json::object> decisions;
  if (const json::array* list = find_array(answer, "decisions")) {
    for (const auto& one : *list) {
      if (const auto* decision = one.if_object()) decisions.push_back(*decision);
    }
  }
  return decisions;
}

void show(Table& table, const Common& common, const std::vector<json::object>& decisions) {
  std::vector<Line> lines;
  for (const json::object& decision : decisions) {
    if (common.form() == Form::json) {
      print(json::serialize(decision));
    } else {
      lines.push_back(line_of(decision));
    }
  }
  if (common.form() == Form::text) table.print_lines(lines);
  std::fflush(stdout);
}

void end_quietly(int) { ::_exit(interrupted); }

}  // namespace

int list_decisions(const Common& common, const Wanted& wanted) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto answer = connection->decisions(target_of(wanted, wanted.last.value_or(usual), {}));
  if (!answer) return fail(failure_of(answer.error()));
  const auto decisions = take_decisions(*answer);
  if (common.form() == Form::json) {
    print_json(json::array(decisions.begin(), decisions.end()));
  } else if (decisions.empty()) {
    print("No decisions found.");
  } else if (wanted.last == 1) {
    show_decision(decisions.front());
  } else {
    Table table;
    show(table, common, decisions);
  }
  return 0;
}

int follow_decisions(const Common& common, const Wanted& wanted) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  // Nothing is lost by ending in the middle: each page is flushed, and nobody waits for this process.
  std::signal(SIGINT, end_quietly);
  Table table;
  std::string cursor;
  std::int64_t limit = wanted.last.value_or(usual);
  for (bool told = false;;) {
    const auto answer = connection->decisions(target_of(wanted, limit, cursor));
    if (!answer && (answer.error().service || cursor.empty())) return fail(failure_of(answer.error()));
    if (!answer && !std::exchange(told, true)) {
      std::fprintf(stderr, "%s; waiting for the server\n", shown(answer.error().message).c_str());
    }
    std::size_t shown_now = 0;
    if (answer) {
      told = false;
      const auto decisions = take_decisions(*answer);
      shown_now = decisions.size();
      show(table, common, decisions);
      if (std::ferror(stdout) != 0) return 1;
      cursor = text_of(*answer, "cursor");
      limit = most;
    }
    if (shown_now < static_cast<std::size_t>(most)) std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace openirsa::cli
