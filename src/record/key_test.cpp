#include "record/key.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace openirsa::record {
namespace {

TEST(RecordKey, HasFourParts) {
  EXPECT_EQ(account_key("123456789012"), "123456789012/-/account/self");
  EXPECT_EQ(account_name_key("acme"), "-/-/account-name/acme");
  EXPECT_EQ(user_key("123456789012", "bob"), "123456789012/-/user/bob");
  EXPECT_EQ(account_alias_key("acme"), "-/-/account-alias/acme");
  EXPECT_EQ(group_key("123456789012", "AGPAX"), "123456789012/-/group/AGPAX");
  EXPECT_EQ(group_name_key("123456789012", "admins"), "123456789012/-/group-name/admins");
  EXPECT_EQ(access_key_use_key("123456789012", "AKIAX"), "123456789012/-/access-key-use/AKIAX");
  EXPECT_EQ(access_key_key("123456789012", "AKIAQABCDEFGHIJKLMNO"),
            "123456789012/-/access-key/AKIAQABCDEFGHIJKLMNO");
  EXPECT_EQ(role_key("123456789012", "app"), "123456789012/-/role/app");
  EXPECT_EQ(managed_policy_key("123456789012", "readers"), "123456789012/-/policy/readers");
  EXPECT_EQ(revocation_key("123456789012", "issuer", "https://h/id/X"),
            "123456789012/-/revocation/issuer/https://h/id/X");
  EXPECT_EQ(provider_key("123456789012", "h/id/X"), "123456789012/-/oidc-provider/h/id/X");
  EXPECT_EQ(cluster_key("123456789012", "us-west-2", "prod"), "123456789012/us-west-2/cluster/prod");
  EXPECT_EQ(issuer_key("ABC"), "-/-/issuer/ABC");
  EXPECT_EQ(ring_key_key("00ff00ff"), "-/-/ring-key/00ff00ff");
  EXPECT_EQ(authority_key("product"), "-/-/authority/product");
  EXPECT_EQ(server_key(), "-/-/server/self");
}

TEST(RecordKey, EntityNamesAreLowerCasedAndNothingElseIs) {
  EXPECT_EQ(account_name_key("Acme"), account_name_key("ACME"));
  EXPECT_EQ(user_key("1", "BoB"), user_key("1", "bob"));
  EXPECT_EQ(group_name_key("1", "Admins"), group_name_key("1", "ADMINS"));
  EXPECT_EQ(role_key("1", "My-App"), role_key("1", "my-aPP"));
  EXPECT_EQ(managed_policy_key("1", "Readers"), managed_policy_key("1", "READERS"));
  EXPECT_NE(provider_key("1", "h/A"), provider_key("1", "h/a"));
  EXPECT_NE(cluster_key("1", "us-west-2", "Prod"), cluster_key("1", "us-west-2", "prod"));
  EXPECT_NE(issuer_key("ABC"), issuer_key("abc"));
}

TEST(RecordKey, PrefixEndsWithTheKind) {
  EXPECT_EQ(kind_prefix("1", "-", "role"), "1/-/role/");
  EXPECT_TRUE(role_key("1", "x").starts_with(kind_prefix("1", "-", "role")));
  EXPECT_FALSE(role_key("12", "x").starts_with(kind_prefix("1", "-", "role")));
  EXPECT_TRUE(cluster_key("1", "us-west-2", "x").starts_with(kind_prefix("1", "us-west-2", "cluster")));
}

TEST(RecordKey, KindIsTheThirdPart) {
  EXPECT_EQ(kind_of("1/-/role/x"), "role");
  EXPECT_EQ(kind_of("1/us-west-2/cluster/x"), "cluster");
  EXPECT_EQ(kind_of(provider_key("1", "host/id/role/x")), "oidc-provider");
  EXPECT_EQ(kind_of(server_key()), "server");
  for (const std::string_view key :
       {"", "/", "a", "a/b", "a/b/c", "a/b/c/", "/b/c/d", "a//c/d", "a/b//d", "///"}) {
    EXPECT_EQ(kind_of(key), "") << key;
  }
}

// Whatever an account, region or name holds, two different records have two different keys, and the kind is
// the one that the function stands for.
TEST(RecordKey, SlashesCreateNoAmbiguity) {
  const std::string_view hostile[] = {"a",   "a/",    "/a", "a/b",         "a/-/role/b",
                                      "%2F", "a%2Fb", "/",  "-/-/issuer/a"};
  std::set<std::string> keys;
  std::size_t made = 0;
  for (const auto account : hostile) {
    for (const auto name : hostile) {
      EXPECT_EQ(kind_of(role_key(account, name)), "role");
      EXPECT_EQ(kind_of(provider_key(account, name)), "oidc-provider");
      keys.insert({provider_key(account, name), access_key_key(account, name)});
      made += 2;
      for (const auto region : hostile) {
        const std::string key = cluster_key(account, region, name);
        EXPECT_EQ(kind_of(key), "cluster");
        EXPECT_TRUE(key.starts_with(kind_prefix(account, region, "cluster")));
        keys.insert(key);
        ++made;
      }
    }
  }
  EXPECT_EQ(keys.size(), made);
}

}  // namespace
}  // namespace openirsa::record
