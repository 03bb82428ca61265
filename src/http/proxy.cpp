#include "http/proxy.h"

#include <future>
#include <mutex>
#include <thread>

#include "http/acceptor.h"
#include "http/tunnel.h"

namespace openirsa::http {
namespace {

class RunningProxy final : public Proxy {
 public:
  RunningProxy(std::shared_ptr<const TunnelPlan> plan, std::unique_ptr<ListeningSocket> listening)
      : plan_(std::move(plan)),
        census_(std::make_shared<Census>(plan_->settings.connections, plan_->settings.connections)),
        names_(context_),
        acceptor_(context_, std::move(listening),
                  [this](AcceptedSocket accepted) { serve(std::move(accepted)); }) {
    acceptor_.start();
    thread_ = std::thread([this] { context_.run(); });
  }

  ~RunningProxy() override { stop(); }

  std::string address() const override { return acceptor_.bound().text(); }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      acceptor_.close();
      for (const auto& weak : tunnels_) {
        if (const auto tunnel = weak.lock()) tunnel->close();
      }
      context_.stop();
    });
    thread_.join();
  }

 private:
  void serve(AcceptedSocket accepted) {
    auto place = Census::enter(census_, accepted.peer, Census::Rule::capped);
    if (!place) return;
    auto socket = adopt(context_, std::move(accepted));
    if (!socket) return;
    std::erase_if(tunnels_, [](const auto& weak) { return weak.expired(); });
    const auto tunnel =
        std::make_shared<Tunnel>(context_, plan_, names_, *std::move(socket), *std::move(place));
    tunnels_.push_back(tunnel);
    tunnel->start();
  }

  const std::shared_ptr<const TunnelPlan> plan_;
  const std::shared_ptr<Census> census_;
  asio::io_context context_{1};
  NameLookup names_;
  Acceptor acceptor_;
  std::vector<std::weak_ptr<Tunnel>> tunnels_;
  std::mutex stopping_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Proxy>, ServerError> Proxy::start(ProxySettings settings) {
  TunnelPlan plan{std::move(settings), std::nullopt};
  if (!plan.settings.decide) return ServerError{"proxy: nothing decides where connections go"};
  if (plan.settings.upstream) {
    plan.upstream = Upstream::parse(*plan.settings.upstream);
    // The address may hold a password, so it is not repeated.
    if (!plan.upstream) return ServerError{"proxy: the upstream is not `http://host:port`"};
  }
  const auto endpoint = Endpoint::parse(plan.settings.address);
  if (!endpoint) return ServerError{"proxy: " + endpoint.error().message};
  auto listening = ListeningSocket::open(*endpoint);
  if (!listening) return ServerError{"proxy: " + listening.error().message};
  return std::unique_ptr<Proxy>(std::make_unique<RunningProxy>(
      std::make_shared<const TunnelPlan>(std::move(plan)), *std::move(listening)));
}

}  // namespace openirsa::http
