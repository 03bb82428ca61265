// A mirror over a store in memory, with records in it. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "record/cluster.h"
#include "record/identifier.h"
#include "record/key.h"
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

  void put(const record::Issuer& issuer) {
    const std::string key = record::issuer_key(issuer.id);
    store::Commit commit;
    commit.puts.push_back({key, issuer.to_text(vault_, key)});
    ASSERT_TRUE(mirror_->commit(commit));
  }

 private:
  record::Vault vault_{Secret(std::string(32, 'm'))};
  std::unique_ptr<store::Mirror> mirror_;
};

}  // namespace openirsa::issuer
