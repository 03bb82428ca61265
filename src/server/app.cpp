#include "server/app.h"

#include <spdlog/spdlog.h>

#include <atomic>

#include "audit/metrics.h"
#include "audit/trace_log.h"
#include "base/text.h"
#include "eks/service.h"
#include "http/proxy.h"
#include "http/server.h"
#include "iam/bootstrap.h"
#include "iam/service.h"
#include "issuer/endpoint.h"
#include "issuer/foreign_keys.h"
#include "own/service.h"
#include "record/identity.h"
#include "record/key.h"
#include "record/record.h"
#include "server/authorities.h"
#include "server/data_directory.h"
#include "server/facts.h"
#include "server/first_start.h"
#include "server/key_use_keeper.h"
#include "server/listeners.h"
#include "server/managed_policies.h"
#include "server/outbound_settings.h"
#include "server/ring_keeper.h"
#include "server/router.h"
#include "store/mirror.h"
#include "sts/service.h"
#include "wire/dispatch.h"
#include "wire/region.h"

namespace openirsa::server {
namespace {

constexpr std::chrono::milliseconds shutdown_grace{10'000};

std::string store_url(const Settings& settings, const DataDirectory& directory) {
  const std::string& configured = settings.text("store");
  return configured.empty() ? "sqlite:" + directory.file("openirsa.db").string() : configured;
}

bool store_exists(const std::string& url) {
  constexpr std::string_view scheme = "sqlite:";
  return url.starts_with(scheme) && std::filesystem::exists(url.substr(scheme.size()));
}

StartError cannot_listen(const std::string& why) {
  const bool taken =
      why.find("in use") != std::string::npos || why.find("already listening") != std::string::npos;
  return {why + (taken ? "; stop what uses it, or set another listen address" : "")};
}

// Declared in the order in which parts depend on each other; destroyed in reverse.
class RealApp final : public App {
 public:
  RealApp(const Settings& settings, Seams seams, DataDirectory directory, const MasterKey& key)
      : settings_(settings), seams_(std::move(seams)), directory_(std::move(directory)), vault_(key.bytes) {}
  ~RealApp() override { RealApp::stop(); }

  Result<Done, StartError> open_store();
  Result<Done, StartError> open_authorities();
  Result<Done, StartError> open_policies();
  Result<Done, StartError> open_outside();
  void make_house();
  Result<Done, StartError> listen();
  Result<Done, StartError> start_proxy(const std::string& issuer_address);

  std::string address_of(std::string_view listener) const override {
    if (listener == "proxy") return proxy_ ? proxy_->address() : std::string{};
    return server_ ? server_->address_of(listener) : std::string{};
  }
  std::string credentials_file() const override { return directory_.file("credentials").string(); }
  std::string greeting() const override;
  void stop() override;

 private:
  std::string endpoint() const;

  Settings settings_;
  Seams seams_;
  DataDirectory directory_;
  record::Vault vault_;
  std::unique_ptr<store::Mirror> mirror_;
  std::string account_;
  std::unique_ptr<Authorities> authorities_;
  std::unique_ptr<issuer::ForeignKeys> foreign_keys_;
  audit::Metrics metrics_;
  std::unique_ptr<audit::TraceLog> traces_;
  std::unique_ptr<iam::AccessKeySource> access_keys_;
  iam::AccessKeyUses key_uses_;
  std::unique_ptr<sts::SessionSource> sessions_;
  std::optional<policy::Catalogue> managed_policies_;
  std::optional<iam::PolicyAuthorizer> authorizer_;
  Health health_;
  std::unique_ptr<wire::House> house_;
  std::unique_ptr<wire::Dispatcher> dispatcher_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<issuer::Endpoint> issuer_;
  std::unique_ptr<eks::ClusterEndpoint> cluster_endpoint_;
  std::unique_ptr<ApiRouter> api_router_;
  std::unique_ptr<IssuerRouter> issuer_router_;
  std::unique_ptr<MetricsRouter> metrics_router_;
  std::unique_ptr<http::Server> server_;
  // What a scrape reads: requests may arrive before server_ is assigned.
  std::atomic<const http::Server*> live_server_{nullptr};
  std::unique_ptr<http::Proxy> proxy_;
  std::unique_ptr<RingKeeper> ring_keeper_;
  std::unique_ptr<KeyUseKeeper> key_use_keeper_;
};

Result<Done, StartError> RealApp::open_store() {
  auto store = store::open_store(store_url(settings_, directory_));
  if (!store) return StartError{store.error().message};
  auto mirror =
      store::Mirror::start(std::move(*store), record::make_decoder(vault_, [](auto key, auto why) {
                             spdlog::error("record {} cannot be read and is left out: {}", key, why);
                           }));
  if (!mirror) return StartError{mirror.error().message};
  mirror_ = std::move(*mirror);

  auto account = ensure_first_start(*mirror_, vault_, directory_, settings_.text("account_id"),
                                    wire::partition_of(settings_.text("region")), seams_.clock.now());
  if (!account) return StartError{account.error().message};
  account_ = std::move(*account);
  ring_keeper_ = std::make_unique<RingKeeper>(*mirror_, vault_, seams_.clock);
  return Done{};
}

Result<Done, StartError> RealApp::open_authorities() {
  auto opened = Authorities::open({*mirror_, vault_, seams_.clock, product_names(settings_)});
  if (!opened) return StartError{opened.error().message};
  authorities_ = std::move(*opened);
  return Done{};
}

Result<Done, StartError> RealApp::open_policies() {
  auto read =
      read_managed_policies(wire::partition_of(settings_.text("region")), settings_.text("managed_policies"));
  if (!read) return StartError{std::move(read).error()};
  managed_policies_.emplace(*std::move(read));
  authorizer_.emplace(*managed_policies_);
  return Done{};
}

Result<Done, StartError> RealApp::open_outside() {
  auto outbound = outbound_settings(settings_);
  if (!outbound) return StartError{outbound.error().message};
  foreign_keys_ = std::make_unique<issuer::ForeignKeys>(
      http::Outbound::start(*std::move(outbound)),
      issuer::ForeignKeys::Seams{.mirror = *mirror_,
                                 .clock = seams_.clock,
                                 .ports = [ports = outbound_ports(settings_)](const std::string& account) {
                                   return ports.of(account);
                                 }});
  return Done{};
}

void RealApp::make_house() {
  const std::string partition(wire::partition_of(settings_.text("region")));
  audit::TraceLog::Settings kept;
  kept.refusals.directory = directory_.file("traces").string();
  kept.refusals.bytes = static_cast<std::uint64_t>(settings_.number("trace.refusal_bytes"));
  kept.refusals.age = std::chrono::hours(24 * settings_.number("trace.refusal_days"));
  traces_ = std::make_unique<audit::TraceLog>(std::move(kept), seams_.clock, &metrics_);
  access_keys_ = std::make_unique<iam::AccessKeySource>(partition);
  sessions_ = std::make_unique<sts::SessionSource>(partition);
  house_ =
      std::make_unique<wire::House>(wire::House{.mirror = *mirror_, .clock = seams_.clock, .vault = vault_});
  house_->names = {.partition = partition,
                   .region = settings_.text("region"),
                   .issuer_host = settings_.text("issuer.host"),
                   .public_endpoint = {}};  // known once the listeners are bound
  house_->quotas = quotas_of(settings_);
  house_->credential_sources = {access_keys_.get(), sessions_.get()};
  house_->authorizer = &*authorizer_;
  house_->managed_policies = &*managed_policies_;
  house_->traces = traces_.get();
  house_->key_uses = &key_uses_;
  key_use_keeper_ = std::make_unique<KeyUseKeeper>(key_uses_, *mirror_, vault_, seams_.clock);
  house_->outside = foreign_keys_.get();
  house_->own_thumbprint = [thumbprint = authorities_->product_thumbprint()] { return thumbprint; };
  house_->own_authority_pem = [this] { return authorities_->product_pem(); };
  house_->server_facts = [this](bool verbatim) {
    return server_facts({.account = account_,
                         .names = house_->names,
                         .proxy = reachable(address_of("proxy")),
                         .credentials_file = credentials_file()},
                        *authorities_, verbatim);
  };
  dispatcher_ = std::make_unique<wire::Dispatcher>(
      *house_, std::vector<const wire::Service*>{&iam::service, &sts::service, &eks::service, &own::service});
  gate_ = std::make_unique<Gate>(health_, *dispatcher_);
  issuer_ = std::make_unique<issuer::Endpoint>(*mirror_);
  cluster_endpoint_ = std::make_unique<eks::ClusterEndpoint>(*mirror_);
}

Result<Done, StartError> RealApp::listen() {
  const bool own_issuer_listener = !settings_.text("listen.issuer").empty();
  api_router_ =
      std::make_unique<ApiRouter>(ApiRouter::Rooms{.health = health_,
                                                   .apis = *gate_,
                                                   .cluster_endpoint = *cluster_endpoint_,
                                                   .issuer = own_issuer_listener ? nullptr : issuer_.get(),
                                                   .issuer_host = settings_.text("issuer.host")});
  issuer_router_ = std::make_unique<IssuerRouter>(health_, *issuer_);
  metrics_router_ = std::make_unique<MetricsRouter>(health_, [this] { return metrics_.to_text(); });
  metrics_.on_scrape([this](audit::Metrics& metrics) {
    if (const http::Server* server = live_server_) metrics.set_http(server->counters());
    const auto snapshot = mirror_->snapshot();
    metrics.set_store(snapshot->revision(), snapshot->count(""));
    metrics.set_outside(foreign_keys_->counters());
    metrics.set_traces(traces_->figures());
  });
  auto tls = http::TlsContext::make([this](std::string_view name) { return authorities_->choose(name); });
  if (!tls) return StartError{tls.error().message};
  auto listeners = listeners_of(settings_, directory_,
                                {.api = api_router_.get(),
                                 .issuer = issuer_router_.get(),
                                 .metrics = metrics_router_.get(),
                                 .admin = gate_.get()},
                                *tls);
  if (!listeners) return StartError{listeners.error().message};
  auto server = http::Server::start(http_settings_of(settings_), std::move(*listeners));
  if (!server) return cannot_listen(server.error().message);
  server_ = std::move(*server);
  live_server_ = server_.get();

  if (!settings_.text("listen.proxy").empty()) {
    if (auto done = start_proxy(own_issuer_listener ? address_of("issuer") : address_of("api")); !done)
      return done;
  }
  house_->names.public_endpoint = endpoint();
  health_.set(Health::State::ready);
  return Done{};
}

Result<Done, StartError> RealApp::start_proxy(const std::string& issuer_address) {
  auto plan = proxy_settings_of(settings_, seams_.upstream_proxy, address_of("api"), issuer_address,
                                [this] { return authorities_->has_verbatim(); });
  if (!seams_.upstream_proxy.empty() && !proxy_address(seams_.upstream_proxy)) {
    spdlog::warn("HTTPS_PROXY is not http://HOST:PORT, so the proxy passes connections on directly");
  }
  auto proxy = http::Proxy::start(std::move(plan));
  if (!proxy) return cannot_listen(proxy.error().message);
  proxy_ = std::move(*proxy);
  return Done{};
}

std::string RealApp::endpoint() const {
  if (!settings_.text("endpoint").empty()) return settings_.text("endpoint");
  const std::string scheme = settings_.flag("tls.api") ? "https://" : "http://";
  const std::string address = reachable(address_of("api"));
  return scheme + (address.starts_with("unix:") ? "localhost" : address);
}

std::string RealApp::greeting() const {
  std::string text = "account " + account_ + ", region " + settings_.text("region") + "\n";
  text += "endpoint " + house_->names.public_endpoint + "\n";
  text += "administrator's credentials: " + credentials_file() + "\n";
  // The command line looks where servers keep their data by default; another place must be named.
  const std::string path = directory_.path().string();
  const std::string where = path == seams_.data_directory ? "" : " --data-dir '" + path + "'";
  text += "point this shell's AWS tools here: eval \"$(openirsa env" + where + ")\"\n";
  return text;
}

void RealApp::stop() {
  if (ring_keeper_) ring_keeper_->stop();
  health_.set(Health::State::stopping);
  if (proxy_) proxy_->stop();
  if (server_) server_->stop(shutdown_grace);
  if (foreign_keys_) foreign_keys_->stop();
  if (key_use_keeper_) key_use_keeper_->stop();
  if (mirror_) mirror_->close();
}

}  // namespace

Result<std::unique_ptr<App>, StartError> App::start(const Settings& settings, Seams seams) {
  const std::string path =
      settings.text("data_dir").empty() ? seams.data_directory : settings.text("data_dir");
  if (path.empty()) return StartError{"no data directory: set data_dir, or HOME"};
  auto directory = DataDirectory::open(path);
  if (!directory) return StartError{directory.error().message};
  if (auto locked = directory->lock(); !locked) return StartError{locked.error().message};
  auto key =
      load_master_key(*directory, settings.text("master_key.file"), settings.text("master_key.command"),
                      store_exists(store_url(settings, *directory)));
  if (!key) return StartError{key.error().message};
  if (key->inside) {
    spdlog::warn(
        "the master key lies beside the data it protects ({}); set master_key.file or master_key.command",
        directory->file("master.key").string());
  }
  auto app = std::make_unique<RealApp>(settings, std::move(seams), std::move(*directory), std::move(*key));
  if (auto done = app->open_store(); !done) return std::move(done).error();
  if (auto done = app->open_authorities(); !done) return std::move(done).error();
  if (auto done = app->open_policies(); !done) return std::move(done).error();
  if (auto done = app->open_outside(); !done) return std::move(done).error();
  app->make_house();
  if (auto done = app->listen(); !done) return std::move(done).error();
  return std::unique_ptr<App>(std::move(app));
}

}  // namespace openirsa::server
