#include "subject.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "crypto/certificate.h"
#include "http/server.h"
#include "processor.h"
#include "server/app.h"

namespace openirsa::bench {
namespace {

class FixedReply final : public http::Handler {
 public:
  http::Outcome handle(const http::Request&) override {
    return http::Response{.status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = body_};
  }

 private:
  std::string body_ = std::string(fixed_reply_bytes, 'x');
};

struct FixedServer {
  FixedReply handler;
  std::unique_ptr<http::Server> server;
};

// As the server makes its own.
std::shared_ptr<const http::TlsContext> make_tls() {
  const Time now = SystemClock().now();
  const crypto::SubjectNames names{.dns = {"localhost"}, .addresses = {"127.0.0.1"}};
  const auto authority = crypto::make_authority("bench", names, now, std::chrono::days{2});
  const auto leaf = crypto::make_leaf(authority, names, now, std::chrono::days{1});
  const auto identity = http::LoadedIdentity::load({leaf.chain_pem, leaf.key.to_pem()});
  if (!identity) give_up(identity.error().message);
  auto context = http::TlsContext::make([identity = *identity](std::string_view) { return identity; });
  if (!context) give_up(context.error().message);
  return *context;
}

// `start` gives the address; the threads that it started are the subject's.
template <class Start>
Subject observe(bool tls, Start start) {
  const auto before = thread_ids();
  Subject subject;
  subject.address = start(subject.keeper);
  subject.tls = tls;
  std::vector<int> threads;
  std::ranges::set_difference(thread_ids(), before, std::back_inserter(threads));
  pin(threads, 0);
  subject.cpu_seconds = [threads] { return cpu_seconds(threads); };
  return subject;
}

}  // namespace

Subject start_fixed(bool tls) {
  return observe(tls, [&](std::shared_ptr<void>& keeper) {
    auto fixed = std::make_shared<FixedServer>();
    http::Server::Settings settings;
    settings.io_threads = 1;
    settings.workers = 1;
    http::Listener listener;
    listener.name = "fixed";
    listener.address = "127.0.0.1:0";
    listener.handler = &fixed->handler;
    if (tls) listener.tls = make_tls();
    auto started = http::Server::start(std::move(settings), {std::move(listener)});
    if (!started) give_up(started.error().message);
    fixed->server = std::move(*started);
    keeper = fixed;
    return fixed->server->address_of("fixed");
  });
}

Subject start_house(const std::filesystem::path& directory, bool tls) {
  static const SystemClock clock;
  const std::map<std::string, std::string> flags{
      {"data_dir", directory.string()}, {"listen.api", "127.0.0.1:0"},
      {"listen.metrics", ""},           {"listen.proxy", ""},
      {"log.level", "error"},           {"threads.io", "1"},
      {"tls.api", tls ? "on" : "off"}};
  const auto settings = server::Settings::load(std::nullopt, {}, flags);
  if (!settings) give_up(settings.error().message);
  return observe(tls, [&](std::shared_ptr<void>& keeper) {
    auto app = server::App::start(*settings, {.clock = clock, .data_directory = {}, .upstream_proxy = {}});
    if (!app) give_up(app.error().message);
    const std::shared_ptr<server::App> shared = std::move(*app);
    keeper = shared;
    return shared->address_of("api");
  });
}

Verification::Verification(crypto::KeyType type, crypto::Algorithm algorithm)
    : key_(crypto::PrivateKey::generate(type)),
      algorithm_(algorithm),
      signature_(key_.sign(algorithm, message_)) {}

double Verification::cost(std::size_t times) const {
  const double before = own_cpu_seconds();
  for (std::size_t i = 0; i < times; ++i) {
    if (!key_.public_key().verify(algorithm_, message_, signature_)) give_up("a good signature is refused");
  }
  return (own_cpu_seconds() - before) / static_cast<double>(times);
}

}  // namespace openirsa::bench
