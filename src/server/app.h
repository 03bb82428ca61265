// The only wiring: settings → data directory, store, mirror, authorities, house, services, listeners.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "server/settings.h"

namespace openirsa::server {

struct StartError {
  std::string message;  // what was wrong and what to do, one line
};

class App {
 public:
  struct Seams {
    const Clock& clock;
    std::string data_directory;  // where `data_dir` is empty
    std::string upstream_proxy;  // HTTPS_PROXY of the environment, may be empty
  };
  // Serves when it returns.
  static Result<std::unique_ptr<App>, StartError> start(const Settings& settings, Seams seams);
  virtual ~App() = default;

  // The bound address of listener "api", "issuer", "metrics", "proxy" or "admin"; empty when it is off.
  virtual std::string address_of(std::string_view listener) const = 0;
  virtual std::string credentials_file() const = 0;
  // What a person at the terminal wants to know, one fact a line.
  virtual std::string greeting() const = 0;
  // Refuses new work, finishes what is in flight, closes the store. Safe to call twice.
  virtual void stop() = 0;
};

}  // namespace openirsa::server
