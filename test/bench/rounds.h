// One turn through everything that is measured again and again, so that a noisy machine blurs all alike.
#pragma once

#include <cstddef>
#include <optional>

#include "peers.h"
#include "report.h"
#include "subject.h"
#include "world.h"

namespace openirsa::bench {

struct Plan {
  std::size_t rounds = 7;  // after one for warming up
  std::size_t verifications = 2'000;
  std::size_t requests = 5'000;
  double latency_seconds = 1;  // of the open loop, each round
};

struct Subjects {
  Subject fixed, fixed_tls;  // the engine alone
  Subject house, house_tls;  // the server with few roles
  Subject loaded;            // and with many
  std::optional<Nginx> nginx;
  std::optional<Minio> minio;
};

class Rounds {
 public:
  Rounds(const Plan& plan, const Subjects& subjects, const Requests& requests)
      : plan_(plan), subjects_(subjects), requests_(requests) {}

  void measure(Report& report) const;

 private:
  struct Base {  // CPU seconds of what an exchange cannot do without
    double rsa = 0, es256 = 0, http = 0, exchange = 0;
  };

  double fixed_cost(const Subject& subject, std::size_t connections, bool new_connections = false) const;
  double exchange_cost(const Subject& subject, std::size_t connections, bool new_connections = false) const;
  Base measure_base(Report& report) const;
  void measure_tokens(const Base& base, Report& report) const;
  void measure_connections(const Base& base, Report& report) const;
  void measure_transports(const Base& base, Report& report) const;
  void measure_half_load(const Base& base, Report& report) const;
  void measure_peers(const Base& base, Report& report) const;

  const Plan& plan_;
  const Subjects& subjects_;
  const Requests& requests_;
  Verification rsa_{crypto::KeyType::rsa, crypto::Algorithm::rs256};
  Verification es256_{crypto::KeyType::p256, crypto::Algorithm::es256};
};

}  // namespace openirsa::bench
