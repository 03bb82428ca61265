// Whether a TLS server that we called is the one we meant: trusted roots, pinned certificates, names. Works
// inside libcurl's handshake, whose context it is handed as a bare pointer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/tls.h"

namespace openirsa::http {

// Root certificates, parsed once, used for many handshakes.
class TrustedRoots {
 public:
  struct Native;
  // The system's roots and those of the PEM text, which may be empty.
  static Result<std::shared_ptr<const TrustedRoots>, TlsError> system_and(std::string_view pem);
  // Exactly the certificates of the PEM text: at least one.
  static Result<std::shared_ptr<const TrustedRoots>, TlsError> only(std::string_view pem);
  explicit TrustedRoots(std::shared_ptr<Native> native) : native_(std::move(native)) {}
  Native& native() const { return *native_; }

 private:
  std::shared_ptr<Native> native_;
};

// One handshake: what is expected, then what was seen.
struct PeerCheck {
  std::shared_ptr<const TrustedRoots> roots;
  std::string host;                      // DNS name or literal address
  std::vector<std::string> thumbprints;  // SHA-1 of certificates that may be trust anchors, lower-case hex
  bool only_look = false;                // any certificate will do

  bool seen = false;                     // a chain arrived
  std::size_t messages = 0;              // of the handshake and after it
  bool floods = false;                   // too many of them: the connection is over
  std::string fault{};                   // why it does not verify
  std::vector<std::string> chain_pem{};  // filled with only_look
};

// Sets up the context (an SSL_CTX) for one handshake of TLS 1.2 or later, verified as `check` says; its
// secrets are logged nowhere, whatever SSLKEYLOGFILE says. REQUIRES: `check` outlives the context. False when
// the context cannot be set up.
bool expect_peer(void* ssl_context, PeerCheck& check) noexcept;

}  // namespace openirsa::http
