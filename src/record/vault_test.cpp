#include "record/vault.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "base/text.h"
#include "crypto/aead.h"

namespace openirsa::record {
namespace {

constexpr std::string_view master = "0123456789abcdef0123456789ABCDEF";
constexpr std::string_view key = "123456789012/-/access-key/AKIAQABCDEFGHIJKLMNO";

Vault vault_of(std::string_view master_key) { return Vault(Secret(std::string(master_key))); }

TEST(Vault, OpensWhatItSealed) {
  const Vault vault = vault_of(master);
  for (const std::string_view plain :
       {std::string_view{}, std::string_view{"s3cret"}, std::string_view{"\0\xff\n", 3}}) {
    const auto opened = vault.open(key, vault.seal(key, Secret(std::string(plain))));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->expose(), plain);
  }
}

TEST(Vault, AnotherVaultOfTheSameMasterKeyOpens) {
  const auto opened = vault_of(master).open(key, vault_of(master).seal(key, Secret("s3cret")));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->expose(), "s3cret");
}

TEST(Vault, SealedTextIsBase64AndNeverTheSame) {
  const Vault vault = vault_of(master);
  const std::string sealed = vault.seal(key, Secret("s3cret"));
  const auto bytes = from_base64(sealed);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 6 + crypto::aead_overhead);
  EXPECT_EQ(bytes->find("s3cret"), std::string::npos);
  EXPECT_NE(sealed, vault.seal(key, Secret("s3cret")));
}

TEST(Vault, AWrongMasterKeyOpensNothing) {
  const std::string sealed = vault_of(master).seal(key, Secret("s3cret"));
  std::string other(master);
  other[31] = static_cast<char>(other[31] ^ 1);
  EXPECT_TRUE(vault_of(master).open(key, sealed));
  EXPECT_FALSE(vault_of(other).open(key, sealed));
}

TEST(Vault, ASecretMovedToAnotherRecordDoesNotOpen) {
  const Vault vault = vault_of(master);
  const std::string sealed = vault.seal(key, Secret("s3cret"));
  EXPECT_TRUE(vault.open(key, sealed));
  for (const std::string_view other : {"", "123456789012/-/access-key/AKIAQABCDEFGHIJKLMNP",
                                       "123456789013/-/access-key/AKIAQABCDEFGHIJKLMNO",
                                       "123456789012/-/access-key/AKIAQABCDEFGHIJKLMNO/"}) {
    EXPECT_FALSE(vault.open(other, sealed)) << other;
  }
}

TEST(Vault, ASingleBitCloses) {
  const Vault vault = vault_of(master);
  const std::string bytes = *from_base64(vault.seal(key, Secret("s3cret")));
  ASSERT_TRUE(vault.open(key, to_base64(bytes)));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(vault.open(key, to_base64(changed))) << bit;
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(vault.open(key, to_base64(bytes.substr(0, length)))) << length;
  }
}

TEST(Vault, OtherTextDoesNotOpen) {
  const Vault vault = vault_of(master);
  const std::string sealed = vault.seal(key, Secret("s3cret"));
  for (const std::string& text :
       {std::string(), std::string("s3cret"), sealed + "\n", " " + sealed, sealed + "===="}) {
    EXPECT_FALSE(vault.open(key, text)) << text;
  }
}

TEST(Vault, TheMasterKeyItselfEncryptsNothing) {
  const std::string sealed = *from_base64(vault_of(master).seal(key, Secret("s3cret")));
  EXPECT_FALSE(crypto::aead_open(master, sealed, key));
}

TEST(Vault, AMasterKeyOfAnotherSizeIsADefect) {
  EXPECT_THROW(vault_of(""), std::logic_error);
  EXPECT_THROW(vault_of(master.substr(1)), std::logic_error);
  EXPECT_THROW(vault_of(std::string(master) + "x"), std::logic_error);
}

}  // namespace
}  // namespace openirsa::record
