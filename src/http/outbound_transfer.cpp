#include "http/outbound_transfer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "base/text.h"
#include "http/grammar.h"

namespace openirsa::http {
namespace {

constexpr std::size_t max_header_bytes = 64 * 1024;  // of all answers of one request, interim ones included

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<int> status_of(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto status = parse_integer(line.substr(space + 1, 3));
  return status ? std::optional(static_cast<int>(*status)) : std::nullopt;
}

}  // namespace

Transfer::Transfer(Hop hop, const AddressPolicy& policy)
    : hop_(std::move(hop)), policy_(policy), curl_(curl_easy_init()) {
  if (!curl_) throw std::runtime_error("libcurl cannot be initialised");
  curl_easy_setopt(curl_.get(), CURLOPT_ERRORBUFFER, reason_);
  curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
  set_route();
  set_tls();
  set_request();
}

CURLcode Transfer::perform() {
  const CURLcode code = curl_easy_perform(curl_.get());
  curl_.reset();  // closing reads what the host still sends, and must not on another thread
  return code;
}

// A socket that is shut down gives what has arrived already, and then its end.
void Transfer::cut() {
  const std::lock_guard lock(mutex_);
  cut_ = true;
  if (socket_ != CURL_SOCKET_BAD) ::shutdown(socket_, SHUT_RDWR);
}

bool Transfer::is_cut() const {
  const std::lock_guard lock(mutex_);
  return cut_;
}

void Transfer::add(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

void Transfer::set_route() {
  CURL* const curl = curl_.get();
  curl_easy_setopt(curl, CURLOPT_URL, (hop_.url.origin() + hop_.url.target).c_str());
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  // Whatever the URL's host is, libcurl looks up no name: it connects to this literal address.
  add(route_, "::" + HostPort{hop_.address.text(), hop_.url.port}.text());
  curl_easy_setopt(curl, CURLOPT_CONNECT_TO, route_.get());
  curl_easy_setopt(curl, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  // Empty, not unset: else the environment's proxy variables would be read.
  curl_easy_setopt(curl, CURLOPT_PROXY, hop_.proxy ? ("http://" + hop_.proxy->text()).c_str() : "");
  curl_easy_setopt(curl, CURLOPT_PRE_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(hop_.connect_timeout.count()));
  // A kept connection was verified for somebody else's fetch, with other roots.
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, this);
  // The proxy's header too: a body after a refused CONNECT would be read and ignored for as long as it lasts.
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
}

void Transfer::set_tls() {
  CURL* const curl = curl_.get();
  const long verified = hop_.peer.only_look ? 0 : 1;
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verified);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2 * verified);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  // The roots are those of the check; libcurl would read the system's file for each connection.
  curl_easy_setopt(curl, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_tls);
  curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, this);
}

void Transfer::set_request() {
  CURL* const curl = curl_.get();
  if (hop_.peer.only_look) {
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    return;
  }
  add(headers_, "Accept: application/json");
  if (hop_.bearer_token) add(headers_, "Authorization: Bearer " + *hop_.bearer_token);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(curl, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // none to the proxy
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "openirsa");
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_HTTP09_ALLOWED, 0L);
  curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(hop_.body_bytes));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

// libcurl's callbacks are C: an exception must not pass through them, so a failure to allocate ends the
// transfer.

// The last word before a packet leaves: what is connected to is the address that was checked, and still
// allowed.
curl_socket_t Transfer::on_open(void* user, curlsocktype, curl_sockaddr* address) noexcept try {
  auto& self = *static_cast<Transfer*>(user);
  Endpoint target;
  if (address->addrlen > sizeof target.storage) return CURL_SOCKET_BAD;
  std::memcpy(&target.storage, &address->addr, address->addrlen);
  target.length = address->addrlen;
  const Endpoint expected =
      self.hop_.proxy ? *self.hop_.proxy : Endpoint::of(self.hop_.address, self.hop_.url.port);
  const auto refusal = self.policy_.refusal(self.hop_.address);
  if (target.text() != expected.text() || refusal) {
    self.refuse(FetchFault::refused, "`" + target.text() + "` is not the address that was checked");
    return CURL_SOCKET_BAD;
  }
  return self.open(*address);
} catch (...) {
  return CURL_SOCKET_BAD;
}

curl_socket_t Transfer::open(const curl_sockaddr& address) {
  const std::lock_guard lock(mutex_);
  if (cut_) return CURL_SOCKET_BAD;
  socket_ = ::socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
  return socket_;
}

int Transfer::on_close(void* user, curl_socket_t socket) noexcept {
  auto& self = *static_cast<Transfer*>(user);
  const std::lock_guard lock(self.mutex_);  // so that `cut` never meets the number's next owner
  if (self.socket_ == socket) self.socket_ = CURL_SOCKET_BAD;
  return ::close(socket);
}

int Transfer::on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<Transfer*>(user)->is_cut() ? 1 : 0;
}

