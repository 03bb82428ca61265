#include "iam/managed_text.h"

#include "base/text.h"

namespace openirsa::iam {
namespace {

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Appends `text` as an element of a JSON array; our texts hold nothing that JSON escapes.
void append_element(std::string& list, std::initializer_list<std::string_view> text) {
  if (!list.empty()) list += ',';
  list += '"';
  for (const std::string_view part : text) list += part;
  list += '"';
}

// One statement while its lines come in.
class Statement {
 public:
  explicit Statement(std::string_view line) : deny_(take(line, "deny")) {
    if (!deny_) take(line, "allow");
    all_but_actions_ = line == " all but";
  }

  void add(std::string_view line) {
    if (take(line, "if ")) {
      add_condition(line);
    } else if (take(line, "on all but ")) {
      all_but_resources_ = true;
      add_words(resources_, {}, line);
    } else if (take(line, "on ")) {
      add_words(resources_, {}, line);
    } else {
      const std::size_t space = line.find(' ');
      add_words(actions_, line.substr(0, space), line.substr(space + 1));
    }
  }

  std::string to_json() const {
    const std::string_view resources = resources_.empty() ? std::string_view(R"("*")") : resources_;
    std::string text = concatenate({R"({"Effect":")", deny_ ? "Deny" : "Allow", R"(",")",
                                    all_but_actions_ ? "NotAction" : "Action", "\":[", actions_, R"(],")",
                                    all_but_resources_ ? "NotResource" : "Resource", "\":[", resources, "]"});
    if (!conditions_.empty()) text += concatenate({R"(,"Condition":{)", conditions_, "}}"});
    return text + "}";
  }

 private:
  static void add_words(std::string& list, std::string_view service, std::string_view words) {
    for (const std::string_view word : split(words, ' ')) {
      if (service.empty() || service == "*")
        append_element(list, {word});
      else
        append_element(list, {service, ":", word});
    }
  }

  // "StringEquals key = one | two"; conditions with one operator follow each other.
  void add_condition(std::string_view line) {
    const std::size_t space = line.find(' ');
    const std::size_t equals = line.find(" = ");
    const std::string_view op = line.substr(0, space);
    std::string values;
    std::string_view rest = line.substr(equals + 3);
    for (std::size_t bar = 0; bar != std::string_view::npos;) {
      bar = rest.find(" | ");
      append_element(values, {rest.substr(0, bar)});
      if (bar != std::string_view::npos) rest.remove_prefix(bar + 3);
    }
    if (op == operator_)
      conditions_ += ',';
    else
      conditions_ += concatenate({conditions_.empty() ? "\"" : "},\"", op, "\":{"});
    operator_ = op;
    conditions_ += concatenate({"\"", line.substr(space + 1, equals - space - 1), "\":[", values, "]"});
  }

  bool deny_;
  bool all_but_actions_ = false;
  bool all_but_resources_ = false;
  std::string actions_, resources_, conditions_;  // the insides of JSON's lists and object
  std::string_view operator_;
};

std::string_view without_indent(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

std::string document_of(const std::vector<Statement>& statements) {
  std::string text = R"({"Version":"2012-10-17","Statement":[)";
  for (const Statement& statement : statements) {
    if (&statement != &statements.front()) text += ',';
    text += statement.to_json();
  }
  return text + "]}";
}

}  // namespace

std::vector<WrittenPolicy> read_policies(std::string_view text) {
  std::vector<WrittenPolicy> policies;
  std::vector<Statement> statements;
  const auto finish = [&] {
    if (!policies.empty()) policies.back().document = document_of(statements);
    statements.clear();
  };
  for (const std::string_view line : split(text, '\n')) {
    std::string_view words = without_indent(line);
    const std::size_t indent = line.size() - words.size();
    if (words.empty()) continue;
    if (indent == 0) {
      finish();
      policies.push_back({.place = words, .about = {}, .document = {}});
    } else if (indent == 2 && take(words, "about ")) {
      policies.back().about = words;
    } else if (indent == 2) {
      statements.emplace_back(words);
    } else {
      statements.back().add(words);
    }
  }
  finish();
  return policies;
}

}  // namespace openirsa::iam
