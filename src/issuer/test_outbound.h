// A fetcher whose answers a test gives, and what it answers with. Included by tests only.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "http/outbound.h"
#include "token/jwk.h"

namespace openirsa::issuer {

class TestOutbound final : public http::Outbound {
 public:
  ~TestOutbound() override {
    while (pending() > 0) fail(http::FetchFault::unreachable);
    while (!chains_.empty()) answer_chain(http::FetchFailure{http::FetchFault::unreachable, 0, "ended"});
  }

  void get(http::Fetch fetch, OnFetched done) override {
    const std::lock_guard lock(mutex_);
    ++begun_;
    fetches_.push_back({std::move(fetch), std::move(done)});
  }
  void chain(http::Fetch fetch, OnChain done) override {
    const std::lock_guard lock(mutex_);
    chains_.push_back({std::move(fetch), std::move(done)});
  }

  std::size_t pending() const {
    const std::lock_guard lock(mutex_);
    return fetches_.size();
  }
  std::size_t begun() const {
    const std::lock_guard lock(mutex_);
    return begun_;
  }
  http::Fetch next() const {
    const std::lock_guard lock(mutex_);
    return fetches_.empty() ? http::Fetch{} : fetches_.front().fetch;
  }
  http::Fetch next_chain() const {
    const std::lock_guard lock(mutex_);
    return chains_.empty() ? http::Fetch{} : chains_.front().fetch;
  }

  // The oldest fetch ends so.
  void answer(std::string body) { end(http::Fetched{std::move(body), {}, {}}); }
  void fail(http::FetchFault fault, int status = 0) { end(http::FetchFailure{fault, status, "it failed"}); }
  void answer_chain(Result<std::vector<std::string>, http::FetchFailure> came) {
    auto asked = take(chains_);
    asked.done(std::move(came));
  }

 private:
  template <class Done>
  struct Asked {
    http::Fetch fetch;
    Done done;
  };

  template <class Queue>
  typename Queue::value_type take(Queue& queue) {
    const std::lock_guard lock(mutex_);
    if (queue.empty()) throw std::logic_error("nothing is being fetched");
    auto asked = std::move(queue.front());
    queue.pop_front();
    return asked;
  }
  void end(Result<http::Fetched, http::FetchFailure> came) {
    auto asked = take(fetches_);
    asked.done(std::move(came));
  }

  mutable std::mutex mutex_;
  std::size_t begun_ = 0;
  std::deque<Asked<OnFetched>> fetches_;
  std::deque<Asked<OnChain>> chains_;
};

inline json::object discovery_document(const std::string& issuer) {
  return {{"issuer", issuer},
          {"jwks_uri", issuer + "/keys"},
          {"response_types_supported", json::array{"id_token"}},
          {"subject_types_supported", json::array{"public"}},
          {"id_token_signing_alg_values_supported", json::array{"RS256"}}};
}

// A set of one key with this id.
inline std::string key_set(const std::string& key_id) {
  static const crypto::PublicKey key = crypto::PrivateKey::generate(crypto::KeyType::p256).public_key();
  return token::JwkSet{{token::Jwk{key_id, std::nullopt, key}}}.to_text();
}

}  // namespace openirsa::issuer
