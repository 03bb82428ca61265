#include "iam/key_use.h"

#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::World;

class KeyUse : public testing::Test {
 protected:
  std::optional<record::AccessKeyUse> kept() {
    const auto snapshot = world.mirror->snapshot();
    const auto* found = record::find<record::AccessKeyUse>(
        *snapshot, record::access_key_use_key(world.account, world.admin.id));
    return found == nullptr ? std::nullopt : std::optional(*found);
  }
  void use(std::string_view service = "iam") {
    uses.used(world.admin.id, service, "eu-west-1", world.clock.now());
  }
  void write(bool all = false) {
    const auto done = uses.write(*world.mirror, world.vault, world.clock.now(), all);
    ASSERT_TRUE(done) << done.error().message;
  }
  store::Revision revision() { return world.mirror->snapshot()->revision(); }

  World world;
  AccessKeyUses uses;
};

TEST_F(KeyUse, IsKnownAtOnceAndWrittenLater) {
  EXPECT_FALSE(uses.last(world.admin.id));
  use();
  ASSERT_TRUE(uses.last(world.admin.id));
  EXPECT_EQ(uses.last(world.admin.id)->region, "eu-west-1");
  EXPECT_FALSE(kept());
  write();
  ASSERT_TRUE(kept());
  EXPECT_EQ(kept()->used, world.clock.now());
  EXPECT_EQ(kept()->service, "iam");
}

TEST_F(KeyUse, IsWrittenEveryQuarterOfAnHourAtMost) {
  use();
  write();
  const auto before = revision();
  for (int minute = 1; minute < 15; ++minute) {
    world.clock.advance(60);
    use("eks");
    write();
  }
  EXPECT_EQ(revision(), before);
  EXPECT_EQ(uses.last(world.admin.id)->service, "eks");
  world.clock.advance(60);
  write();
  EXPECT_EQ(revision(), before + 1);
  EXPECT_EQ(kept()->service, "eks");
  write();
  EXPECT_EQ(revision(), before + 1);  // nothing new
}

TEST_F(KeyUse, IsWrittenAtTheEndWhateverTheHour) {
  use();
  write();
  use("sts");
  write(true);
  EXPECT_EQ(kept()->service, "sts");
}

TEST_F(KeyUse, OfAKeyThatIsGoneIsForgotten) {
  use();
  write();
  world.must("DeleteAccessKey", {{"AccessKeyId", world.admin.id}});
  use();
  const auto before = revision();
  write(true);
  EXPECT_EQ(revision(), before);
  EXPECT_FALSE(kept());
  EXPECT_FALSE(uses.last(world.admin.id));
}

TEST_F(KeyUse, LeavesMemoryOnceTheStoreHasItForLong) {
  use();
  write();
  world.clock.advance(900);
  write();
  EXPECT_FALSE(uses.last(world.admin.id));
  EXPECT_TRUE(kept());
}

}  // namespace
}  // namespace openirsa::iam
