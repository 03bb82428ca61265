#include "http/census.h"

namespace openirsa::http {
namespace {

// An IPv6 client has a whole /64 at hand (RFC 4291 §2.5.4), so that is what counts as one client.
std::string key_of(const IpAddress& client) {
  return std::string(reinterpret_cast<const char*>(client.bytes), client.is_v4() ? 16 : 8);
}

}  // namespace

Census::Place& Census::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  leave();
  census_ = std::move(other.census_);
  client_ = std::move(other.client_);
  return *this;
}

std::optional<Census::Place> Census::enter(const std::shared_ptr<Census>& census,
                                           const std::optional<IpAddress>& client, Rule rule) {
  Place place;
  if (client && rule == Rule::capped) place.client_ = key_of(*client);
  const std::lock_guard lock(census->mutex_);
  const auto refuse = [&] { ++census->refused_; };
  if (rule != Rule::exempt && census->open_ >= census->in_all_) return refuse(), std::nullopt;
  if (!place.client_.empty()) {
    const auto known = census->clients_.find(place.client_);
    const std::size_t others = known == census->clients_.end() ? 0 : known->second;
    if (others >= census->per_client_) return refuse(), std::nullopt;
    ++census->clients_[place.client_];
  }
  ++census->open_;
  ++census->accepted_;
  place.census_ = census;
  return place;
}

void Census::Place::leave() {
  if (!census_) return;
  const std::shared_ptr<Census> census = std::move(census_);
  const std::lock_guard lock(census->mutex_);
  if (!client_.empty()) {
    const auto entry = census->clients_.find(client_);
    if (--entry->second == 0) census->clients_.erase(entry);
  }
  if (--census->open_ == 0) census->emptied_.notify_all();
}

std::size_t Census::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

std::uint64_t Census::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

std::uint64_t Census::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void Census::count_refused() {
  const std::lock_guard lock(mutex_);
  ++refused_;
}

bool Census::wait_until_empty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, timeout, [this] { return open_ == 0; });
}

}  // namespace openirsa::http
