// What the bench puts under load: servers in this process, each with an I/O thread of its own on processor 0,
// and signature verifications by themselves.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/key.h"

namespace openirsa::bench {

struct Subject {
  std::string address;  // "127.0.0.1:PORT"
  bool tls = false;
  std::function<double()> cpu_seconds;  // used so far by its threads
  std::shared_ptr<void> keeper;         // the server itself: it ends with the last copy
};

constexpr std::size_t fixed_reply_bytes = 1700;  // as long as an exchange's answer

// The HTTP engine with one answer for everything.
Subject start_fixed(bool tls);
// The whole server on a world.
Subject start_house(const std::filesystem::path& directory, bool tls);

// Verifications of a message as long as a token's signing input.
class Verification {
 public:
  Verification(crypto::KeyType type, crypto::Algorithm algorithm);
  double cost(std::size_t times) const;  // CPU seconds of each

 private:
  crypto::PrivateKey key_;
  crypto::Algorithm algorithm_;
  std::string message_ = std::string(1000, 'm');
  std::string signature_;
};

}  // namespace openirsa::bench
