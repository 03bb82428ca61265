// A mirror over a store in memory, with records in it. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "record/cluster.h"
#include "record/identifier.h"
#include "record/key.h"
#include "record/provider.h"
#include "store/mirror.h"

namespace openirsa::issuer {

class TestHouse {
 public:
  TestHouse() {
    auto decoder = record::make_decoder(
        vault_, [](std::string_view key, std::string_view why) { ADD_FAILURE() << key << ": " << why; });
    mirror_ = std::move(*store::Mirror::start(store::make_memory_store(), std::move(decoder)));
  }

  store::Mirror& mirror() { return *mirror_; }

  void put(const record::Issuer& issuer) { put(record::issuer_key(issuer.id), issuer); }
  void put(const record::OpenIdConnectProvider& provider) {
    put(record::provider_key(provider.account, provider.url), provider);
  }
  void remove(const record::OpenIdConnectProvider& provider) {
    store::Commit commit;
    commit.deletes.push_back(record::provider_key(provider.account, provider.url));
    ASSERT_TRUE(mirror_->commit(commit));
  }

 private:
  template <class R>
  void put(const std::string& key, const R& record) {
    store::Commit commit;
    commit.puts.push_back({key, record.to_text(vault_, key)});
    ASSERT_TRUE(mirror_->commit(commit));
  }

  record::Vault vault_{Secret(std::string(32, 'm'))};
  std::unique_ptr<store::Mirror> mirror_;
};

}  // namespace openirsa::issuer
