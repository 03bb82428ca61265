// Do two writers on one entity lose anything?
#include <thread>

#include "iam/harness.h"

namespace openirsa::iam {
namespace {

using test::World;

constexpr int writers = 4;
constexpr int writes = 10;

void run_writers(const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < writers; ++i) threads.emplace_back(body, i);
  for (auto& thread : threads) thread.join();
}

TEST(Concurrency, LosesNoTag) {
  World world;
  world.make_role("r");
  run_writers([&](int writer) {
    for (int i = 0; i < writes; ++i) {
      const std::string key = "w" + std::to_string(writer) + "." + std::to_string(i);
      world.must("TagRole", {{"RoleName", "r"}, {"Tags.member.1.Key", key}, {"Tags.member.1.Value", "v"}});
    }
  });
  EXPECT_EQ(world.must("ListRoleTags", {{"RoleName", "r"}}).members("Tags").size(),
            std::size_t{writers * writes});
}

TEST(Concurrency, CountsEveryAttachment) {
  World world;
  const std::string arn = world.make_policy("p");
  for (int i = 0; i < writers; ++i) world.make_role("r" + std::to_string(i));
  run_writers([&](int writer) {
    const test::Params both{{"RoleName", "r" + std::to_string(writer)}, {"PolicyArn", arn}};
    for (int i = 0; i < writes; ++i) {
      world.must("AttachRolePolicy", both);
      world.must("DetachRolePolicy", both);
    }
    world.must("AttachRolePolicy", both);
  });
  EXPECT_EQ(world.must("GetPolicy", {{"PolicyArn", arn}}).at("Policy/AttachmentCount"),
            std::to_string(writers));
}

TEST(Concurrency, LetsOneOfManyCreate) {
  World world;
  std::atomic<int> created = 0;
  run_writers([&](int) {
    const auto reply = world.call(
        "CreateRole", {{"RoleName", "same"}, {"AssumeRolePolicyDocument", std::string(test::trust_pods)}});
    if (reply.ok())
      ++created;
    else
      EXPECT_EQ(reply.code(), "EntityAlreadyExists");
  });
  EXPECT_EQ(created, 1);
}

TEST(Concurrency, GivesAUserTwoKeysAndNoThird) {
  World world;
  for (int round = 0; round < 5; ++round) {
    const test::Params user{{"UserName", "u" + std::to_string(round)}};
    world.must("CreateUser", user);
    std::atomic<int> made = 0;
    run_writers([&](int) {
      const auto reply = world.call("CreateAccessKey", user);
      if (reply.ok())
        ++made;
      else
        EXPECT_EQ(reply.code(), "LimitExceeded");
    });
    EXPECT_EQ(made, 2);
    EXPECT_EQ(world.must("ListAccessKeys", user).members("AccessKeyMetadata").size(), 2U);
  }
}

TEST(Concurrency, LeavesNoMemberOfAGroupThatIsGone) {
  World world;
  world.must("CreateUser", {{"UserName", "u"}});
  const test::Params both{{"GroupName", "g"}, {"UserName", "u"}};
  for (int round = 0; round < 10; ++round) {
    world.must("CreateGroup", {{"GroupName", "g"}});
    std::thread deleter([&] { (void)world.call("DeleteGroup", {{"GroupName", "g"}}); });
    (void)world.call("AddUserToGroup", both);
    deleter.join();
    const bool member = !world.must("ListGroupsForUser", {{"UserName", "u"}}).members("Groups").empty();
    EXPECT_EQ(world.call("GetGroup", {{"GroupName", "g"}}).ok(), member);
    if (member) {
      world.must("RemoveUserFromGroup", both);
      world.must("DeleteGroup", {{"GroupName", "g"}});
    }
  }
}

TEST(Concurrency, NeverLeavesAnAttachmentWithoutItsPolicy) {
  World world;
  world.make_role("r");
  for (int round = 0; round < 10; ++round) {
    const std::string arn = world.make_policy("p");
    std::thread deleter([&] { (void)world.call("DeletePolicy", {{"PolicyArn", arn}}); });
    (void)world.call("AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
    deleter.join();
    const bool attached =
        !world.must("ListAttachedRolePolicies", {{"RoleName", "r"}}).members("AttachedPolicies").empty();
    EXPECT_EQ(world.call("GetPolicy", {{"PolicyArn", arn}}).ok(), attached);
    if (attached) {
      world.must("DetachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", arn}});
      world.must("DeletePolicy", {{"PolicyArn", arn}});
    }
  }
}

}  // namespace
}  // namespace openirsa::iam
