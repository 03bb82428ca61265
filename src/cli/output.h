// How verbs speak: results on stdout, human by default and JSON with -o json; errors in one line that says
// what to do.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace openirsa::cli {

struct Failure {
  std::string message;  // one line: what was wrong, and what to do
};

enum class Form { text, json };

void print(std::string_view text);          // to stdout, with a line end
void print_json(const json::value& value);  // indented
int fail(const Failure& failure);           // to stderr; answers the exit status 1

// What a verb's exit status becomes once its output has left the process: 1, with a line on stderr, when the
// output could not be written.
int finish(int status);

// Two aligned columns, as `kubectl describe` has them.
void print_fields(const std::vector<std::pair<std::string, std::string>>& fields);
// A table with a header row, as `kubectl get` has it.
void print_table(const std::vector<std::vector<std::string>>& rows);

std::string pretty(const json::value& value);

// The text with its control characters as \xNN: names, claims and messages come from strangers, and a
// terminal obeys what it is sent.
std::string shown(std::string_view text);

}  // namespace openirsa::cli
