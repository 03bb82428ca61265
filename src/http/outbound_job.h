// One fetch of the guarded fetcher from its URL to its end: look up, check, connect, follow redirects. On the
// fetcher's thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/name_lookup.h"
#include "http/outbound.h"
#include "http/outbound_loop.h"
#include "http/outbound_transfer.h"
#include "http/outbound_url.h"

namespace openirsa::http {

// What all fetches share.
struct OutboundMeans {
  const OutboundSettings& settings;
  OutboundLoop& loop;
  NameLookup& names;
  std::shared_ptr<const TrustedRoots> roots;
};

class OutboundJob : public std::enable_shared_from_this<OutboundJob> {
 public:
  using Instant = OutboundLoop::Instant;
  struct Product {
    Fetched fetched{};
    std::vector<std::string> chain{};
  };
  using OnEnd = std::function<void(Result<Product, FetchFailure>)>;

  // `chain_only`: the certificates are wanted, not the document.
  OutboundJob(const OutboundMeans& means, Fetch fetch, bool chain_only, Instant deadline, OnEnd on_end);
  ~OutboundJob();

  // Calls `on_end` once, perhaps at once, unless `abandon` comes first.
  void begin();
  // Ends it now with this fault. Nothing when it has ended.
  void abandon(FetchFault fault, const std::string& reason);

  Instant deadline() const { return deadline_; }

 private:
  void visit(Result<OutboundUrl, std::string> url);
  void find_proxy();
  void find_host();
  void check_addresses(const std::vector<Endpoint>& found, const std::string& reason);
  void try_next_address();
  void on_transfer_end(CURLcode code);
  void follow(HopAnswer answer);
  std::string where() const;
  NameLookup::Asker asker(std::string payer) const { return {std::move(payer), deadline_}; }
  void fail(FetchFault fault, const std::string& reason);
  void fail(FetchFailure failure);
  void end(Result<Product, FetchFailure> result);

  const OutboundMeans& means_;
  const Fetch fetch_;
  const bool chain_only_;
  const Instant deadline_;
  OnEnd on_end_;  // empty once it was called
  std::shared_ptr<const TrustedRoots> roots_;
  std::optional<std::string> bearer_token_;
  std::optional<Endpoint> proxy_;
  OutboundUrl url_;
  std::size_t redirects_ = 0;
  std::vector<IpAddress> addresses_;    // allowed ones, not tried yet
  std::shared_ptr<Transfer> transfer_;  // its thread has it too, until it has ended
};

}  // namespace openirsa::http
