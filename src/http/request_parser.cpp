#include "http/request_parser.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.h"

namespace openirsa::http {
namespace {

constexpr std::size_t chunk_line_bytes = 1024;
constexpr std::size_t chunk_size_digits = 16;
constexpr std::size_t kept_body_capacity = 64 * 1024;
constexpr std::size_t trusted_body_reserve = 64 * 1024;
constexpr std::size_t max_fields = 256;
constexpr std::size_t kept_value_capacity = 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void RequestParser::reset() {
  request_.method.clear();
  request_.target.clear();
  request_.path.clear();
  request_.query.clear();
  request_.body.clear();
  if (request_.body.capacity() > kept_body_capacity) request_.body.shrink_to_fit();
  fault_ = {};
  phase_ = Phase::request_line;
  partial_.clear();
  line_budget_ = limits_.header_bytes;
  header_count_ = 0;
  authority_.clear();
  content_length_ = body_left_ = 0;
  extension_bytes_ = 0;
  minor_version_ = 1;
  hosts_ = codings_ = chunked_codings_ = 0;
  begun_ = length_given_ = last_coding_chunked_ = transfer_encoding_given_ = false;
  close_asked_ = keep_alive_asked_ = continue_asked_ = other_expectation_ = body_begun_ = false;
}

RequestParser::State RequestParser::state() const {
  switch (phase_) {
    case Phase::request_line:
      return begun_ ? State::header : State::idle;
    case Phase::fields:
      return State::header;
    case Phase::complete:
      return State::complete;
    case Phase::failed:
      return State::failed;
    default:
      return State::body;
  }
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && phase_ != Phase::complete && phase_ != Phase::failed) {
    const std::string_view rest = bytes.substr(used);
    if (phase_ == Phase::fixed_body) {
      used += take_fixed_body(rest);
    } else if (phase_ == Phase::chunk_data) {
      used += take_chunk_data(rest);
    } else {
      used += take_line(rest);
    }
  }
  return used;
}

std::size_t RequestParser::take_line(std::string_view bytes) {
  if (!begun_) {
    begun_ = true;
    // Told at once rather than at the timeout: TLS or another protocol on a plain port. RFC 9112 §2.2 lets an
    // empty line precede the request.
    if (!is_token(bytes.substr(0, 1)) && bytes[0] != '\r') {
      fail(400, "this is not an HTTP request");
      return 1;
    }
  }
  if (phase_ > Phase::fields) body_begun_ = true;
  const auto* end = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t length = end == nullptr ? bytes.size() : static_cast<std::size_t>(end - bytes.data()) + 1;
  if (length > line_budget_) {
    on_line_too_long();
    return length;
  }
  line_budget_ -= length;
  if (end == nullptr) {
    partial_.append(bytes);
    return length;
  }
  if (partial_.empty()) {
    on_line(bytes.substr(0, length));
  } else {
    partial_.append(bytes.substr(0, length));
    on_line(partial_);
    partial_.clear();
  }
  return length;
}

void RequestParser::on_line_too_long() {
  switch (phase_) {
    case Phase::request_line:
      return fail(414, "the request target is too long");
    case Phase::fields:
      return fail(431, "the request header is too large");
    case Phase::trailers:
      return fail(431, "the trailers are too large");
    case Phase::chunk_end:
      return fail(400, "a chunk is longer than its size");
    default:
      return fail(400, "a chunk size line is too long");
  }
}

void RequestParser::on_line(std::string_view line) {
  // RFC 9112 §2.2 lets a recipient take a bare LF for a line end; proxies that disagree on this get smuggled
  // through.
  if (line.size() < 2 || line[line.size() - 2] != '\r') return fail(400, "a line ends in a bare line feed");
  line.remove_suffix(2);
  switch (phase_) {
    case Phase::request_line:
      return on_request_line(line);
    case Phase::fields:
      return line.empty() ? on_end_of_fields() : on_field(line);
    case Phase::chunk_size:
      return on_chunk_size(line);
    case Phase::chunk_end:
      return line.empty() ? expect_chunk_size() : fail(400, "a chunk is longer than its size");
    default:
      return on_trailer(line);
  }
}

void RequestParser::on_request_line(std::string_view line) {
  if (line.empty()) return;
  const auto parts = parse_request_line(line, form_);
  if (!parts) return fail(parts.error().status, parts.error().reason);
  request_.method = parts->method;
  minor_version_ = parts->minor_version;
  authority_ = parts->authority;
  // RFC 9112 §3.2.1: the empty path of an absolute target is sent as "/".
  if (!parts->target.starts_with('/') && form_ == TargetForm::origin) request_.target = '/';
  request_.target += parts->target;
  const std::string_view target = request_.target;
  const auto question = target.find('?');
  request_.path = target.substr(0, question);
  if (question != std::string_view::npos) request_.query = target.substr(question + 1);
  phase_ = Phase::fields;
}

void RequestParser::on_field(std::string_view line) {
  // RFC 9112 §5.2: obs-fold, and white space before the first field (§2.2).
  if (line.front() == ' ' || line.front() == '\t') return fail(400, "a header line begins with white space");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return fail(400, "a header line has no colon");
  const std::string_view name = line.substr(0, colon);
  // RFC 9112 §5.1: no white space between name and colon; is_token refuses that with all else.
  if (!is_token(name)) return fail(400, "a header name is not a token");
  const std::string_view value = trim(line.substr(colon + 1));
  if (!is_field_value(value)) return fail(400, "a header value holds a control character");
  if (header_count_ == max_fields) return fail(431, "there are too many header lines");
  // Strings of the previous request on this connection are assigned to, which saves their allocations; large
  // ones are let go, or a client could make a connection hold far more than one header.
  if (header_count_ == request_.headers.size()) request_.headers.emplace_back();
  auto& header = request_.headers[header_count_++];
  if (header.second.capacity() > kept_value_capacity) header.second = std::string();
  if (header.first.capacity() > kept_value_capacity) header.first = std::string();
  header.first = name;
  header.second = value;
  on_known_field(name, value);
}

void RequestParser::on_known_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (equal_ignoring_case(name, "host")) ++hosts_;
      return;
    case 6:
      if (!equal_ignoring_case(name, "expect")) return;
      (equal_ignoring_case(value, "100-continue") ? continue_asked_ : other_expectation_) = true;
      return;
    case 10:
      if (!equal_ignoring_case(name, "connection")) return;
      for_each_element(value, [&](std::string_view option) {
        if (equal_ignoring_case(option, "close")) close_asked_ = true;
        if (equal_ignoring_case(option, "keep-alive")) keep_alive_asked_ = true;
      });
      return;
    case 14:
      if (equal_ignoring_case(name, "content-length")) on_content_length(value);
      return;
    case 17:
      if (equal_ignoring_case(name, "transfer-encoding")) on_transfer_encoding(value);
      return;
    default:
      return;
  }
}

