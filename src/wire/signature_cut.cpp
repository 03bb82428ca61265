#include "wire/signature_cut.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::wire {
namespace {

bool is_base64url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// How many letters of base64url stand at the beginning.
std::size_t run_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_base64url) - text.begin());
}

// Whether the run's last letters stand for the end of a JSON object, white space after it allowed. Only the
// last group is decoded, so that a long text of false beginnings costs little.
bool ends_an_object(std::string_view run) {
  const std::size_t rest = run.size() % 4;
  const auto end = from_base64url(run.substr(run.size() - (rest == 0 ? 4 : rest)));
  return end && !end->empty() && std::string_view("} \t\r\n").find(end->back()) != std::string_view::npos;
}

// Whether some end of the run is a header. `{` before a quote or white space is "ey" or "ew".
bool ends_in_header(std::string_view run) {
  for (std::size_t i = 0; i + 4 <= run.size(); ++i) {
    const std::string_view header = run.substr(i);
    if ((header.starts_with("ey") || header.starts_with("ew")) && ends_an_object(header)) return true;
  }
  return false;
}

}  // namespace

std::string without_signatures(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::string_view header = text.substr(0, run_of(text));
    std::string_view rest = text.substr(header.size());
    if (rest.empty() || rest.front() != '.' || !ends_in_header(header)) {
      // Whatever ended the run, a dot among it, begins none.
      const std::size_t step = std::min(header.size() + 1, text.size());
      kept += text.substr(0, step);
      text.remove_prefix(step);
      continue;
    }
    const std::size_t claims = run_of(rest.substr(1));
    kept.append(header).append(rest.substr(0, 1 + claims));
    rest.remove_prefix(1 + claims);
    const std::size_t signature = rest.starts_with('.') ? run_of(rest.substr(1)) : 0;
    if (signature > 0) {
      kept += ".…";
      rest.remove_prefix(1 + signature);
    }
    text = rest;
  }
  return kept;
}

}  // namespace openirsa::wire
