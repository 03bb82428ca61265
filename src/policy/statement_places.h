// Where the statements of a document stand in its text, for those who show them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace openirsa::policy {

// From 1. As AWS counts, a column is that of the character after the brace.
struct TextPlace {
  std::size_t line = 1;
  std::size_t column = 1;
};
struct StatementPlace {
  TextPlace begin;
  TextPlace end;
};

// In order. REQUIRES: a text that Policy::parse accepts.
std::vector<StatementPlace> statement_places(std::string_view text);

}  // namespace openirsa::policy
