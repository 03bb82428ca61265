// A fetcher that may go to 127.0.0.1 alone, an authority that it trusts, and names of our own. Included by
// tests only.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/outbound.h"
#include "http/tls_test_host.h"

namespace openirsa::http::test {

inline std::string name_of(FetchFault fault) {
  switch (fault) {
    case FetchFault::refused:
      return "refused";
    case FetchFault::unresolved:
      return "unresolved";
    case FetchFault::unreachable:
      return "unreachable";
    case FetchFault::timed_out:
      return "timed_out";
    case FetchFault::untrusted:
      return "untrusted";
    case FetchFault::too_large:
      return "too_large";
    case FetchFault::too_many_redirects:
      return "too_many_redirects";
    case FetchFault::bad_status:
      return "bad_status";
    case FetchFault::bad_content:
      return "bad_content";
  }
  return "?";
}

// The addresses of names; every name of which nothing was said is 127.0.0.1. Outlives its fetcher.
class TestNames {
 public:
  void set(const std::string& host, std::vector<std::string> addresses) {
    const std::lock_guard lock(shared_->mutex);
    shared_->answers[host] = {std::move(addresses)};
  }
  // One answer for the first question, the next for the second; the last one stays.
  void set_each(const std::string& host, std::vector<std::vector<std::string>> answers) {
    const std::lock_guard lock(shared_->mutex);
    shared_->answers[host] = std::move(answers);
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->asked;
  }
  std::function<std::vector<IpAddress>(const std::string&)> resolver() const {
    return [shared = shared_](const std::string& host) {
      const std::lock_guard lock(shared->mutex);
      shared->asked.push_back(host);
      const auto found = shared->answers.find(host);
      if (found == shared->answers.end()) return std::vector{*IpAddress::parse("127.0.0.1")};
      std::vector<IpAddress> addresses;
      for (const auto& text : found->second.front()) addresses.push_back(*IpAddress::parse(text));
      if (found->second.size() > 1) found->second.erase(found->second.begin());
      return addresses;
    };
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::map<std::string, std::vector<std::vector<std::string>>> answers;
    std::vector<std::string> asked;
  };
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

class OutboundTest : public testing::Test {
 protected:
  OutboundTest() {
    settings.addresses = *AddressPolicy::parse({"127.0.0.1"});
    settings.roots_pem = authority.pem();
    settings.timeout = std::chrono::seconds(10);
    settings.resolve = names.resolver();
  }

  Outbound& outbound() {
    if (!outbound_) outbound_ = Outbound::start(settings);
    return *outbound_;
  }

  // A server named issuer.test, or as `spec` says.
  std::unique_ptr<TlsHost> host(TlsHost::Script script, const CertificateSpec& spec = {}) const {
    return std::make_unique<TlsHost>(issue(spec, &authority), authority, std::move(script));
  }
  static Fetch to(const TlsHost& host, const std::string& path = "/keys",
                  const std::string& name = "issuer.test") {
    return Fetch{.url = "https://" + name + ":" + std::to_string(host.port()) + path, .ports = {host.port()}};
  }

  Result<Fetched, FetchFailure> get(const Fetch& fetch) {
    auto promise = std::make_shared<std::promise<Result<Fetched, FetchFailure>>>();
    auto future = promise->get_future();
    outbound().get(
        fetch, [promise](Result<Fetched, FetchFailure> result) { promise->set_value(std::move(result)); });
    return future.get();
  }
  // "ok BODY", or "FAULT: REASON".
  std::string outcome(const Fetch& fetch) {
    const auto result = get(fetch);
    return result ? "ok " + result->body : name_of(result.error().fault) + ": " + result.error().reason;
  }
  // The fault alone, or "ok".
  std::string verdict(const Fetch& fetch) {
    const auto result = get(fetch);
    return result ? "ok" : name_of(result.error().fault);
  }

  const TestCertificate authority = issue({.name = "test authority", .authority = true});
  TestNames names;
  OutboundSettings settings;

 private:
  std::unique_ptr<Outbound> outbound_;
};

}  // namespace openirsa::http::test
