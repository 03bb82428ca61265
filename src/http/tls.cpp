#include "http/tls.h"

#include "base/text.h"
#include "http/tls_native.h"

namespace openirsa::http {
namespace {

TlsError openssl_error(std::string what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  if (reason != nullptr) what += std::string(": ") + reason;
  return {std::move(what)};
}

OpenSslPtr<BIO> reader_of(std::string_view pem) {
  return OpenSslPtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// An encrypted key must fail, not ask at a terminal.
int no_password(char*, int, int, void*) { return -1; }

int refuse(int* alert) {
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Called in every handshake, with and without SNI.
int choose_identity(SSL* ssl, int* alert, void* argument) noexcept {
  const auto& native = *static_cast<const TlsContext::Native*>(argument);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  std::shared_ptr<const LoadedIdentity> identity;
  try {
    identity = native.choose(name == nullptr ? std::string() : to_lower(name));
  } catch (...) {
    return refuse(alert);
  }
  if (!identity) return refuse(alert);
  const auto& loaded = identity->native();
  if (SSL_use_cert_and_key(ssl, loaded.leaf.get(), loaded.key.get(), loaded.chain.get(), 1) != 1)
    return refuse(alert);
  return SSL_TLSEXT_ERR_OK;
}

// RFC 7301 §3.2: a client that offers protocols, none of them ours, is refused.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned in_length, void*) noexcept {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, ours, sizeof ours - 1, in, in_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Idle connections outnumber busy ones; the chain is sent exactly as given.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_num_tickets(context, 1);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         // TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325 §4.2).
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>, TlsError> TlsContext::make(Choose choose) {
  auto native = std::make_shared<Native>();
  native->context.reset(SSL_CTX_new(TLS_server_method()));
  native->choose = std::move(choose);
  SSL_CTX* context = native->context.get();
  if (context == nullptr || !configure(context)) return openssl_error("cannot set up TLS");
  // SSL_CTX_set_tlsext_servername_callback, whose macro has a cast that our warnings refuse.
  SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(choose_identity));
  SSL_CTX_set_tlsext_servername_arg(context, native.get());
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return std::make_shared<const TlsContext>(std::move(native));
}

Result<std::shared_ptr<const LoadedIdentity>, TlsError> LoadedIdentity::load(const Identity& identity) {
  auto native = std::make_shared<Native>();
  const auto chain = reader_of(identity.chain_pem);
  native->leaf.reset(PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr));
  if (!native->leaf) return openssl_error("the chain holds no certificate");
  native->chain.reset(sk_X509_new_null());
  while (X509* certificate = PEM_read_bio_X509(chain.get(), nullptr, no_password, nullptr)) {
    sk_X509_push(native->chain.get(), certificate);
  }
  // Only the end of the text may end the chain.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
    return openssl_error("a certificate of the chain is malformed");
  }
  ERR_clear_error();
  const auto key = reader_of(identity.key_pem.expose());
  native->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_password, nullptr));
  if (!native->key) return openssl_error("the private key cannot be read");
  if (X509_check_private_key(native->leaf.get(), native->key.get()) != 1) {
    return openssl_error("the private key is not that of the first certificate");
  }
  return std::make_shared<const LoadedIdentity>(std::move(native));
}

}  // namespace openirsa::http
