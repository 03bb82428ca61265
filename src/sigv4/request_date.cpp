#include "sigv4/request_date.h"

#include <string>

#include "base/time_text.h"

namespace openirsa::sigv4 {
namespace {

constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view http_date_form = "Tue, 24 Nov 2026 12:00:00 GMT";

std::optional<Time> parse_http_date(std::string_view text) {
  if (text.size() != http_date_form.size()) return std::nullopt;
  const std::size_t month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos) return std::nullopt;
  const std::string number = std::to_string(month / 3 + 1);
  std::string basic(text.substr(12, 4));
  basic += number.size() == 1 ? "0" + number : number;
  basic.append(text.substr(5, 2)).append("T");
  basic.append(text.substr(17, 2)).append(text.substr(20, 2)).append(text.substr(23, 2)).append("Z");
  const auto time = parse_basic_iso8601(basic);
  // Printing it again checks weekday, month and punctuation at once.
  if (!time || to_http_date(*time) != text) return std::nullopt;
  return time;
}

}  // namespace

std::optional<Time> parse_request_date(std::string_view text) {
  if (const auto time = parse_basic_iso8601(text)) return time;
  return parse_http_date(text);
}

}  // namespace openirsa::sigv4
