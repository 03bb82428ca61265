// Which addresses may be connected to without being allowed, and what allowing a network does and does not
// open.
#include "http/address_policy.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/test_vectors.h"

namespace openirsa::http {
namespace {

std::string verdict(const AddressPolicy& policy, std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  return parsed ? policy.refusal(*parsed).value_or("allowed") : "not an address";
}
std::string verdict(std::string_view address) { return verdict(AddressPolicy(), address); }

AddressPolicy allowing(const std::vector<std::string>& networks) { return *AddressPolicy::parse(networks); }

TEST(AddressPolicy, the_public_list_passes_entirely) {
  OPENIRSA_NEED_VECTORS("ssrf");
  const auto list = parse_json(read_bytes(vectors_directory() / "ssrf" / "addresses.json"));
  ASSERT_TRUE(list && list->is_array());
  int allowed = 0;
  int refused = 0;
  for (const auto& row : list->get_array()) {
    const std::string address(row.at("address").get_string());
    const bool expected = row.at("allowed_by_default").get_bool();
    EXPECT_EQ(verdict(address) == "allowed", expected) << address << ": " << verdict(address);
    ++(expected ? allowed : refused);
  }
  EXPECT_EQ(allowed, 8);
  EXPECT_EQ(refused, 27);
}

// The first and last address of each range, with the neighbours that must stay allowed (empty: the neighbour
// is special for another reason, or there is none).
TEST(AddressPolicy, every_special_range_is_refused_from_end_to_end_and_its_neighbours_are_not) {
  struct Range {
    const char *before, *first, *last, *after;
  };
  const std::vector<Range> ranges{
      {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
      {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
      {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
      {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
      {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
      {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
      {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
      {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
      {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
      {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
      {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
      {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
      {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
      {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
      {"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
      {"", "::", "0:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1::"},
      {"64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9b::", "64:ff9b::ffff:ffff", "64:ff9b::1:0:0"},
      {"64:ff9b:0:ffff:ffff:ffff:ffff:ffff", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
       "64:ff9b:2::"},
      {"ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::"},
      {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:200::"},
      {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db9::"},
      {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "2003::"},
      {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
       "3fff:1000::"},
      {"5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "5f01::"},
      {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "fe00::"},
      {"fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
      {"", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
  };
  for (const auto& range : ranges) {
    EXPECT_NE(verdict(range.first), "allowed") << range.first;
    EXPECT_NE(verdict(range.last), "allowed") << range.last;
    for (const std::string neighbour : {range.before, range.after}) {
      if (neighbour.empty()) continue;
      EXPECT_EQ(verdict(neighbour), "allowed") << neighbour;
    }
  }
}

TEST(AddressPolicy, an_ipv4_address_in_other_clothes_is_seen) {
  EXPECT_EQ(verdict("::ffff:127.0.0.1"), "a loopback address");
  EXPECT_EQ(verdict("::ffff:169.254.169.254"), "a link-local address (RFC 3927)");
  EXPECT_EQ(verdict("::ffff:8.8.8.8"), "allowed");  // connected to as 8.8.8.8
  EXPECT_NE(verdict("::127.0.0.1"), "allowed");
  EXPECT_NE(verdict("::8.8.8.8"), "allowed");
  EXPECT_NE(verdict("::ffff:0:10.0.0.1"), "allowed");
  EXPECT_EQ(verdict("2606:4700::5efe:10.0.0.1"),
            "an address that carries 10.0.0.1, a private address (RFC 1918)");
  EXPECT_NE(verdict("2606:4700::200:5efe:127.0.0.1"), "allowed");
  EXPECT_EQ(verdict("2606:4700::5efe:8.8.8.8"), "allowed");
  EXPECT_EQ(verdict("2606:4700::5eff:10.0.0.1"), "allowed");
}

TEST(AddressPolicy, an_allowed_network_opens_itself_and_nothing_beside_it) {
  const auto policy = allowing({"10.1.0.0/16", "fd00:1::/32", "::1"});
  EXPECT_EQ(verdict(policy, "10.1.2.3"), "allowed");
  EXPECT_EQ(verdict(policy, "::ffff:10.1.2.3"), "allowed");  // the same address
  EXPECT_EQ(verdict(policy, "10.2.0.1"), "a private address (RFC 1918)");
  EXPECT_EQ(verdict(policy, "fd00:1::5"), "allowed");
  EXPECT_EQ(verdict(policy, "fd00:2::5"), "a unique local address (RFC 4193)");
  EXPECT_EQ(verdict(policy, "::1"), "allowed");
  EXPECT_EQ(verdict(policy, "127.0.0.1"), "a loopback address");
  EXPECT_EQ(verdict(policy, "8.8.8.8"), "allowed");
}

TEST(AddressPolicy, allowing_an_address_allows_no_other_spelling_of_it) {
  const auto policy = allowing({"10.0.0.0/8"});
  EXPECT_EQ(verdict(policy, "10.0.0.1"), "allowed");
  for (const char* form : {"64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "2002:a00:1::1", "::10.0.0.1",
                           "::ffff:0:10.0.0.1", "2001:0:a00:1::1"}) {
    EXPECT_NE(verdict(policy, form), "allowed") << form;
  }
}

TEST(AddressPolicy, an_allowed_translator_does_not_open_what_lies_behind_it) {
  const auto policy = allowing({"64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"});
  EXPECT_EQ(verdict(policy, "64:ff9b::8.8.8.8"), "allowed");
  EXPECT_EQ(verdict(policy, "64:ff9b::10.0.0.1"),
            "an address that carries 10.0.0.1, a private address (RFC 1918)");
  EXPECT_EQ(verdict(policy, "64:ff9b:1::8.8.8.8"), "allowed");
  EXPECT_NE(verdict(policy, "64:ff9b:1::127.0.0.1"), "allowed");
  EXPECT_EQ(verdict(policy, "64:ff9b:1:808:8:800::"), "allowed");  // RFC 6052: 8.8.8.8 after a /48
  EXPECT_NE(verdict(policy, "64:ff9b:1:a00:0:100::"), "allowed");  // 10.0.0.1 there
  EXPECT_EQ(verdict(policy, "2002:808:808::1"), "allowed");
  EXPECT_NE(verdict(policy, "2002:7f00:1::1"), "allowed");
  EXPECT_EQ(verdict(policy, "2001:0:808:808:0:0:f7f7:f7f7"), "allowed");  // server and client 8.8.8.8
  EXPECT_NE(verdict(policy, "2001:0:808:808:0:0:f5ff:fffe"), "allowed");  // client 10.0.0.1
  EXPECT_NE(verdict(policy, "2001:0:a00:1:0:0:f7f7:f7f7"), "allowed");    // server 10.0.0.1
  EXPECT_NE(verdict(policy, "::10.0.0.1"), "allowed");
  EXPECT_EQ(verdict(allowing({"64:ff9b::/96", "10.0.0.0/8"}), "64:ff9b::10.0.0.1"), "allowed");
}

TEST(AddressPolicy, a_wrong_element_is_named) {
  for (const char* wrong : {"10.0.0.0/33", "10.0.0", "localhost", "", "fd00::/129", "10.0.0.0/",
                            "10.0.0.0/-1", "fe80::1%lo", "010.0.0.1"}) {
    const auto policy = AddressPolicy::parse({"10.0.0.0/8", wrong});
    ASSERT_FALSE(policy) << wrong;
    EXPECT_EQ(policy.error(),
              "`" + std::string(wrong) + "` is neither an address nor a network such as 10.0.0.0/8");
  }
  EXPECT_TRUE(AddressPolicy::parse({}));
  EXPECT_TRUE(AddressPolicy::parse({"10.0.0.0/8", "192.0.2.1", "fd00::/8", "::1"}));
}

}  // namespace
}  // namespace openirsa::http
