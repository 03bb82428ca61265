// The operations on access keys; what a key may sign is access_test.cpp's.
#include "iam/harness.h"
#include "iam/key_use.h"

namespace openirsa::iam {
namespace {

using test::Credentials;
using test::expect_refusal;
using test::Texts;
using test::World;

constexpr std::string_view own_keys =
    R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:*AccessKey*","iam:GetUser"],)"
    R"("Resource":"arn:aws:iam::*:user/${aws:username}"}})";

Credentials of(const test::Reply& made) {
  return {made.at("AccessKey/AccessKeyId"), made.at("AccessKey/SecretAccessKey")};
}

TEST(AccessKeyOperations, MakeKeysThatSign) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("PutUserPolicy",
             {{"UserName", "bob"}, {"PolicyName", "own"}, {"PolicyDocument", std::string(own_keys)}});
  const auto made = world.must("CreateAccessKey", {{"UserName", "BOB"}});
  EXPECT_EQ(made.at("AccessKey/UserName"), "bob");
  EXPECT_EQ(made.at("AccessKey/Status"), "Active");
  EXPECT_EQ(made.at("AccessKey/SecretAccessKey").size(), 40U);
  EXPECT_EQ(made.at("AccessKey/CreateDate"), "2026-11-24T12:00:00Z");
  const Credentials first = of(made);
  EXPECT_EQ(world.call("GetUser", {}, first).at("User/UserName"), "bob");

