// Does the last use of a key outlive the server?
#include "server/key_use_keeper.h"

#include <gtest/gtest.h>

#include "base/test_clock.h"
#include "iam/bootstrap.h"
#include "record/identity.h"
#include "record/test_mirror.h"

namespace openirsa::server {
namespace {

constexpr std::int64_t noon = 1'795'521'600;

class KeyUseKeeperTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto first = iam::make_first_identities(*mirror, vault, clock.now());
    ASSERT_TRUE(first);
    id = first->access_key_id;
    use_key = record::access_key_use_key(first->account, id);
  }
  bool is_written() const { return mirror->snapshot()->find(use_key) != nullptr; }

  TestClock clock{noon};
  record::Vault vault{Secret(std::string(32, 'k'))};
  std::unique_ptr<store::Mirror> mirror = record::test::start_mirror(vault);
  iam::AccessKeyUses uses;
  std::string id;
  std::string use_key;
};

TEST_F(KeyUseKeeperTest, WritesWhenItStops) {
  KeyUseKeeper keeper(uses, *mirror, vault, clock);
  uses.used(id, "eks", "eu-west-1", clock.now());
  EXPECT_FALSE(is_written());  // the way of a request writes nothing
  keeper.stop();
  ASSERT_TRUE(is_written());
  const auto snapshot = mirror->snapshot();
  const auto* kept = record::find<record::AccessKeyUse>(*snapshot, use_key);
  EXPECT_EQ(kept->used, clock.now());
  EXPECT_EQ(kept->service, "eks");
  EXPECT_EQ(kept->region, "eu-west-1");
}

TEST_F(KeyUseKeeperTest, StopsTwiceAndWithoutAnyUse) {
  KeyUseKeeper keeper(uses, *mirror, vault, clock);
  const auto before = mirror->snapshot()->revision();
  keeper.stop();
  keeper.stop();
  EXPECT_EQ(mirror->snapshot()->revision(), before);
}

TEST_F(KeyUseKeeperTest, LivesWithAStoreThatIsClosed) {
  KeyUseKeeper keeper(uses, *mirror, vault, clock);
  uses.used(id, "iam", "us-east-1", clock.now());
  mirror->close();
  keeper.stop();
  EXPECT_FALSE(is_written());
  EXPECT_TRUE(uses.last(id));
}

}  // namespace
}  // namespace openirsa::server
