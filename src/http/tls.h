// TLS for our listeners: TLS 1.2 and 1.3, the certificate chosen by the name that the client asks for (SNI),
// replaceable while running. With src/crypto the only place that sees OpenSSL.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace openirsa::http {

struct TlsError {
  std::string message;
};

// A chain (PEM, leaf first, root last: clients pin the last) and its key (PEM).
struct Identity {
  std::string chain_pem;
  Secret key_pem;
};

class TlsContext {
 public:
  struct Native;
  // Called once a handshake on an I/O thread with the server name in lower case (empty without SNI); must be
  // quick and thread-safe. Returns null to refuse the handshake.
  using Choose = std::function<std::shared_ptr<const class LoadedIdentity>(std::string_view server_name)>;
  static Result<std::shared_ptr<const TlsContext>, TlsError> make(Choose choose);
  explicit TlsContext(std::shared_ptr<Native> native) : native_(std::move(native)) {}
  Native& native() const { return *native_; }

 private:
  std::shared_ptr<Native> native_;
};

// Parsed once, used for many handshakes.
class LoadedIdentity {
 public:
  struct Native;
  static Result<std::shared_ptr<const LoadedIdentity>, TlsError> load(const Identity& identity);
  explicit LoadedIdentity(std::shared_ptr<Native> native) : native_(std::move(native)) {}
  Native& native() const { return *native_; }

 private:
  std::shared_ptr<Native> native_;
};

}  // namespace openirsa::http
