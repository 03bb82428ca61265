#include "http/tls_peer.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/forwarded.h"
#include "http/tls_native.h"

namespace openirsa::http {

struct TrustedRoots::Native {
  struct Deleter {
    void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  };
  std::unique_ptr<X509_STORE, Deleter> store{X509_STORE_new()};
  unsigned long flags = 0;
};

namespace {

struct VerificationDeleter {
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
};
using Verification = std::unique_ptr<X509_STORE_CTX, VerificationDeleter>;

// 112 bits: RSA and DH below 2048 bits, curves below 224 and SHA-1 signatures are refused (RFC 9325 §4.5).
constexpr int security_level = 2;

// A handshake has at most nine from the server, and a few session tickets may follow it.
constexpr std::size_t most_messages = 64;

// How many there were; nothing when one is malformed.
std::optional<int> add_roots(X509_STORE* store, std::string_view pem) {
  const OpenSslPtr<BIO> reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int count = 0;
  while (const OpenSslPtr<X509> root{PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, root.get()) != 1) return std::nullopt;
    ++count;
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return ended ? std::optional(count) : std::nullopt;
}

std::string thumbprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha1(), digest.data(), &size) != 1) return {};
  return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string pem_of(X509* certificate) {
  const OpenSslPtr<BIO> out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate);
  char* data = nullptr;
  const long length = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

bool expect_host(X509_VERIFY_PARAM* parameters, const std::string& host) {
  if (host.empty()) return false;  // OpenSSL takes an empty name for "any"
  if (IpAddress::parse(host)) return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
  // RFC 9525 §6.3, §2: no partial wildcards, and a common name is not a host name.
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1;
}

// X509_V_OK, or why the served chain does not verify to the store.
int verify(const TrustedRoots::Native& roots, STACK_OF(X509) * served, const std::string& host) {
  const Verification context(X509_STORE_CTX_new());
  if (!context ||
      X509_STORE_CTX_init(context.get(), roots.store.get(), sk_X509_value(served, 0), served) != 1 ||
      X509_STORE_CTX_set_default(context.get(), "ssl_server") != 1) {
    return X509_V_ERR_OUT_OF_MEM;
  }
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, security_level);
  X509_VERIFY_PARAM_set_flags(parameters, roots.flags);
  if (!expect_host(parameters, host)) return X509_V_ERR_HOSTNAME_MISMATCH;
  if (X509_verify_cert(context.get()) == 1) return X509_V_OK;
  const int error = X509_STORE_CTX_get_error(context.get());
  return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

// Whether the roots have nothing to say of the chain; what they know and reject stays rejected.
bool is_unknown(int error) {
  return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
         error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
         error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT || error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
         error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE || error == X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

// The pinned certificate is the only root, though it need not be self-signed: one that is merely appended to
// another authority's chain anchors nothing.
std::optional<int> verify_to_pinned(STACK_OF(X509) * served, const PeerCheck& check) {
  std::optional<int> error;
  for (int i = 0; i < sk_X509_num(served) && error != X509_V_OK; ++i) {
    X509* candidate = sk_X509_value(served, i);
    if (std::ranges::find(check.thumbprints, thumbprint_of(candidate)) == check.thumbprints.end()) continue;
    TrustedRoots::Native anchor;
    anchor.flags = X509_V_FLAG_PARTIAL_CHAIN;
    if (!anchor.store || X509_STORE_add_cert(anchor.store.get(), candidate) != 1)
      return X509_V_ERR_OUT_OF_MEM;
    error = verify(anchor, served, check.host);
  }
  return error;
}

int verify_served(STACK_OF(X509) * served, PeerCheck& check) {
  const int by_roots = verify(check.roots->native(), served, check.host);
  if (by_roots == X509_V_OK) return by_roots;
  check.fault = X509_verify_cert_error_string(by_roots);
  if (check.thumbprints.empty() || !is_unknown(by_roots)) return by_roots;
  const auto by_pin = verify_to_pinned(served, check);
  if (!by_pin) {
    check.fault += ", and no certificate of its chain has a pinned thumbprint";
    return by_roots;
  }
  check.fault = *by_pin == X509_V_OK ? ""
                                     : std::string("does not verify to the pinned certificate: ") +
                                           X509_verify_cert_error_string(*by_pin);
  return *by_pin;
}

// In place of OpenSSL's own verification; C calls it.
int on_served_chain(X509_STORE_CTX* context, void* argument) noexcept try {
  auto& check = *static_cast<PeerCheck*>(argument);
  STACK_OF(X509)* served = X509_STORE_CTX_get0_untrusted(context);
  if (served == nullptr || sk_X509_num(served) == 0) return 0;
  check.seen = true;
  if (check.only_look) {
    for (int i = 0; i < sk_X509_num(served); ++i) check.chain_pem.push_back(pem_of(sk_X509_value(served, i)));
    return 1;
  }
  const int error = verify_served(served, check);
  ERR_clear_error();
  X509_STORE_CTX_set_error(context, error);
  return error == X509_V_OK ? 1 : 0;
} catch (...) {
  return 0;
}

// OpenSSL goes on reading within one call while session tickets, key updates or requests to renegotiate come.
// Told that the other side has closed, it takes no more.
void on_message(int sent, int, int type, const void*, std::size_t, SSL* ssl, void* argument) noexcept {
  auto& check = *static_cast<PeerCheck*>(argument);
  if (sent != 0 || type != SSL3_RT_HANDSHAKE || ++check.messages <= most_messages) return;
  check.floods = true;
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

}  // namespace

Result<std::shared_ptr<const TrustedRoots>, TlsError> TrustedRoots::system_and(std::string_view pem) {
  auto native = std::make_shared<Native>();
  if (!native->store || X509_STORE_set_default_paths(native->store.get()) != 1) {
    ERR_clear_error();
    return TlsError{"the system's root certificates cannot be read"};
  }
  if (!add_roots(native->store.get(), pem)) return TlsError{"a root certificate is malformed"};
  return std::make_shared<const TrustedRoots>(std::move(native));
}

Result<std::shared_ptr<const TrustedRoots>, TlsError> TrustedRoots::only(std::string_view pem) {
  auto native = std::make_shared<Native>();
  const auto count = native->store ? add_roots(native->store.get(), pem) : std::nullopt;
  if (!count) return TlsError{"a certificate of the authority is malformed"};
  if (*count == 0) return TlsError{"the authority's PEM text holds no certificate"};
  native->flags = X509_V_FLAG_PARTIAL_CHAIN;  // what was named is trusted, self-signed or not
  return std::make_shared<const TrustedRoots>(std::move(native));
}

bool expect_peer(void* ssl_context, PeerCheck& check) noexcept {
  auto* context = static_cast<SSL_CTX*>(ssl_context);
  SSL_CTX_set_security_level(context, check.only_look ? 0 : security_level);
  SSL_CTX_set_cert_verify_callback(context, on_served_chain, &check);
  // A resumed session would be verified by nobody.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_msg_callback(context, on_message);
  SSL_CTX_set_msg_callback_arg(context, &check);
  // libcurl sets it where the environment names a file: a developer's means, and bearer tokens pass here.
  SSL_CTX_set_keylog_callback(context, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
}

}  // namespace openirsa::http
