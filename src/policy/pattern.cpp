#include "policy/pattern.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::policy {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(char a, char b, Case letters) {
  return a == b || (letters == Case::ignored && lower(a) == lower(b));
}

// How many bytes the character at the front of `text` takes; bytes that are no UTF-8 count one each.
std::size_t character_length(std::string_view text) {
  std::size_t length = 1;
  while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) ++length;
  return length;
}

// Where the variable that opens at `text[0]` closes; npos when it does not. Quotes hide a brace.
std::size_t closing_brace(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (text[i] == '}' && !quoted) return i;
  }
  return std::string_view::npos;
}

std::optional<std::string_view> value_of(const Piece& variable, const Context* context) {
  const Context::Key* key = context == nullptr ? nullptr : context->find(variable.text);
  if (key == nullptr || key->values.empty()) {
    if (variable.fallback) return *variable.fallback;
    return std::nullopt;
  }
  return value_of_variable(variable.text, context);
}

Piece variable_piece(std::string_view inside) {
  const std::size_t comma = inside.find(',');
  Piece piece{
      .kind = Piece::Kind::variable, .text = std::string(trim(inside.substr(0, comma))), .fallback = {}};
  if (comma == std::string_view::npos) return piece;
  const std::string_view quoted = trim(inside.substr(comma + 1));
  if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'') {
    piece.fallback = std::string(quoted.substr(1, quoted.size() - 2));
  } else {
    piece.text.clear();  // not the grammar's form: a variable that never has a value
  }
  return piece;
}

void append_literal(std::vector<Piece>& pieces, char c) {
  if (pieces.empty() || pieces.back().kind != Piece::Kind::literal) {
    pieces.push_back({.kind = Piece::Kind::literal, .text = {}, .fallback = {}});
  }
  pieces.back().text.push_back(c);
}

void append_wildcard(std::vector<Piece>& pieces, Piece::Kind kind) {
  const bool repeated = kind == Piece::Kind::any && !pieces.empty() && pieces.back().kind == kind;
  if (!repeated) pieces.push_back({.kind = kind, .text = {}, .fallback = {}});
}

// Walks a pattern symbol by symbol, with each variable replaced by its value.
class Cursor {
 public:
  enum class Symbol { end, any, one, letter };

  Cursor(const std::vector<Piece>& pieces, const Context* context) : pieces_(&pieces), context_(context) {
    enter();
  }

  Symbol symbol() const {
    if (!rest_.empty()) return Symbol::letter;
    if (at_ == pieces_->size()) return Symbol::end;
    return (*pieces_)[at_].kind == Piece::Kind::any ? Symbol::any : Symbol::one;
  }
  char letter() const { return rest_.front(); }
  void next() {
    if (!rest_.empty()) rest_.remove_prefix(1);
    if (!rest_.empty()) return;
    ++at_;
    enter();
  }

 private:
  // Stops at a wildcard, at the end, or at a piece that has text.
  void enter() {
    for (; at_ < pieces_->size(); ++at_) {
      const Piece& piece = (*pieces_)[at_];
      if (piece.kind == Piece::Kind::any || piece.kind == Piece::Kind::one) return;
      rest_ = piece.kind == Piece::Kind::literal ? std::string_view(piece.text)
                                                 : value_of(piece, context_).value_or(std::string_view{});
      if (!rest_.empty()) return;
    }
  }

  const std::vector<Piece>* pieces_;
  const Context* context_;
  std::size_t at_ = 0;
  std::string_view rest_;
};

// Only the last `*` is ever taken back: an earlier one cannot help where the later one failed.
bool match(Cursor pattern, std::string_view text, Case letters) {
  using Symbol = Cursor::Symbol;
  std::optional<Cursor> after_star;
  std::size_t star_at = 0;
  std::size_t at = 0;
  for (;;) {
    switch (pattern.symbol()) {
      case Symbol::any:
        pattern.next();
        if (pattern.symbol() == Symbol::end) return true;
        after_star = pattern;
        star_at = at;
        continue;
      case Symbol::one:
        if (at == text.size()) return false;
        at += character_length(text.substr(at));
        pattern.next();
        continue;
      case Symbol::letter:
        if (at == text.size()) return false;
        if (!same(pattern.letter(), text[at], letters)) break;
        ++at;
        pattern.next();
        continue;
      case Symbol::end:
        if (at == text.size()) return true;
        break;
    }
    if (!after_star || star_at == text.size()) return false;
    pattern = *after_star;
    at = ++star_at;
  }
}

}  // namespace

