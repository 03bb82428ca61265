// Host names to addresses without blocking the I/O thread. Asio's resolver has one thread per io_context,
// where one dead name server would hold up every other lookup and the shutdown besides.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/asio.h"
#include "http/endpoint.h"

namespace openirsa::http {

class NameLookup {
 public:
  // Addresses in the order to try (RFC 6724), or none and the resolver's reason.
  using OnFound = std::function<void(std::vector<Endpoint> endpoints, std::string reason)>;
  // Has the task run on the owner's thread, never from within the call.
  using Post = std::function<void(std::function<void()> task)>;
  // Blocks until it knows. Called by several threads at once.
  using Resolve = std::function<std::vector<Endpoint>(const HostPort& target, std::string& reason)>;

  static std::vector<Endpoint> ask_system(const HostPort& target, std::string& reason);

  // A lookup cannot be interrupted and may outlive whoever asked for it: it counts against its payer's share
  // until it ends, and is not begun at all once nobody waits for it any more.
  struct Asker {
    std::string payer{};
    std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
  };
  // How many names are looked up at once, in all and for one payer.
  struct Limits {
    std::size_t threads;
    std::size_t share;
  };

  explicit NameLookup(asio::io_context& context);
  NameLookup(Post post, Resolve resolve, Limits limits);
  // Answers that come later are dropped; nothing is waited for.
  ~NameLookup();

  // `on_found` is called on the owner's thread, never from within this call; with nothing when `until` passed
  // before the lookup could begin. Lookups of one name for one payer share one; those of another payer do
  // not, for they would wait in the first one's queue.
  void find(const HostPort& target, OnFound on_found, const Asker& asker);
  void find(const HostPort& target, OnFound on_found) { find(target, std::move(on_found), {}); }

 private:
  struct Shared;
  static void run(const std::shared_ptr<Shared>& shared);
  std::shared_ptr<Shared> shared_;
};

}  // namespace openirsa::http
