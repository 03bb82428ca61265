// The conformance suite over every back end, and over the mirror upon each.
#include <stdlib.h>

#include <filesystem>

#include "store/conformance_data.h"
#include "store/conformance_model.h"
#include "store/conformance_writers.h"
#include "store/lent_store.h"
#include "store/mirror.h"
#include "store/test_directory.h"

namespace openirsa::store {
namespace {

class OpenedMemory final : public Opened {
 public:
  explicit OpenedMemory(LogBound bound) : store_(make_memory_store(bound)) {}
  Store& store() override { return *store_; }
  std::string cannot_reopen() const override { return "keeps nothing beyond its life, by design"; }

 private:
  std::unique_ptr<Store> store_;
};

class OpenedSqlite final : public Opened {
 public:
  explicit OpenedSqlite(LogBound bound) : bound_(bound) { reopen(); }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    auto opened = open_sqlite_store(directory_.path("store.db"), bound_);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

 private:
  TestDirectory directory_;
  LogBound bound_;
  std::unique_ptr<Store> store_;
};

class OpenedMirror final : public Opened {
 public:
  explicit OpenedMirror(std::unique_ptr<Opened> under) : under_(std::move(under)) { start(); }
  Store& store() override { return *mirror_; }
  Store& other_writer() override { return under_->store(); }
  std::string cannot_reopen() const override { return under_->cannot_reopen(); }
  void reopen() override {
    mirror_.reset();
    under_->reopen();
    start();
  }

 private:
  void start() {
    auto started = Mirror::start(
        std::make_unique<LentStore>(under_->store()),
        [](std::string_view, const std::string& value) { return std::make_shared<std::string>(value); });
    ASSERT_TRUE(started) << started.error().message;
    mirror_ = *std::move(started);
  }

  std::unique_ptr<Opened> under_;
  std::unique_ptr<Mirror> mirror_;
};

template <class T>
std::unique_ptr<Opened> open_plain(LogBound bound) {
  return std::make_unique<T>(bound);
}

template <class T>
std::unique_ptr<Opened> open_mirrored(LogBound bound) {
  return std::make_unique<OpenedMirror>(open_plain<T>(bound));
}

INSTANTIATE_TEST_SUITE_P(AllStores, StoreConformance,
                         ::testing::Values(BackEnd{"memory", open_plain<OpenedMemory>},
                                           BackEnd{"sqlite", open_plain<OpenedSqlite>},
                                           BackEnd{"mirror_over_memory", open_mirrored<OpenedMemory>},
                                           BackEnd{"mirror_over_sqlite", open_mirrored<OpenedSqlite>}),
                         [](const auto& each) { return each.param.name; });

TEST(OpenStore, chooses_by_address) {
  const TestDirectory directory;
  EXPECT_TRUE(open_store("memory:"));
  const auto path = directory.path("by-url.db");
  EXPECT_TRUE(open_store("sqlite:" + path));
  EXPECT_TRUE(std::filesystem::exists(path));
  for (const auto* url : {"", "sqlite:", "sqlite", "memory", "memory:x", "postgres://h", "/path"}) {
    const auto refused = open_store(url);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, Fault::invalid) << url;
  }
}

}  // namespace
}  // namespace openirsa::store
