// Is nothing served in the clear to other hosts, and does the proxy leak nothing to the real AWS?
#include "server/listeners.h"

#include <gtest/gtest.h>

#include "http/test_peer.h"
#include "server/test_server.h"

namespace openirsa::server {
namespace {

using Flags = std::map<std::string, std::string>;

class ListenersTest : public testing::Test {
 protected:
  Result<std::vector<http::Listener>, DirectoryError> listeners(const Flags& flags) {
    return listeners_of(settings_with(flags), directory_,
                        {.api = &handler_, .issuer = &handler_, .metrics = &handler_, .admin = &handler_},
                        tls_);
  }
  std::string refusal(const Flags& flags) {
    const auto made = listeners(flags);
    return made ? "accepted" : made.error().message;
  }

  store::TestDirectory parent_{store::Where::memory};
  DataDirectory directory_ = *DataDirectory::open(parent_.path("data"));
  http::FunctionHandler handler_{[](const http::Request&) { return http::Response{}; }};
  std::shared_ptr<const http::TlsContext> tls_ =
      *http::TlsContext::make([](std::string_view) { return nullptr; });
};

TEST_F(ListenersTest, defaults) {
  const auto made = listeners({});
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->size(), 3U);
  EXPECT_EQ((*made)[0].name, "api");
  EXPECT_EQ((*made)[0].tls, tls_);
  EXPECT_EQ((*made)[1].name, "metrics");
  EXPECT_EQ((*made)[1].tls, nullptr);
  EXPECT_EQ((*made)[2].address, "unix:" + parent_.path("data/admin.sock"));
  EXPECT_TRUE((*made)[2].admin);
  for (const auto& listener : *made) EXPECT_EQ(listener.admin, listener.name == "admin");
}

TEST_F(ListenersTest, plain_http_reaches_no_other_host) {
  for (const std::string address : {"0.0.0.0:8443", "[::]:8443", "10.0.0.1:8443", "[2001:db8::1]:8443"}) {
    EXPECT_EQ(
        refusal({{"listen.api", address}, {"tls.api", "off"}}),
        "listen.api = " + address +
            " would serve plain HTTP to other hosts; use loopback or a unix socket, turn TLS on, or name "
            "trusted_proxies");
    EXPECT_NE(refusal({{"listen.issuer", address}, {"tls.issuer", "off"}}), "accepted");
    EXPECT_NE(refusal({{"listen.metrics", address}}), "accepted");
    // Metrics are never behind TLS, so nobody could vouch for them.
    EXPECT_NE(refusal({{"listen.metrics", address}, {"trusted_proxies", "10.0.0.2"}}), "accepted");
    EXPECT_EQ(refusal({{"listen.api", address}}), "accepted");
    EXPECT_EQ(refusal({{"listen.api", address}, {"tls.api", "off"}, {"trusted_proxies", "10.0.0.2"}}),
              "accepted");
  }
  for (const std::string address :
       {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[0:0:0:0:0:0:0:1]:1", "unix:/run/x"}) {
    EXPECT_EQ(refusal({{"listen.api", address}, {"tls.api", "off"}}), "accepted") << address;
    EXPECT_EQ(refusal({{"listen.metrics", address}}), "accepted") << address;
  }
}

TEST_F(ListenersTest, trusted_proxies_are_believed_by_the_network_listeners_alone) {
  const auto made =
      listeners({{"trusted_proxies", "10.0.0.2,10.1.0.0/16"}, {"listen.issuer", "0.0.0.0:443"}});
  ASSERT_TRUE(made) << made.error().message;
  for (const auto& listener : *made) EXPECT_EQ(listener.trusted_proxies.size(), listener.admin ? 0U : 2U);
}

TEST_F(ListenersTest, an_admin_socket_with_too_long_a_path_says_what_to_set) {
  auto deep = DataDirectory::open(parent_.path(std::string(120, 'd')));
  ASSERT_TRUE(deep);
  const auto made =
      listeners_of(settings_with({}), *deep, {&handler_, &handler_, &handler_, &handler_}, tls_);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.ends_with(
      "is too long for a unix socket; set listen.admin to a shorter unix:/PATH"))
      << made.error().message;
  EXPECT_TRUE(listeners_of(settings_with({{"listen.admin", "unix:/run/a.sock"}}), *deep,
                           {&handler_, &handler_, &handler_, &handler_}, tls_));
}

TEST(ProductNames, hold_what_clients_may_say) {
  const auto plain = product_names(settings_with({}));
  EXPECT_EQ(plain.dns, (std::vector<std::string>{"oidc.openirsa.internal", "localhost"}));
  EXPECT_EQ(plain.addresses, (std::vector<std::string>{"127.0.0.1", "::1"}));

  const auto all =
      product_names(settings_with({{"listen.api", "[2001:db8::1]:8443"},
                                   {"endpoint", "https://iam.example.com:8443"},
                                   {"certificate.names", "a.example.com, 10.0.0.1, localhost"}}));
  EXPECT_EQ(all.dns, (std::vector<std::string>{"oidc.openirsa.internal", "localhost", "iam.example.com",
                                               "a.example.com"}));
  EXPECT_EQ(all.addresses, (std::vector<std::string>{"127.0.0.1", "::1", "2001:db8::1", "10.0.0.1"}));

  const auto endpoint_only = [](const std::string& endpoint) {
    return product_names(settings_with({{"endpoint", endpoint}, {"listen.api", "0.0.0.0:8443"}}));
  };
  EXPECT_EQ(endpoint_only("https://iam.example.com").dns.back(), "iam.example.com");
  EXPECT_EQ(endpoint_only("https://[2001:db8::2]").addresses.back(), "2001:db8::2");
  EXPECT_EQ(endpoint_only("https://[2001:db8::2]:1").addresses.back(), "2001:db8::2");
  EXPECT_EQ(endpoint_only("https://10.0.0.9:1").addresses.back(), "10.0.0.9");
}

TEST(Figures, limits_threads_and_quotas_reach_their_rooms) {
  const auto settings = settings_with({{"limits.header_bytes", "1"},
                                       {"limits.body_bytes", "2"},
                                       {"limits.header_seconds", "3"},
                                       {"limits.connections", "4"},
                                       {"limits.connections_per_address", "5"},
                                       {"threads.io", "6"},
                                       {"threads.workers", "7"},
                                       {"quota.attached_policies_per_role", "11"},
                                       {"quota.client_ids_per_provider", "12"},
                                       {"quota.clusters_per_region", "13"},
                                       {"quota.managed_policies_per_account", "14"},
                                       {"quota.providers_per_account", "15"},
                                       {"quota.roles_per_account", "16"},
                                       {"quota.trust_policy_characters", "17"},
                                       {"quota.access_keys_per_user", "18"},
                                       {"quota.attached_policies_per_group", "19"},
                                       {"quota.attached_policies_per_user", "20"},
                                       {"quota.groups_per_account", "21"},
                                       {"quota.groups_per_user", "22"},
                                       {"quota.users_per_account", "23"}});
  const auto http = http_settings_of(settings);
  EXPECT_EQ(http.limits.header_bytes, 1U);
  EXPECT_EQ(http.limits.body_bytes, 2U);
  EXPECT_EQ(http.limits.header_timeout, std::chrono::seconds(3));
  EXPECT_EQ(http.limits.connections, 4U);
  EXPECT_EQ(http.limits.connections_per_address, 5U);
  EXPECT_EQ(http.io_threads, 6U);
  EXPECT_EQ(http.workers, 7U);
  const auto quotas = quotas_of(settings);
  EXPECT_EQ(quotas.attached_policies_per_role, 11);
  EXPECT_EQ(quotas.client_ids_per_provider, 12);
  EXPECT_EQ(quotas.clusters_per_region, 13);
  EXPECT_EQ(quotas.managed_policies_per_account, 14);
  EXPECT_EQ(quotas.providers_per_account, 15);
  EXPECT_EQ(quotas.roles_per_account, 16);
  EXPECT_EQ(quotas.trust_policy_characters, 17);
  EXPECT_EQ(quotas.access_keys_per_user, 18);
  EXPECT_EQ(quotas.attached_policies_per_group, 19);
  EXPECT_EQ(quotas.attached_policies_per_user, 20);
  EXPECT_EQ(quotas.groups_per_account, 21);
  EXPECT_EQ(quotas.groups_per_user, 22);
  EXPECT_EQ(quotas.users_per_account, 23);
}

class ProxyVerdicts : public testing::Test {
 protected:
  using Kind = http::ProxyVerdict::Kind;
  http::ProxySettings plan(const Flags& flags = {}, const std::string& environment = {}) {
    return proxy_settings_of(settings_with(flags), environment, "0.0.0.0:8443", "[::]:443",
                             [this] { return verbatim_; });
  }
  std::string verdict(std::string_view host, int port = 443, const Flags& flags = {}) {
    const auto answer = plan(flags).decide(host, port);
    if (answer.kind == Kind::refuse) return "refuse: " + answer.reason;
    return answer.kind == Kind::pass ? "pass" : answer.address;
  }

