// Can any bytes break the HTTP request parser? Besides crashes it looks for a second reading: however the
// same bytes are cut, the outcome must be one (a parser that can be made to see two requests can be smuggled
// through).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/request_parser.h"

namespace {

using openirsa::http::ParserLimits;
using openirsa::http::RequestParser;
using openirsa::http::TargetForm;

constexpr ParserLimits limits{512, 64};

void require(bool condition) {
  if (!condition) std::abort();
}

std::string outcome(const RequestParser& parser, std::size_t used) {
  if (parser.state() == RequestParser::State::failed)
    return "failed " + std::to_string(parser.fault().status);
  std::string text = std::to_string(static_cast<int>(parser.state())) + ' ' + std::to_string(used);
  if (parser.state() != RequestParser::State::complete) return text;
  const auto& request = parser.request();
  for (const auto* part : {&request.method, &request.target, &request.path, &request.query, &request.body}) {
    text += '\n' + *part;
  }
  for (const auto& [name, value] : request.headers) text += '\n' + name + ": " + value;
  return text + (parser.keep_alive() ? "\nkeep" : "\nclose");
}

// Fed in pieces of at most `size` bytes.
std::string read(RequestParser& parser, std::string_view bytes, std::size_t size) {
  parser.reset();
  std::size_t used = 0;
  while (used < bytes.size()) {
    const std::size_t taken = parser.feed(bytes.substr(used, size));
    used += taken;
    if (taken == 0) break;
  }
  return outcome(parser, used);
}

void check_promises(const RequestParser& parser) {
  if (parser.state() == RequestParser::State::failed) {
    require(parser.fault().status >= 400 && parser.fault().status <= 505 && !parser.fault().reason.empty());
  }
  if (parser.state() != RequestParser::State::complete) return;
  const auto& request = parser.request();
  require(request.body.size() <= limits.body_bytes);
  require(request.count_headers("host") <= 1);
  require(request.count_headers("content-length") == 0 || request.count_headers("transfer-encoding") == 0);
  for (const auto& [name, value] : request.headers) {
    require(name.find_first_of(" \t\r\n:") == std::string::npos && !name.empty());
    require(
        std::none_of(value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const TargetForm form = data[0] % 8 == 0 ? TargetForm::authority : TargetForm::origin;
  const std::size_t piece = data[0] / 8 + 2U;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  RequestParser parser(limits, form);
  const std::string whole = read(parser, bytes, bytes.size());
  check_promises(parser);
  require(read(parser, bytes, 1) == whole);
  require(read(parser, bytes, piece) == whole);
  return 0;
}