void RequestParser::on_content_length(std::string_view value) {
  if (!is_digits(value)) return fail(400, "Content-Length is not a number");
  std::uint64_t length = 0;
  for (const char c : value) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) {
      return fail(413, "the request body is too large");
    }
    length = length * 10 + digit;
  }
  // RFC 9112 §6.3 item 5: differing lengths are an unrecoverable error; equal ones may be taken as one.
  if (length_given_ && length != content_length_) return fail(400, "two Content-Length headers differ");
  length_given_ = true;
  content_length_ = length;
}

void RequestParser::on_transfer_encoding(std::string_view value) {
  transfer_encoding_given_ = true;
  for_each_element(value, [&](std::string_view coding) {
    ++codings_;
    last_coding_chunked_ = equal_ignoring_case(coding, "chunked");
    if (last_coding_chunked_) ++chunked_codings_;
  });
}

void RequestParser::on_end_of_fields() {
  request_.headers.resize(header_count_);
  check_host();
  if (phase_ != Phase::failed) check_framing();
  if (phase_ == Phase::failed) return;
  // RFC 9110 §10.1.1: an expectation that we do not know is answered 417; HTTP/1.0 clients have none.
  if (other_expectation_ && minor_version_ == 1) return fail(417, "the expectation is not known");
  if (minor_version_ == 0) continue_asked_ = false;
  if (transfer_encoding_given_) return expect_chunk_size();
  body_left_ = content_length_;
  if (body_left_ == 0) {
    phase_ = Phase::complete;
    return;
  }
  // Not the whole length that a stranger claims: memory follows the bytes that really come.
  request_.body.reserve(std::min<std::uint64_t>(body_left_, trusted_body_reserve));
  phase_ = Phase::fixed_body;
}

