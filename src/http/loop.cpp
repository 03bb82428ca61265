#include "http/loop.h"

#include "base/clock.h"
#include "base/time_text.h"
#include "http/connection.h"

namespace openirsa::http {
namespace {

constexpr std::size_t receive_bytes = 64 * 1024;

}  // namespace

Loop::Loop(std::chrono::milliseconds tick)
    : guard_(context_.get_executor()),
      timer_(context_),
      tick_(tick),
      now_(std::chrono::steady_clock::now()),
      receive_buffer_(receive_bytes) {}

Loop::~Loop() { stop(); }

void Loop::start() {
  thread_ = std::thread([this] { context_.run(); });
}

void Loop::stop() {
  if (!thread_.joinable()) return;
  post([this] {
    close_all();
    context_.stop();
  });
  thread_.join();
}

void Loop::add(std::shared_ptr<Connection> connection) {
  // Without connections there is no tick, so the clock may be old.
  if (!ticking_) {
    now_ = std::chrono::steady_clock::now();
    schedule_tick();
  }
  connection->set_slot(connections_.size());
  connections_.push_back(std::move(connection));
}

void Loop::remove(Connection& connection) {
  const std::size_t slot = connection.slot();
  connections_.back()->set_slot(slot);
  const auto keep = std::exchange(connections_[slot], connections_.back());
  connections_.pop_back();
}

void Loop::drain() {
  draining_ = true;
  // Backwards: a connection that goes is replaced by the last one, which has been seen.
  for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->drain();
}

void Loop::close_all() {
  for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->close();
}

std::string_view Loop::date() {
  const std::int64_t second = seconds_of(SystemClock().now());
  if (second != date_second_) {
    date_second_ = second;
    date_ = to_http_date(time_of_seconds(second));
  }
  return date_;
}

void Loop::schedule_tick() {
  ticking_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([this](const ErrorCode& error) {
    if (!error) on_tick();
  });
}

void Loop::on_tick() {
  now_ = std::chrono::steady_clock::now();
  for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->expire(now_);
  ticking_ = false;
  if (!connections_.empty()) schedule_tick();
}

}  // namespace openirsa::http
