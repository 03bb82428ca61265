// How many connections there are, in all and per client, and the caps on both. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "http/forwarded.h"

namespace openirsa::http {

class Census {
 public:
  Census(std::size_t in_all, std::size_t per_client) : in_all_(in_all), per_client_(per_client) {}

  // One place, given back on destruction.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : census_(std::move(other.census_)), client_(std::move(other.client_)) {}
    Place& operator=(Place&& other) noexcept;
    ~Place() { leave(); }
    void leave();

   private:
    friend class Census;
    std::shared_ptr<Census> census_;
    std::string client_;
  };

  enum class Rule {
    capped,
    exempt_per_client,  // a trusted proxy stands for many clients
    exempt              // the admin socket must work while the server is flooded
  };
  // Nothing when a cap is reached: the connection is counted as refused.
  static std::optional<Place> enter(const std::shared_ptr<Census>& census,
                                    const std::optional<IpAddress>& client, Rule rule);

  std::size_t open() const;
  std::uint64_t accepted() const;
  std::uint64_t refused() const;
  void count_refused();
  // Whether all had left in time.
  bool wait_until_empty(std::chrono::milliseconds timeout);

 private:
  const std::size_t in_all_;
  const std::size_t per_client_;
  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<std::string, std::size_t> clients_;
  std::size_t open_ = 0;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace openirsa::http
