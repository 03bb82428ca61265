// A store on disk that a test opens, closes and opens again with this or another master key. Included by
// tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "record/record.h"
#include "server/data_directory.h"
#include "store/mirror.h"
#include "store/test_directory.h"

namespace openirsa::server {

class TestStore {
 public:
  TestStore() { open('m'); }

  // The master key is 32 times that letter.
  void open(char letter) {
    mirror_.reset();
    vault_ = std::make_unique<record::Vault>(Secret(std::string(32, letter)));
    auto store = store::open_store("sqlite:" + directory_.path("data/openirsa.db"));
    ASSERT_TRUE(store) << store.error().message;
    auto mirror = store::Mirror::start(std::move(*store), record::make_decoder(*vault_, [](auto, auto) {}));
    ASSERT_TRUE(mirror) << mirror.error().message;
    mirror_ = std::move(*mirror);
  }

  store::Mirror& mirror() { return *mirror_; }
  const record::Vault& vault() const { return *vault_; }
  const DataDirectory& directory() const { return data_; }
  std::size_t count(std::string_view prefix) const { return mirror_->snapshot()->count(prefix); }
  template <class R>
  R copy_of(const std::string& key) const {
    const auto snapshot = mirror_->snapshot();
    const auto* record = record::find<R>(*snapshot, key);
    EXPECT_NE(record, nullptr) << key;
    return record == nullptr ? R{} : *record;
  }

 private:
  store::TestDirectory directory_{store::Where::memory};
  DataDirectory data_ = *DataDirectory::open(directory_.path("data"));
  std::unique_ptr<record::Vault> vault_;
  std::unique_ptr<store::Mirror> mirror_;
};

}  // namespace openirsa::server
