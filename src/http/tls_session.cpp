#include "http/tls_session.h"

#include <new>

#include "http/tls_native.h"

namespace openirsa::http {

struct TlsSession::State {
  std::shared_ptr<const TlsContext> context;  // the callbacks point into it
  OpenSslPtr<SSL> ssl;
  BIO* incoming = nullptr;  // both owned by ssl
  BIO* outgoing = nullptr;
};

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context) : state_(std::make_unique<State>()) {
  state_->context = std::move(context);
  state_->ssl.reset(SSL_new(state_->context->native().context.get()));
  state_->incoming = BIO_new(BIO_s_mem());
  state_->outgoing = BIO_new(BIO_s_mem());
  if (!state_->ssl || state_->incoming == nullptr || state_->outgoing == nullptr) throw std::bad_alloc();
  SSL_set_bio(state_->ssl.get(), state_->incoming, state_->outgoing);
  SSL_set_accept_state(state_->ssl.get());
}

TlsSession::~TlsSession() = default;

bool TlsSession::handshake_done() const { return SSL_is_init_finished(state_->ssl.get()) == 1; }

TlsSession::Status TlsSession::receive(std::string_view network, std::string& plain, std::string& reply) {
  SSL* ssl = state_->ssl.get();
  ERR_clear_error();
  if (BIO_write(state_->incoming, network.data(), static_cast<int>(network.size())) !=
      static_cast<int>(network.size())) {
    return Status::failed;
  }
  Status status = Status::open;
  for (;;) {
    char record[16 * 1024];
    std::size_t count = 0;
    const int outcome = SSL_read_ex(ssl, record, sizeof record, &count);
    if (outcome == 1) {
      plain.append(record, count);
      continue;
    }
    const int error = SSL_get_error(ssl, outcome);
    if (error == SSL_ERROR_ZERO_RETURN) status = Status::closed;
    if (error != SSL_ERROR_ZERO_RETURN && error != SSL_ERROR_WANT_READ) status = Status::failed;
    break;
  }
  take_output(reply);
  ERR_clear_error();
  return status;
}

bool TlsSession::send(std::string_view plain, std::string& network) {
  if (plain.empty()) return true;
  ERR_clear_error();
  std::size_t count = 0;
  const bool sent =
      SSL_write_ex(state_->ssl.get(), plain.data(), plain.size(), &count) == 1 && count == plain.size();
  take_output(network);
  ERR_clear_error();
  return sent;
}

void TlsSession::close(std::string& network) {
  ERR_clear_error();
  SSL_shutdown(state_->ssl.get());
  take_output(network);
  ERR_clear_error();
}

void TlsSession::take_output(std::string& network) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(state_->outgoing, &data);
  if (length > 0) network.append(data, static_cast<std::size_t>(length));
  BIO_reset(state_->outgoing);
}

}  // namespace openirsa::http