  // The second, by himself and for himself: AWS's way to rotate a key.
  const auto second = of(world.call("CreateAccessKey", {}, first));
  EXPECT_EQ(world.call("ListAccessKeys", {}, second).members("AccessKeyMetadata").size(), 2U);
  expect_refusal(world.call("CreateAccessKey", {}, second), 409, "LimitExceeded",
                 "Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_TRUE(
      world.call("UpdateAccessKey", {{"AccessKeyId", first.id}, {"Status", "Inactive"}}, second).ok());
  expect_refusal(world.call("GetUser", {}, first), 403, "InvalidClientTokenId",
                 "The security token included in the request is invalid.");
  EXPECT_TRUE(world.call("UpdateAccessKey", {{"AccessKeyId", first.id}, {"Status", "Active"}}, second).ok());
  EXPECT_TRUE(world.call("GetUser", {}, first).ok());
  EXPECT_TRUE(world.call("DeleteAccessKey", {{"AccessKeyId", first.id}}, second).ok());
  EXPECT_EQ(world.call("GetUser", {}, first).code(), "InvalidClientTokenId");
  EXPECT_EQ(world.call("ListAccessKeys", {}, second).members("AccessKeyMetadata", "AccessKeyId"),
            Texts{second.id});
}

TEST(AccessKeyOperations, ReachTheKeysOfTheNamedUserOnly) {
  World world;
  world.must("CreateUser", {{"UserName", "bob"}});
  world.must("CreateUser", {{"UserName", "eve"}});
  const auto bob = of(world.must("CreateAccessKey", {{"UserName", "bob"}}));
  const std::string missing = "The Access Key with id " + bob.id + " cannot be found.";
  expect_refusal(world.call("DeleteAccessKey", {{"UserName", "eve"}, {"AccessKeyId", bob.id}}), 404,
                 "NoSuchEntity", missing);
  expect_refusal(world.call("DeleteAccessKey", {{"AccessKeyId", bob.id}}), 404, "NoSuchEntity", missing);
  expect_refusal(
      world.call("UpdateAccessKey", {{"UserName", "eve"}, {"AccessKeyId", bob.id}, {"Status", "Inactive"}}),
      404, "NoSuchEntity", missing);
  expect_refusal(
      world.call("UpdateAccessKey", {{"UserName", "bob"}, {"AccessKeyId", bob.id}, {"Status", "Expired"}}),
      400, "InvalidInput", "The status of an access key can be set to Active or Inactive only.");
  EXPECT_EQ(
      world.call("UpdateAccessKey", {{"UserName", "bob"}, {"AccessKeyId", bob.id}, {"Status", "Off"}}).code(),
      "ValidationError");
  EXPECT_EQ(world.must("ListAccessKeys", {{"UserName", "bob"}}).members("AccessKeyMetadata", "Status"),
            Texts{"Active"});
  EXPECT_EQ(world.must("ListAccessKeys", {{"UserName", "eve"}}).members("AccessKeyMetadata"), Texts{});
}

// Earlier releases did not write the keys' ids into the user.
TEST(AccessKeyOperations, CountKeysOfUsersFromEarlierReleases) {
  World world;
  const auto old = world.add_caller("old", own_keys);
  EXPECT_EQ(world.call("ListAccessKeys", {}, old).members("AccessKeyMetadata", "AccessKeyId"), Texts{old.id});
  EXPECT_TRUE(world.call("CreateAccessKey", {}, old).ok());
  EXPECT_EQ(world.call("CreateAccessKey", {}, old).code(), "LimitExceeded");
  EXPECT_EQ(world.call("ListAccessKeys", {}, old).members("AccessKeyMetadata").size(), 2U);
  EXPECT_EQ(world.call("DeleteUser", {{"UserName", "old"}}).code(), "DeleteConflict");
}

TEST(AccessKeyOperations, OfTheRootAreItsOwn) {
  World world;
  const auto root = world.add_caller("");
  EXPECT_EQ(world.call("ListAccessKeys", {}, root).members("AccessKeyMetadata", "AccessKeyId"),
            Texts{root.id});
  const auto second = of(world.call("CreateAccessKey", {}, root));
  EXPECT_EQ(world.call("GetUser", {}, second).at("User/Arn"), world.arn("root"));
  EXPECT_EQ(world.call("CreateAccessKey", {}, root).code(), "LimitExceeded");
  EXPECT_TRUE(world.call("DeleteAccessKey", {{"AccessKeyId", second.id}}, root).ok());
  EXPECT_EQ(world.call("DeleteAccessKey", {{"AccessKeyId", world.admin.id}}, root).code(), "NoSuchEntity");
}

TEST(AccessKeyOperations, TellWhenAKeyWasLastUsed) {
  World world;
  AccessKeyUses uses;
  world.house.key_uses = &uses;
  world.must("CreateUser", {{"UserName", "bob"}});
  const auto bob = of(world.must("CreateAccessKey", {{"UserName", "bob"}}));
  const auto asked = [&] { return world.must("GetAccessKeyLastUsed", {{"AccessKeyId", bob.id}}); };
  EXPECT_EQ(asked().at("UserName"), "bob");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/LastUsedDate"), "(none)");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/ServiceName"), "N/A");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/Region"), "N/A");

  const auto revision = world.mirror->snapshot()->revision();
  world.clock.advance(60);
  EXPECT_EQ(world.call("ListUsers", {}, bob).status, 403);  // refused, and used all the same
  EXPECT_EQ(world.mirror->snapshot()->revision(), revision);
  EXPECT_EQ(asked().at("AccessKeyLastUsed/LastUsedDate"), "2026-11-24T12:01:00Z");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/ServiceName"), "iam");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/Region"), "us-east-1");
  // A signature that does not hold is no use.
  world.clock.advance(60);
  EXPECT_EQ(world.call("ListUsers", {}, {bob.id, "wrong"}).code(), "SignatureDoesNotMatch");
  EXPECT_EQ(asked().at("AccessKeyLastUsed/LastUsedDate"), "2026-11-24T12:01:00Z");

  // After a restart the store tells.
  ASSERT_TRUE(uses.write(*world.mirror, world.vault, world.clock.now(), true));
  AccessKeyUses fresh;
  world.house.key_uses = &fresh;
  EXPECT_EQ(asked().at("AccessKeyLastUsed/LastUsedDate"), "2026-11-24T12:01:00Z");
  world.must("DeleteAccessKey", {{"UserName", "bob"}, {"AccessKeyId", bob.id}});
  EXPECT_EQ(world.mirror->snapshot()->find(record::access_key_use_key(world.account, bob.id)), nullptr);
  expect_refusal(world.call("GetAccessKeyLastUsed", {{"AccessKeyId", bob.id}}), 403, "AccessDenied",
                 "User: " + world.arn("user/admin") +
                     " is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key " +
                     bob.id);
}

}  // namespace
}  // namespace openirsa::iam