  bool verbatim_ = true;
};

TEST_F(ProxyVerdicts, our_issuer_goes_to_the_issuer_listener) {
  EXPECT_EQ(verdict("oidc.openirsa.internal"), "[::1]:443");
  EXPECT_EQ(verdict("OIDC.openirsa.Internal"), "[::1]:443");
  EXPECT_EQ(verdict("oidc.openirsa.internal."), "[::1]:443");
  EXPECT_EQ(verdict("oidc.openirsa.internal", 8443),
            "refuse: issuer URLs have no port: oidc.openirsa.internal answers on 443 only");
  EXPECT_EQ(verdict("x.oidc.openirsa.internal"), "pass");
  EXPECT_EQ(verdict("oidc.example.com", 443, {{"issuer.host", "oidc.example.com"}}), "[::1]:443");
}

TEST_F(ProxyVerdicts, names_of_aws_that_we_serve_go_to_us_in_verbatim_mode) {
  for (const std::string host :
       {"iam.amazonaws.com", "sts.amazonaws.com", "sts.us-west-2.amazonaws.com",
        "eks.eu-central-1.amazonaws.com", "IAM.AmazonAWS.com", "iam.amazonaws.com."}) {
    verbatim_ = true;
    EXPECT_EQ(verdict(host), "127.0.0.1:8443") << host;
    EXPECT_TRUE(verdict(host, 80).starts_with("refuse: ")) << host;
    verbatim_ = false;
    EXPECT_TRUE(verdict(host).ends_with(" is answered in verbatim mode only: openirsa env --verbatim"))
        << host;
  }
}

TEST_F(ProxyVerdicts, other_names_of_aws_are_refused_by_name) {
  for (const std::string host :
       {"s3.us-west-2.amazonaws.com", "amazonaws.com", "s3.amazonaws.com", "sts.moon-1.amazonaws.com",
        "eks.amazonaws.com", "iam.us-west-2.amazonaws.com", "x.iam.amazonaws.com",
        "sts.cn-north-1.amazonaws.com.cn", "sts.us-west-2.api.aws", "ec2.eusc-de-east-1.amazonaws.eu",
        "sts.us-iso-east-1.c2s.ic.gov", "S3.us-west-2.AMAZONAWS.COM", "s3.us-west-2.amazonaws.com.",
        "s3.us-west-2.amazonaws.com.."}) {
    const std::string answer = verdict(host);
    EXPECT_TRUE(answer.starts_with("refuse: ")) << host << ": " << answer;
    EXPECT_NE(answer.find(" is a name of AWS that this server does not answer for"), std::string::npos)
        << answer;
  }
  for (const std::string host :
       {"abc.lambda-url.us-west-2.on.aws", "console.aws.amazon.com", "signin.aws",
        "us-west-2.signin.aws.amazon.com", "d-1.awsapps.com", "x.api.cloud-aws.adc-e.uk"}) {
    EXPECT_TRUE(verdict(host).starts_with("refuse: ")) << host;
  }
  EXPECT_TRUE(
      verdict("s3.us-west-2.amazonaws.com").starts_with("refuse: s3.us-west-2.amazonaws.com is a name"));
}

TEST_F(ProxyVerdicts, everything_else_passes) {
  for (const std::string host :
       {"notamazonaws.com", "amazonaws.com.example.com", "amazonaws.co", "example.com",
        "iam.amazonaws.com.evil.example", "myapi.aws.example", "10.0.0.1", "::1", "com"}) {
    EXPECT_EQ(verdict(host), "pass") << host;
    EXPECT_EQ(verdict(host, 8080), "pass") << host;
  }
}

TEST_F(ProxyVerdicts, a_proxy_that_other_hosts_reach_is_no_open_relay) {
  for (const std::string address : {"0.0.0.0:8888", "[::]:8888", "10.0.0.1:8888"}) {
    const Flags flags{{"listen.proxy", address}};
    EXPECT_TRUE(verdict("example.com", 443, flags).starts_with("refuse: this proxy serves other hosts too"))
        << address;
    EXPECT_TRUE(verdict("169.254.169.254", 80, flags).starts_with("refuse: ")) << address;
    EXPECT_EQ(verdict("oidc.openirsa.internal", 443, flags), "[::1]:443");
    EXPECT_EQ(verdict("iam.amazonaws.com", 443, flags), "127.0.0.1:8443");
  }
}

TEST_F(ProxyVerdicts, an_earlier_proxy_stays_in_the_way) {
  EXPECT_EQ(plan().upstream, std::nullopt);
  EXPECT_EQ(plan({}, "http://user:p%40ss@proxy.example:3128/").upstream, "user:p%40ss@proxy.example:3128");
  EXPECT_EQ(plan({{"proxy.upstream", "other.example:1"}}, "http://proxy.example:3128").upstream,
            "other.example:1");
  EXPECT_EQ(plan({}, "socks5://proxy.example:1080").upstream, std::nullopt);
}

TEST_F(ProxyVerdicts, the_proxy_is_never_its_own_upstream) {
  for (const std::string own :
       {"http://127.0.0.1:8888", "http://localhost:8888", "127.0.0.1:8888", "http://u@[::1]:8888/"}) {
    EXPECT_EQ(plan({}, own).upstream, std::nullopt) << own;
  }
  EXPECT_EQ(plan({}, "http://127.0.0.1:8889").upstream, "127.0.0.1:8889");
  EXPECT_EQ(plan({}, "http://proxy.example:8888").upstream, "proxy.example:8888");
}

TEST(ProxyAddress, forms) {
  EXPECT_EQ(proxy_address("http://proxy.example:3128"), "proxy.example:3128");
  EXPECT_EQ(proxy_address("HTTP://proxy.example:3128/x/y"), "proxy.example:3128");
  EXPECT_EQ(proxy_address("proxy.example:3128"), "proxy.example:3128");
  EXPECT_EQ(proxy_address("http://[2001:db8::1]:3128"), "[2001:db8::1]:3128");
  EXPECT_EQ(proxy_address("http://user:a/b@proxy.example:3128/"), "user:a/b@proxy.example:3128");
  for (const std::string bad :
       {"", "https://proxy.example:3128", "http://proxy.example", "http://:3128", "http://proxy.example:0",
        "http://proxy.example:x", "http://proxy.example:99999"}) {
    EXPECT_EQ(proxy_address(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace openirsa::server
