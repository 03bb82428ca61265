// One request of the guarded fetcher to one checked address: a libcurl transfer with everything switched off
// that could lead elsewhere, and limits on what it may take in. It blocks one thread; another may cut it.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/address_policy.h"
#include "http/endpoint.h"
#include "http/outbound.h"
#include "http/outbound_url.h"
#include "http/tls_peer.h"

namespace openirsa::http {

struct Hop {
  OutboundUrl url;
  IpAddress address;                // of the URL's host; the policy allows it
  std::optional<Endpoint> proxy{};  // CONNECT to `address` through it
  std::optional<std::string> bearer_token{};
  PeerCheck peer;  // with only_look no request is made
  std::size_t body_bytes;
  std::chrono::milliseconds connect_timeout;  // until TLS stands
};

struct HopAnswer {
  int status = 0;  // 200, or 3xx with a location
  std::string location{};
  std::string content_type{};
  std::string body{};
  std::vector<std::string> chain_pem{};
};

class Transfer {
 public:
  Transfer(Hop hop, const AddressPolicy& policy);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Runs it to its end; once.
  CURLcode perform();
  // From any thread: `perform` ends soon, whatever the host does.
  void cut();
  // REQUIRES: `perform` has returned this code.
  Result<HopAnswer, FetchFailure> end(CURLcode code);
  // Whether anything came from the host itself: if not, another of its addresses may do. REQUIRES: as `end`.
  bool heard() const { return hop_.peer.seen || fault_.has_value(); }

 private:
  struct Deleter {
    void operator()(CURL* p) const { curl_easy_cleanup(p); }
    void operator()(curl_slist* p) const { curl_slist_free_all(p); }
  };
  using List = std::unique_ptr<curl_slist, Deleter>;
  static void add(List& list, const std::string& line);

  static curl_socket_t on_open(void* user, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int on_close(void* user, curl_socket_t socket) noexcept;
  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
  static CURLcode on_tls(CURL* curl, void* context, void* user) noexcept;
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) noexcept;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) noexcept;

  curl_socket_t open(const curl_sockaddr& address);
  bool is_cut() const;
  void set_route();
  void set_tls();
  void set_request();
  bool take_header(std::string_view line);
  bool take_proxy_header(std::string_view line);
  bool end_header();
  bool refuse(FetchFault fault, std::string reason);  // false, so that a callback may return it
  bool refuse_proxy(std::string reason);              // likewise
  FetchFailure failure_of(CURLcode code) const;

  Hop hop_;
  const AddressPolicy& policy_;
  HopAnswer answer_;
  std::optional<FetchFailure> fault_;
  std::string proxy_fault_;
  std::string length_;  // Content-Length, as sent
  std::size_t header_bytes_ = 0;
  bool header_ended_ = false;
  char reason_[CURL_ERROR_SIZE] = "";
  mutable std::mutex mutex_;  // of the next two
  bool cut_ = false;
  int socket_ = CURL_SOCKET_BAD;  // open now
  List headers_;
  List route_;
  std::unique_ptr<CURL, Deleter> curl_;  // last: goes first, for it uses all of the above
};

}  // namespace openirsa::http
