#include "iam/rules.h"

#include <algorithm>

#include "wire/tag_text.h"

namespace openirsa::iam {
namespace {

bool is_ascii_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// REQUIRES: well-formed UTF-8, which Parameters::parse has seen to.
template <class Predicate>
bool every_scalar(std::string_view text, Predicate predicate) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t scalar = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      scalar = scalar << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    if (!predicate(scalar)) return false;
    i += length;
  }
  return true;
}

bool is_between(std::string_view text, char low, char high) {
  return std::ranges::all_of(text, [&](char c) { return c >= low && c <= high; });
}

// [\w+=,.@-]+
bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_ascii_alphanumeric(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
  });
}

// (\u002F)|(\u002F[\u0021-\u007E]+\u002F)
bool is_path(std::string_view text) {
  if (text == "/") return true;
  return text.size() >= 3 && text.front() == '/' && text.back() == '/' &&
         is_between(text.substr(1, text.size() - 2), '\x21', '\x7E');
}

// \u002F[\u0021-\u007F]*
bool is_path_prefix(std::string_view text) {
  return text.starts_with('/') && is_between(text.substr(1), '\x21', '\x7F');
}

// ((/[A-Za-z0-9\.,\+@=_-]+)*)/
bool is_policy_path(std::string_view text) {
  if (!text.starts_with('/') || !text.ends_with('/') || text.find("//") != std::string_view::npos)
    return false;
  return std::ranges::all_of(text, [](char c) {
    return is_ascii_alphanumeric(c) || std::string_view("/.,+@=_-").find(c) != std::string_view::npos;
  });
}

bool is_line_or_tab(char32_t c) { return c == 0x09 || c == 0x0A || c == 0x0D; }

// [\u0009\u000A\u000D\u0020-\u00FF]+
bool is_document(std::string_view text) {
  return !text.empty() &&
         every_scalar(text, [](char32_t c) { return is_line_or_tab(c) || (c >= 0x20 && c <= 0xFF); });
}

// [\u0020-\u00FF]+
bool is_marker(std::string_view text) {
  return !text.empty() && every_scalar(text, [](char32_t c) { return c >= 0x20 && c <= 0xFF; });
}

// [\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*
bool is_role_description(std::string_view text) {
  return every_scalar(text, [](char32_t c) {
    return is_line_or_tab(c) || (c >= 0x20 && c <= 0x7E) || (c >= 0xA1 && c <= 0xFF);
  });
}

// v[1-9][0-9]*(\.[A-Za-z0-9-]*)?
bool is_version_id(std::string_view text) {
  if (text.size() < 2 || text[0] != 'v' || text[1] < '1' || text[1] > '9') return false;
  const auto dot = text.find('.');
  if (!is_between(text.substr(1, dot == std::string_view::npos ? dot : dot - 1), '0', '9')) return false;
  if (dot == std::string_view::npos) return true;
  return std::ranges::all_of(text.substr(dot + 1),
                             [](char c) { return is_ascii_alphanumeric(c) || c == '-'; });
}

bool is_tag_key(std::string_view text) { return !text.empty() && wire::is_tag_text(text); }

// [\w]+
bool is_word(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_ascii_alphanumeric(c) || c == '_'; });
}

// ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$
bool is_account_alias(std::string_view text) {
  if (text.size() < 3 || text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::ranges::all_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

constexpr std::string_view name_pattern = R"([\w+=,.@-]+)";

}  // namespace

namespace rule {
constexpr std::size_t any_length = 1'000'000;

const TextRule access_key_id{16, 128, R"([\w]+)", is_word};
const TextRule account_alias{3, 63, "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", is_account_alias};
const TextRule action_name{.min = 3, .max = 128};
const TextRule arn{.min = 20, .max = 2048};
const TextRule client_id{.min = 1, .max = 255};
const TextRule context_key{.min = 5, .max = 256};
const TextRule context_value{.min = 0, .max = any_length};
const TextRule document{1, 131'072, R"([\u0009\u000A\u000D\u0020-\u00FF]+)", is_document};
const TextRule group_name{1, 128, name_pattern, is_name};
const TextRule marker{1, 320, R"([\u0020-\u00FF]+)", is_marker};
const TextRule new_user_name{1, 64, name_pattern, is_name};
const TextRule path{1, 512, R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))", is_path};
const TextRule path_prefix{1, 512, R"(\u002F[\u0021-\u007F]*)", is_path_prefix};
const TextRule policy_description{.min = 0, .max = 1000};
const TextRule policy_name{1, 128, name_pattern, is_name};
const TextRule policy_path{1, 512, R"(((/[A-Za-z0-9\.,\+@=_-]+)*)/)", is_policy_path};
const TextRule resource_handling{.min = 1, .max = 64};
const TextRule resource_name{.min = 1, .max = 2048};
const TextRule role_description{0, 1000, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)",
                                is_role_description};
const TextRule role_name{1, 64, name_pattern, is_name};
const TextRule tag_key{1, 128, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", is_tag_key};
const TextRule tag_value{0, 256, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", wire::is_tag_text};
const TextRule url{.min = 1, .max = 255};
const TextRule user_name{1, 128, name_pattern, is_name};
const TextRule version_id{0, any_length, R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", is_version_id};
}  // namespace rule

}  // namespace openirsa::iam
