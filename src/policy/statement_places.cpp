#include "policy/statement_places.h"

namespace openirsa::policy {
namespace {

// Walks JSON that is known to be well-formed, so that brackets and strings are all that matters.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  std::vector<StatementPlace> run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"')
        take_string();
      else
        take(c);
    }
    return std::move(places_);
  }

 private:
  void advance() {
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    if (byte == '\n') {
      here_ = {.line = here_.line + 1, .column = 1};
    } else if ((byte & 0xC0U) != 0x80U) {
      ++here_.column;  // the first byte of a character
    }
  }

  void take_string() {
    const std::size_t start = at_ + 1;
    advance();
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\') advance();
      if (at_ < text_.size()) advance();
    }
    if (depth_ == 1 && !is_value_) is_statement_ = text_.substr(start, at_ - start) == "Statement";
    if (at_ < text_.size()) advance();
  }

  void take(char c) {
    const bool opens = c == '{' || c == '[';
    const bool closes = c == '}' || c == ']';
    // A statement is the member's value, or an element of the array that is.
    const std::size_t level = depth_ - (closes ? 1 : 0);
    const bool of_statement = is_statement_ && is_value_ && (level == 1 || (level == 2 && in_array_));
    advance();
    if (opens && level == 1) in_array_ = c == '[';
    if (c == '{' && of_statement) places_.push_back({.begin = here_, .end = {}});
    if (c == '}' && of_statement) places_.back().end = here_;
    if (opens) ++depth_;
    if (closes) --depth_;
    if (depth_ != 1) return;
    if (c == ':') is_value_ = true;
    if (c == ',') is_value_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  TextPlace here_;
  std::size_t depth_ = 0;
  bool is_value_ = false;      // of a member of the document, not its name
  bool is_statement_ = false;  // the member's name is "Statement"
  bool in_array_ = false;      // and its value is an array
  std::vector<StatementPlace> places_;
};

}  // namespace

std::vector<StatementPlace> statement_places(std::string_view text) { return Walk(text).run(); }

}  // namespace openirsa::policy
