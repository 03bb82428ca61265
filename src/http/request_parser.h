// HTTP/1.1 requests from bytes, fed in pieces of any size: the outcome does not depend on how they were cut.
// Strict where leniency would let two readers see two requests (RFC 9112 §11.2). Pure: no I/O, no time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/grammar.h"
#include "http/message.h"

namespace openirsa::http {

struct ParserLimits {
  std::size_t header_bytes = 16 * 1024;  // request line, fields and the empty line; once more for trailers
  std::size_t body_bytes = 1024 * 1024;
};

class RequestParser {
 public:
  enum class State {
    idle,  // no byte yet
    header,
    body,
    complete,  // request() may be used
    failed     // fault() says why
  };

  explicit RequestParser(ParserLimits limits, TargetForm form = TargetForm::origin)
      : limits_(limits), form_(form) {
    reset();
  }

  // Takes bytes up to the end of the request or the first fault; returns how many belong to it.
  std::size_t feed(std::string_view bytes);
  // Starts the next request. Keeps `request().peer` and memory.
  void reset();

  State state() const;
  Request& request() { return request_; }
  const Request& request() const { return request_; }
  const ParseFault& fault() const { return fault_; }

  // RFC 9112 §9.3. REQUIRES: complete.
  bool keep_alive() const { return minor_version_ == 1 ? !close_asked_ : keep_alive_asked_ && !close_asked_; }
  int minor_version() const { return minor_version_; }
  // The client holds the body back until it is asked for (RFC 9110 §10.1.1), and none of it has come.
  bool wants_continue() const { return continue_asked_ && state() == State::body && !body_begun_; }

 private:
  enum class Phase {
    request_line,
    fields,
    fixed_body,
    chunk_size,
    chunk_data,
    chunk_end,
    trailers,
    complete,
    failed
  };

  std::size_t take_line(std::string_view bytes);
  std::size_t take_fixed_body(std::string_view bytes);
  std::size_t take_chunk_data(std::string_view bytes);
  void on_line(std::string_view line);
  void on_request_line(std::string_view line);
  void on_field(std::string_view line);
  void on_known_field(std::string_view name, std::string_view value);
  void on_content_length(std::string_view value);
  void on_transfer_encoding(std::string_view value);
  void on_end_of_fields();
  void check_host();
  void check_framing();
  void on_chunk_size(std::string_view line);
  void on_trailer(std::string_view line);
  void on_line_too_long();
  void expect_chunk_size();
  void fail(int status, std::string_view reason);

  ParserLimits limits_;
  TargetForm form_;
  Request request_;
  ParseFault fault_{};
  Phase phase_ = Phase::request_line;
  std::string partial_;          // the line that has not ended yet
  std::size_t line_budget_ = 0;  // bytes that lines may still take
  std::size_t header_count_ = 0;
  std::string authority_;  // of the absolute form: replaces Host
  std::uint64_t content_length_ = 0;
  std::uint64_t body_left_ = 0;  // of the fixed body or the chunk
  std::size_t extension_bytes_ = 0;
  int minor_version_ = 1;
  int hosts_ = 0;
  int codings_ = 0;
  int chunked_codings_ = 0;
  bool begun_ = false;
  bool length_given_ = false;
  bool last_coding_chunked_ = false;
  bool transfer_encoding_given_ = false;
  bool close_asked_ = false;
  bool keep_alive_asked_ = false;
  bool continue_asked_ = false;
  bool other_expectation_ = false;
  bool body_begun_ = false;
};

}  // namespace openirsa::http
