// One client of the CONNECT proxy: its request, the way to its target, then bytes in both directions.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/asio.h"
#include "http/census.h"
#include "http/name_lookup.h"
#include "http/proxy.h"
#include "http/request_parser.h"

namespace openirsa::http {

struct Upstream {
  HostPort address;
  std::string authorization;  // the header line with its end, or empty
  static std::optional<Upstream> parse(std::string_view text);
};

// What all tunnels of a proxy share.
struct TunnelPlan {
  ProxySettings settings;
  std::optional<Upstream> upstream;
};

class Tunnel : public std::enable_shared_from_this<Tunnel> {
 public:
  Tunnel(asio::io_context& context, std::shared_ptr<const TunnelPlan> plan, NameLookup& names,
         StreamSocket client, Census::Place place);

  void start();
  void close();

 private:
  struct Direction {
    StreamSocket* from;
    StreamSocket* to;
    std::vector<char> buffer;
    bool ended = false;
  };

  void read_request();
  void on_request_bytes(std::string_view bytes);
  void open(const HostPort& target);
  void look_up_and_connect(const HostPort& address);
  void connect(std::vector<Endpoint> endpoints);
  void ask_upstream();
  void read_upstream_answer();
  void on_upstream_answer();
  void establish();
  void relay(Direction& direction);
  void on_relayed_end(Direction& direction);
  void refuse(int status, std::string reason);
  void linger();
  void watch(std::chrono::milliseconds timeout);
  void on_timer();

  asio::io_context& context_;
  const std::shared_ptr<const TunnelPlan> plan_;
  NameLookup& names_;
  StreamSocket client_;
  StreamSocket server_;
  asio::steady_timer timer_;
  std::chrono::steady_clock::time_point deadline_;
  Census::Place place_;
  RequestParser parser_;
  HostPort target_;
  std::string early_;   // what the client sent right behind its request
  std::string text_;    // what is being written before bytes flow
  std::string answer_;  // the upstream proxy's head
  bool through_upstream_ = false;
  bool closed_ = false;
  enum class Step { request, connecting, relaying, refused } step_ = Step::request;
  Direction up_;    // client to server
  Direction down_;  // server to client
};

}  // namespace openirsa::http