CURLcode Transfer::on_tls(CURL*, void* context, void* user) noexcept {
  return expect_peer(context, static_cast<Transfer*>(user)->hop_.peer) ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* user) noexcept try {
  auto& self = *static_cast<Transfer*>(user);
  self.header_bytes_ += size * count;
  const bool of_proxy = self.hop_.proxy && !self.hop_.peer.seen;
  if (self.header_bytes_ > max_header_bytes) {
    const std::string reason = "the header has more than 65536 bytes";
    of_proxy ? self.refuse_proxy(reason) : self.refuse(FetchFault::too_large, reason);
    return 0;
  }
  std::string_view line(data, size * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const bool taken = of_proxy ? self.take_proxy_header(line) : self.take_header(line);
  return taken ? size * count : 0;
} catch (...) {
  return 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* user) noexcept try {
  auto& self = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  // A status below 200 has no body, whatever follows it (RFC 9112 §6.3).
  if (self.answer_.status != 200)
    return self.refuse(FetchFault::bad_content, "a body follows no final status") ? bytes : 0;
  if (bytes > self.hop_.body_bytes - self.answer_.body.size()) {
    self.refuse(FetchFault::too_large,
                "the body has more than " + std::to_string(self.hop_.body_bytes) + " bytes");
    return 0;
  }
  self.answer_.body.append(data, bytes);
  return bytes;
} catch (...) {
  return 0;
}

// Of the answer to CONNECT: what follows a status that is not 2xx is for nobody.
bool Transfer::take_proxy_header(std::string_view line) {
  if (!line.starts_with("HTTP/")) return true;
  const auto status = status_of(line);
  if (!status) return refuse_proxy("the answer to CONNECT is malformed");
  return *status < 300 || refuse_proxy("the answer to CONNECT is " + std::to_string(*status));
}

bool Transfer::take_header(std::string_view line) {
  if (header_ended_) return true;  // trailers
  if (line.empty()) return end_header();
  if (line.starts_with("HTTP/")) {
    // Each status line begins a new answer: an interim one (1xx) came before.
    const auto status = status_of(line);
    if (!status) return refuse(FetchFault::bad_content, "the status line is malformed");
    answer_ = HopAnswer{.status = *status};
    length_.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_ignoring_case(name, "Location")) {
    if (!answer_.location.empty()) return refuse(FetchFault::bad_content, "it has two Location headers");
    answer_.location = value;
  } else if (equal_ignoring_case(name, "Content-Type")) {
    answer_.content_type = value;
  } else if (equal_ignoring_case(name, "Content-Length")) {
    // RFC 9112 §6.3: lengths that contradict each other end the answer; libcurl would believe the last.
    if (!is_digits(value) || (!length_.empty() && length_ != value))
      return refuse(FetchFault::bad_content, "its Content-Length is malformed or contradicts another");
    length_ = value;
  } else if (equal_ignoring_case(name, "Content-Encoding")) {
    // Nothing but `identity` was asked for (RFC 9110 §12.5.3), and a small file may unpack to a huge one.
    if (!equal_ignoring_case(value, "identity"))
      return refuse(FetchFault::bad_content, "its content encoding was not asked for");
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    if (!equal_ignoring_case(value, "chunked"))
      return refuse(FetchFault::bad_content, "its transfer encoding was not asked for");
  }
  return true;
}

bool Transfer::end_header() {
  if (answer_.status < 200) return true;
  header_ended_ = true;
  if (answer_.status == 200) return true;
  // The body of a redirect or an error is of no use: leave now.
  if (is_redirect(answer_.status) && !answer_.location.empty()) return false;
  FetchFailure failure{FetchFault::bad_status, answer_.status,
                       "the answer is " + std::to_string(answer_.status)};
  if (is_redirect(answer_.status)) failure.reason += " without a Location header";
  fault_ = std::move(failure);
  return false;
}

bool Transfer::refuse(FetchFault fault, std::string reason) {
  fault_ = FetchFailure{fault, 0, std::move(reason)};
  return false;
}

bool Transfer::refuse_proxy(std::string reason) {
  proxy_fault_ = std::move(reason);
  return false;
}

Result<HopAnswer, FetchFailure> Transfer::end(CURLcode code) {
  if (hop_.peer.floods)
    return FetchFailure{FetchFault::too_large, 0, "it sends more TLS handshake messages than any host needs"};
  if (fault_) return *fault_;
  if (hop_.peer.only_look && code == CURLE_OK) {
    answer_.chain_pem = std::move(hop_.peer.chain_pem);
    return std::move(answer_);
  }
  // libcurl takes a header that breaks off for a whole one.
  const bool whole = header_ended_ && (code == CURLE_OK || is_redirect(answer_.status));
  if (whole) return std::move(answer_);
  return failure_of(code);
}

FetchFailure Transfer::failure_of(CURLcode code) const {
  if (!hop_.peer.fault.empty())
    return {FetchFault::untrusted, 0, "the certificate is not trusted: " + hop_.peer.fault};
  const std::string reason = *reason_ != '\0' ? reason_ : curl_easy_strerror(code);
  if (hop_.proxy && !hop_.peer.seen && code != CURLE_OPERATION_TIMEDOUT)
    return {FetchFault::unreachable, 0, "by the proxy: " + (proxy_fault_.empty() ? reason : proxy_fault_)};
  switch (code) {
    case CURLE_OK:
      return {FetchFault::unreachable, 0, "the answer ends before its header does"};
    case CURLE_OPERATION_TIMEDOUT:
      return {FetchFault::timed_out, 0, reason};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {FetchFault::untrusted, 0, reason};
    case CURLE_FILESIZE_EXCEEDED:
      return {FetchFault::too_large, 0,
              "the body has more than " + std::to_string(hop_.body_bytes) + " bytes"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return {FetchFault::bad_content, 0, reason};
    case CURLE_OUT_OF_MEMORY:  // what libcurl 7.88 says of a header line above its limit
      return {FetchFault::too_large, 0, "a header line is too long"};
    default:
      return {FetchFault::unreachable, 0, reason};
  }
}

}  // namespace openirsa::http