std::optional<std::string_view> value_of_variable(std::string_view key, const Context* context) {
  const Context::Key* found = context == nullptr ? nullptr : context->find(key);
  // Multi-valued keys cannot be variables.
  if (found == nullptr || found->multivalued || found->values.size() != 1) return std::nullopt;
  return found->values.front();
}

Pattern Pattern::compile(std::string_view text, Syntax syntax) {
  Pattern pattern;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const bool opens = syntax.variables && i >= syntax.variables_from && rest.starts_with("${");
    const std::size_t close = opens ? closing_brace(rest) : std::string_view::npos;
    if (close != std::string_view::npos) {
      const std::string_view inside = rest.substr(2, close - 2);
      if (inside == "*" || inside == "?" || inside == "$") {
        append_literal(pattern.pieces_, inside.front());
      } else {
        pattern.pieces_.push_back(variable_piece(inside));
        pattern.has_variables_ = true;
      }
      i += close;
    } else if (syntax.wildcards && text[i] == '*') {
      append_wildcard(pattern.pieces_, Piece::Kind::any);
    } else if (syntax.wildcards && text[i] == '?') {
      append_wildcard(pattern.pieces_, Piece::Kind::one);
    } else {
      append_literal(pattern.pieces_, text[i]);
    }
  }
  return pattern;
}

bool Pattern::resolves(const Context* context) const {
  return !has_variables_ || std::ranges::all_of(pieces_, [&](const Piece& piece) {
    return piece.kind != Piece::Kind::variable || value_of(piece, context).has_value();
  });
}

bool Pattern::has_only_wildcards_or_variables() const {
  return std::ranges::all_of(pieces_, [](const Piece& piece) {
    if (piece.kind != Piece::Kind::literal) return true;
    return piece.text.find_first_not_of("*?") == std::string::npos;
  });
}

bool Pattern::matches(std::string_view text, const Context* context, Case letters) const {
  const bool plain = pieces_.size() == 1 && pieces_.front().kind == Piece::Kind::literal;
  if (plain && letters == Case::sensitive) return pieces_.front().text == text;
  return resolves(context) && match(Cursor(pieces_, context), text, letters);
}

std::vector<std::size_t> colons_outside_variables(std::string_view text, bool variables, std::size_t limit) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < text.size() && places.size() < limit; ++i) {
    const std::string_view rest = text.substr(i);
    const std::size_t close =
        variables && rest.starts_with("${") ? closing_brace(rest) : std::string_view::npos;
    if (close != std::string_view::npos)
      i += close;
    else if (text[i] == ':')
      places.push_back(i);
  }
  return places;
}

std::optional<ArnPattern> ArnPattern::compile(std::string_view text, bool variables) {
  const auto colons = colons_outside_variables(text, variables, 5);
  if (colons.size() < 5) return std::nullopt;
  ArnPattern pattern;
  std::size_t from = 0;
  for (const std::size_t colon : colons) {
    pattern.parts_.push_back(
        Pattern::compile(text.substr(from, colon - from), {.wildcards = true, .variables = variables}));
    from = colon + 1;
  }
  pattern.parts_.push_back(Pattern::compile(text.substr(from), {.wildcards = true, .variables = variables}));
  return pattern;
}

bool ArnPattern::matches(std::string_view arn, const Context* context) const {
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return false;
    if (!parts_[i].matches(arn.substr(0, colon), context)) return false;
    arn.remove_prefix(colon + 1);
  }
  return parts_.back().matches(arn, context);
}

}  // namespace openirsa::policy