void RequestParser::check_host() {
  // RFC 9112 §3.2: exactly one valid Host in HTTP/1.1; HTTP/1.0 clients may leave it out.
  if (hosts_ == 0 && minor_version_ == 1) return fail(400, "there is no Host header");
  if (hosts_ > 1) return fail(400, "there are several Host headers");
  for (auto& header : request_.headers) {
    if (!equal_ignoring_case(header.first, "host")) continue;
    if (!split_authority(header.second)) return fail(400, "the Host header is not a host");
    // RFC 9112 §3.2.2: the absolute form wins over Host.
    if (!authority_.empty()) header.second = authority_;
  }
  if (hosts_ == 0 && !authority_.empty()) request_.headers.emplace_back("Host", authority_);
}

void RequestParser::check_framing() {
  if (form_ == TargetForm::authority && (transfer_encoding_given_ || content_length_ > 0)) {
    return fail(400, "CONNECT has no body");
  }
  if (content_length_ > limits_.body_bytes) return fail(413, "the request body is too large");
  if (!transfer_encoding_given_) return;
  // RFC 9112 §6.1 and §6.3: both kinds of framing, or a transfer coding in HTTP/1.0, are attempts at
  // smuggling.
  if (length_given_) return fail(400, "Content-Length and Transfer-Encoding exclude each other");
  if (minor_version_ == 0) return fail(400, "HTTP/1.0 has no Transfer-Encoding");
  if (!last_coding_chunked_ || chunked_codings_ != 1)
    return fail(400, "chunked must be the last transfer coding");
  if (codings_ != 1) return fail(501, "no transfer coding other than chunked is known");
}

void RequestParser::expect_chunk_size() {
  phase_ = Phase::chunk_size;
  line_budget_ = chunk_line_bytes;
}

void RequestParser::on_chunk_size(std::string_view line) {
  std::size_t digits = 0;
  std::uint64_t size = 0;
  while (digits < line.size() && hex_digit(line[digits]) >= 0) {
    if (digits == chunk_size_digits) return fail(400, "a chunk size has too many digits");
    size = size << 4 | static_cast<std::uint64_t>(hex_digit(line[digits++]));
  }
  // RFC 9112 §7.1.1: extensions begin with a semicolon (white space before it is BWS), are ignored and
  // bounded in all.
  const std::string_view extension = trim(line.substr(digits));
  if (digits == 0 || (!extension.empty() && (extension.front() != ';' || !is_field_value(extension)))) {
    return fail(400, "a chunk size is not a hexadecimal number");
  }
  extension_bytes_ += line.size() - digits;
  if (extension_bytes_ > limits_.header_bytes) return fail(400, "the chunk extensions are too long");
  if (size > limits_.body_bytes - request_.body.size()) return fail(413, "the request body is too large");
  body_left_ = size;
  phase_ = size == 0 ? Phase::trailers : Phase::chunk_data;
  if (size == 0) line_budget_ = limits_.header_bytes;
}

std::size_t RequestParser::take_fixed_body(std::string_view bytes) {
  body_begun_ = true;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_left_));
  request_.body.append(bytes.substr(0, length));
  body_left_ -= length;
  if (body_left_ == 0) phase_ = Phase::complete;
  return length;
}

std::size_t RequestParser::take_chunk_data(std::string_view bytes) {
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), body_left_));
  request_.body.append(bytes.substr(0, length));
  body_left_ -= length;
  if (body_left_ == 0) {
    phase_ = Phase::chunk_end;
    line_budget_ = 2;
  }
  return length;
}

void RequestParser::on_trailer(std::string_view line) {
  if (line.empty()) {
    phase_ = Phase::complete;
    return;
  }
  // RFC 9110 §6.5.1: trailers are dropped, never merged; yet they must be well-formed.
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_field_value(line.substr(colon + 1))) {
    fail(400, "a trailer line is malformed");
  }
}

void RequestParser::fail(int status, std::string_view reason) {
  phase_ = Phase::failed;
  fault_ = {status, reason};
}

}  // namespace openirsa::http
