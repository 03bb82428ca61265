// dev/bench: how close the token exchange runs to what the hardware gives. Every figure is CPU time of the
// server's threads, taken in turns within one run, so that a noisy machine blurs all alike. Prints `name:
// value` lines; it judges nothing.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <ranges>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/key.h"
#include "http/server.h"
#include "load.h"
#include "server/app.h"
#include "world.h"

namespace openirsa::bench {
namespace {

constexpr std::size_t rounds = 7;
constexpr std::size_t verifications = 4'000;
constexpr std::size_t requests = 8'000;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

// One RSA-2048 verification with SHA-256 of a message as long as a token's signing input.
class RsaVerify {
 public:
  RsaVerify() : key_(crypto::PrivateKey::generate(crypto::KeyType::rsa)), message_(1000, 'm') {
    signature_ = key_.sign(crypto::Algorithm::rs256, message_);
  }
  double cost() const {
    const double before = thread_seconds();
    for (std::size_t i = 0; i < verifications; ++i) {
      if (!key_.public_key().verify(crypto::Algorithm::rs256, message_, signature_)) std::abort();
    }
    return (thread_seconds() - before) / static_cast<double>(verifications);
  }

 private:
  crypto::PrivateKey key_;
  std::string message_;
  std::string signature_;
};

class FixedReply final : public http::Handler {
 public:
  http::Outcome handle(const http::Request&) override {
    return http::Response{.status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = body_};
  }

 private:
  std::string body_ = std::string(1700, 'x');  // as long as an exchange's answer
};

// A server in this process, with the threads that it started.
struct Subject {
  std::string address;
  std::vector<int> threads;
};

template <class Start>
Subject observe(Start start) {
  const auto before = thread_ids();
  Subject subject;
  subject.address = start();
  std::ranges::set_difference(thread_ids(), before, std::back_inserter(subject.threads));
  pin(subject.threads, 0);
  return subject;
}

std::unique_ptr<server::App> start_app(const World& world, const std::string& port) {
  static const SystemClock clock;
  const std::map<std::string, std::string> flags{{"data_dir", world.directory.string()},
                                                 {"listen.api", "127.0.0.1:" + port},
                                                 {"listen.metrics", ""},
                                                 {"listen.proxy", ""},
                                                 {"log.level", "error"},
                                                 {"threads.io", "1"},
                                                 {"tls.api", "off"}};
  auto settings = server::Settings::load(std::nullopt, {}, flags);
  if (!settings) {
    std::cerr << settings.error().message << "\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
  }
  auto app = server::App::start(*settings, {.clock = clock, .data_directory = {}, .upstream_proxy = {}});
  if (!app) {
    std::cerr << app.error().message << "\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing else runs yet
  }
  return std::move(*app);
}

std::vector<std::string> requests_of(const World& world) {
  std::vector<std::string> all;
  for (const std::string& token : world.tokens) {
    const std::string body =
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + percent_encode(world.role_arn) +
        "&RoleSessionName=bench&WebIdentityToken=" + token;
    all.push_back(
        "POST / HTTP/1.1\r\nHost: sts.us-west-2.amazonaws.com\r\nUser-Agent: bench\r\nContent-Type: "
        "application/x-www-form-urlencoded; charset=utf-8\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  return all;
}

void print(const char* name, double value) { std::printf("%s: %.3f\n", name, value); }

int run(const std::filesystem::path& scratch, std::size_t clusters, std::size_t roles) {
  pin(thread_ids(), 1);
  const World small = make_world(scratch / "small", 1, 1, requests);
  const World loaded = make_world(scratch / "loaded", clusters, roles, requests);
  std::unique_ptr<http::Server> fixed;
  FixedReply handler;
  const Subject fixed_subject = observe([&] {
    http::Server::Settings settings;
    settings.io_threads = 1;
    settings.workers = 1;
    http::Listener listener;
    listener.name = "fixed";
    listener.address = "127.0.0.1:0";
    listener.handler = &handler;
    auto started = http::Server::start(std::move(settings), {std::move(listener)});
    if (!started) std::abort();
    fixed = std::move(*started);
    return fixed->address_of("fixed");
  });
  std::unique_ptr<server::App> small_app;
  const Subject small_subject = observe([&] {
    small_app = start_app(small, "18441");
    return small_app->address_of("api");
  });
  std::unique_ptr<server::App> loaded_app;
  const Subject loaded_subject = observe([&] {
    loaded_app = start_app(loaded, "18442");
    return loaded_app->address_of("api");
  });

  const auto small_requests = requests_of(small);
  const auto loaded_requests = requests_of(loaded);
  const RsaVerify rsa;
  const auto measure = [](const Subject& subject, const std::vector<std::string>& bytes,
                          const char* must_contain) {
    return cost_of({.address = subject.address,
                    .requests = requests,
                    .request = [&](std::size_t n) { return bytes[n % bytes.size()]; },
                    .must_contain = must_contain},
                   subject.threads);
  };
  std::vector<double> verify, http, exchange, exchange_loaded, ratio, ratio_loaded;
  for (std::size_t round = 0; round <= rounds; ++round) {
    const double v = rsa.cost();
    const double h = measure(fixed_subject, small_requests, "200 OK");
    const double e = measure(small_subject, small_requests, "<SessionToken>");
    const double l = measure(loaded_subject, loaded_requests, "<SessionToken>");
    if (round == 0) continue;  // warm-up
    verify.push_back(1 / v);
    http.push_back(1 / h);
    exchange.push_back(1 / e);
    exchange_loaded.push_back(1 / l);
    ratio.push_back((v + h) / e);
    ratio_loaded.push_back((v + h) / l);
  }
  print("rsa2048_verify_per_core", median(verify));
  print("http_fixed_per_core", median(http));
  print("exchange_per_core", median(exchange));
  print("exchange_ratio", median(ratio));
  print("loaded_clusters", static_cast<double>(clusters));
  print("loaded_roles", static_cast<double>(roles));
  print("exchange_loaded_per_core", median(exchange_loaded));
  print("exchange_loaded_ratio", median(ratio_loaded));
  print("loaded_to_unloaded", median(exchange_loaded) / median(exchange));
  return 0;
}

}  // namespace
}  // namespace openirsa::bench

// exchange_bench DIRECTORY [CLUSTERS ROLES]
int main(int argc, char** argv) {
  const std::filesystem::path scratch = argc > 1 ? argv[1] : "";
  if (scratch.empty() || std::filesystem::exists(scratch)) {
    std::cerr << "usage: exchange_bench NEW-DIRECTORY [CLUSTERS ROLES]\n";
    return 2;
  }
  const auto number = [&](int at, std::size_t fallback) {
    return argc > at ? static_cast<std::size_t>(openirsa::parse_integer(argv[at]).value_or(1)) : fallback;
  };
  const int status = openirsa::bench::run(scratch, number(2, 10'000), number(3, 100'000));
  std::filesystem::remove_all(scratch);
  return status;
}
