#include "http/outbound_job.h"

#include <algorithm>

#include "http/grammar.h"

namespace openirsa::http {
namespace {

// A host with more addresses than this gains nothing from the others.
constexpr std::size_t max_addresses = 8;

// A URL, made fit for one line of a log: neither its query nor user information, where secrets are.
std::string shown(std::string_view url) {
  std::string text(url.substr(0, std::min(url.find_first_of("?#"), std::size_t{200})));
  const auto scheme = text.find("://");
  const auto authority = scheme == std::string::npos ? 0 : scheme + 3;
  const auto user = text.substr(0, text.find('/', authority)).rfind('@');
  if (user != std::string::npos && user >= authority) text.erase(authority, user + 1 - authority);
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

OutboundJob::OutboundJob(const OutboundMeans& means, Fetch fetch, bool chain_only, Instant deadline,
                         OnEnd on_end)
    : means_(means),
      fetch_(std::move(fetch)),
      chain_only_(chain_only),
      deadline_(deadline),
      on_end_(std::move(on_end)),
      roots_(means.roots),
      bearer_token_(fetch_.bearer_token) {}

OutboundJob::~OutboundJob() {
  if (transfer_) means_.loop.cancel(transfer_);
}

void OutboundJob::begin() {
  if (!on_end_) return;
  if (bearer_token_ && (bearer_token_->empty() || !is_field_value(*bearer_token_))) {
    return fail(FetchFault::refused, "the bearer token cannot be sent in a header");
  }
  if (fetch_.authority_pem) {
    auto roots = TrustedRoots::only(*fetch_.authority_pem);
    if (!roots) return fail(FetchFault::untrusted, roots.error().message);
    roots_ = *std::move(roots);
  }
  visit(OutboundUrl::parse(fetch_.url));
}

void OutboundJob::abandon(FetchFault fault, const std::string& reason) {
  if (on_end_) fail(fault, reason);
}

void OutboundJob::visit(Result<OutboundUrl, std::string> url) {
  const std::string which = redirects_ == 0 ? "the URL" : "the redirect's URL";
  if (!url) return fail(FetchFault::refused, which + " is refused: " + url.error());
  const bool port_allowed =
      url->port == 443 || std::ranges::find(fetch_.ports, url->port) != fetch_.ports.end();
  if (!port_allowed) {
    return fail(FetchFault::refused,
                which + " is refused: port " + std::to_string(url->port) + " is not allowed");
  }
  url_ = *std::move(url);
  means_.settings.proxy && !proxy_ ? find_proxy() : find_host();
}

void OutboundJob::find_proxy() {
  // One name for all, so nobody's share: a payer whose names are dead still finds the proxy.
  means_.names.find(
      *means_.settings.proxy,
      [weak = weak_from_this()](const std::vector<Endpoint>& found, const std::string& reason) {
        const auto self = weak.lock();
        if (!self || !self->on_end_) return;
        if (found.empty())
          return self->fail(FetchFault::unreachable, "the proxy's name has no address: " + reason);
        self->proxy_ = found.front();
        self->find_host();
      },
      asker("the proxy"));
}

void OutboundJob::find_host() {
  means_.names.find(
      {url_.host, url_.port},
      [weak = weak_from_this()](const std::vector<Endpoint>& found, const std::string& reason) {
        const auto self = weak.lock();
        if (self && self->on_end_) self->check_addresses(found, reason);
      },
      asker(fetch_.payer));
}

void OutboundJob::check_addresses(const std::vector<Endpoint>& found, const std::string& reason) {
  addresses_.clear();
  std::string refusal;
  for (const auto& endpoint : found) {
    const auto address = endpoint.ip();
    if (!address || std::ranges::find(addresses_, *address) != addresses_.end()) continue;
    const auto why_not = means_.settings.addresses.refusal(*address);
    if (!why_not && addresses_.size() < max_addresses) addresses_.push_back(*address);
    if (why_not && refusal.empty()) refusal = address->text() + " is " + *why_not;
  }
  if (!addresses_.empty()) return try_next_address();
  if (!refusal.empty()) {
    return fail(FetchFault::refused,
                refusal + "; the server's administrator can allow it: outbound.allow_networks");
  }
  fail(FetchFault::unresolved, "the name has no address" + (reason.empty() ? "" : ": " + reason));
}

void OutboundJob::try_next_address() {
  // Each gets an equal share of the time that is left, so that a dead first one cannot take it all.
  const auto left = deadline_ - std::chrono::steady_clock::now();
  const auto share = std::chrono::ceil<std::chrono::milliseconds>(left / static_cast<int>(addresses_.size()));
  Hop hop{.url = url_,
          .address = addresses_.front(),
          .proxy = proxy_,
          .bearer_token = bearer_token_,
          .peer = {},
          .body_bytes = means_.settings.body_bytes,
          .connect_timeout = std::max(share, std::chrono::milliseconds{1})};
  addresses_.erase(addresses_.begin());
  hop.peer.roots = roots_;
  hop.peer.host = url_.host;
  if (!fetch_.authority_pem) hop.peer.thumbprints = fetch_.thumbprints;
  hop.peer.only_look = chain_only_;
  transfer_ = std::make_shared<Transfer>(std::move(hop), means_.settings.addresses);
  means_.loop.begin(transfer_, [weak = weak_from_this()](CURLcode code) {
    if (const auto self = weak.lock()) self->on_transfer_end(code);
  });
}

void OutboundJob::on_transfer_end(CURLcode code) {
  const auto transfer = std::move(transfer_);
  auto answer = transfer->end(code);
  if (!answer) {
    if (!transfer->heard() && !addresses_.empty()) return try_next_address();
    return fail(std::move(answer).error());
  }
  if (answer->status != 200 && !chain_only_) return follow(*std::move(answer));
  end(Product{{std::move(answer->body), url_.text(), std::move(answer->content_type)},
              std::move(answer->chain_pem)});
}

void OutboundJob::follow(HopAnswer answer) {
  if (++redirects_ > means_.settings.redirects) {
    return fail(FetchFault::too_many_redirects,
                "it redirects more than " + std::to_string(means_.settings.redirects) + " times");
  }
  auto next = url_.resolve(answer.location);
  // RFC 6750 §5.3: a token is for the server it was meant for. Once dropped it does not come back.
  if (next && next->origin() != url_.origin()) bearer_token_.reset();
  visit(std::move(next));
}

// The URL asked for, or that of the redirect that led astray. A host that was given a token may have put it
// into the redirect's path.
std::string OutboundJob::where() const {
  if (url_.host.empty()) return shown(fetch_.url);
  return redirects_ > 0 && fetch_.bearer_token ? url_.origin() : shown(url_.text());
}

void OutboundJob::fail(FetchFault fault, const std::string& reason) { fail(FetchFailure{fault, 0, reason}); }

void OutboundJob::fail(FetchFailure failure) {
  failure.reason = "`" + where() + "`: " + failure.reason;
  end(std::move(failure));
}

void OutboundJob::end(Result<Product, FetchFailure> result) {
  if (transfer_) means_.loop.cancel(transfer_);
  transfer_.reset();
  const auto on_end = std::exchange(on_end_, nullptr);
  on_end(std::move(result));
}

}  // namespace openirsa::http
