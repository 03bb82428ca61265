// One connection from bytes to answers, on one I/O thread. Requests are answered in order; nothing is read
// while an answer is awaited or cannot be written, so a client can make us hold one request and one read of
// input.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/asio.h"
#include "http/census.h"
#include "http/loop.h"
#include "http/request_parser.h"
#include "http/response_text.h"
#include "http/server.h"
#include "http/tls_session.h"
#include "http/worker_pool.h"

namespace openirsa::http {

// What all connections of one listener share.
struct Door {
  Limits limits;
  EngineErrorBody error_body;
  Handler* handler;
  std::shared_ptr<const TlsContext> tls;
  TrustedProxies trusted;
  bool admin;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, WorkerPool& workers, std::shared_ptr<const Door> door, StreamSocket socket,
             Peer peer, Census::Place place);

  void start();
  void drain();
  void close();
  void expire(Loop::Instant now);

  std::size_t slot() const { return slot_; }
  void set_slot(std::size_t slot) { slot_ = slot; }

 private:
  enum class Phase {
    reading,
    working,    // a Work runs or is waited for; nothing is read
    writing,    // the socket takes no more for now; nothing is read
    lingering,  // our last answer is out, the client may still be sending
    closed
  };
  enum class Stage { handshake, idle, header, body };
  enum class Flushed { all, some, failed };

  void wait_readable();
  void on_readable();
  void on_network_bytes(std::string_view bytes);
  void consume(std::string_view plain);
  void advance();
  void update_deadline();
  Stage current_stage() const;

  void handle_request();
  void suspend();
  void submit(Work work);
  void wait(Later later);
  void on_work_done(std::optional<Response> response);
  void answer(Response response);
  void refuse(int status, std::string_view reason);
  Response error_response(int status, std::string_view reason) const;
  void append(Response response, Persistence persistence, bool head_method);

  void write(std::string_view plain);
  void write_pending_plain();
  Flushed flush();
  void wait_writable();
  void finish();

  Loop& loop_;
  WorkerPool& workers_;
  const std::shared_ptr<const Door> door_;
  StreamSocket socket_;
  const Peer peer_;
  Census::Place place_;
  std::unique_ptr<TlsSession> tls_;
  RequestParser parser_;
  Phase phase_ = Phase::reading;
  Stage stage_ = Stage::idle;
  Loop::Instant deadline_ = Loop::Instant::max();
  std::string leftover_;   // pipelined bytes that wait for their turn
  std::string out_;        // to be sent; with TLS: encrypted
  std::string out_body_;   // to be sent after it, when it is worth no copy
  std::string out_plain_;  // with TLS: to be encrypted
  std::size_t out_sent_ = 0;
  std::size_t slot_ = 0;
  bool read_armed_ = false;
  bool continue_sent_ = false;
  bool last_ = false;    // no further request on this connection
  bool linger_ = false;  // the client may still be sending
};

}  // namespace openirsa::http
