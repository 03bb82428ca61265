// Which handler a request belongs to, by listener, Host and path: health, issuer documents, a cluster's own
// endpoint, or the AWS APIs.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "http/message.h"

namespace openirsa::server {

// GET /healthz: the process answers. GET /readyz: it may be given work; 503 before that and once it stops.
class Health {
 public:
  enum class State { starting, ready, stopping };
  std::optional<http::Response> answer(const http::Request& request) const;
  void set(State state) { state_ = state; }
  bool is_starting() const { return state_ == State::starting; }

 private:
  std::atomic<State> state_{State::starting};
};

// Listeners answer as soon as they are bound, and only then are all addresses known: until the server is
// ready the APIs answer 503, which clients try again.
class Gate final : public http::Handler {
 public:
  Gate(const Health& health, http::Handler& behind) : health_(health), behind_(behind) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  const Health& health_;
  http::Handler& behind_;
};

class ApiRouter final : public http::Handler {
 public:
  struct Rooms {
    const Health& health;
    http::Handler& apis;
    http::Handler& cluster_endpoint;
    http::Handler* issuer;  // null when issuer documents have a listener of their own
    std::string issuer_host;
  };
  explicit ApiRouter(Rooms rooms) : rooms_(std::move(rooms)) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  Rooms rooms_;
};

// The issuer's own listener: documents and nothing else.
class IssuerRouter final : public http::Handler {
 public:
  IssuerRouter(const Health& health, http::Handler& issuer) : health_(health), issuer_(issuer) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  const Health& health_;
  http::Handler& issuer_;
};

// Plain HTTP on loopback: /metrics and health.
class MetricsRouter final : public http::Handler {
 public:
  MetricsRouter(const Health& health, std::function<std::string()> text)
      : health_(health), text_(std::move(text)) {}
  http::Outcome handle(const http::Request& request) override;

 private:
  const Health& health_;
  std::function<std::string()> text_;
};

}  // namespace openirsa::server
