#include <unistd.h>

#include <cstdlib>

#include "base/json.h"
#include "http/server.h"
#include "peers.h"
#include "process.h"
#include "processor.h"
#include "token/jwk.h"
#include "token/signer.h"
#include "world.h"

namespace openirsa::bench {
namespace {

// An issuer of its own: MinIO reads the documents once, when it starts.
class Documents final : public http::Handler {
 public:
  explicit Documents(const crypto::PublicKey& key)
      : keys_(token::JwkSet(
                  {{.key_id = token::key_id_of(key), .algorithm = crypto::Algorithm::rs256, .key = key}})
                  .to_text()) {}

  http::Outcome handle(const http::Request& request) override {
    const std::string issuer = "http://" + *request.find_header("Host");
    const json::object discovery{{"issuer", issuer},
                                 {"jwks_uri", issuer + "/keys"},
                                 {"authorization_endpoint", issuer + "/authorize"},
                                 {"token_endpoint", issuer + "/token"},
                                 {"response_types_supported", {"id_token"}},
                                 {"subject_types_supported", {"public"}},
                                 {"id_token_signing_alg_values_supported", {"RS256"}}};
    return http::Response{.status = 200,
                          .headers = {{"Content-Type", "application/json"}},
                          .body = request.path == "/keys" ? keys_ : json::serialize(discovery)};
  }

 private:
  std::string keys_;
};

struct Running {
  std::unique_ptr<Documents> documents;
  std::unique_ptr<http::Server> issuer;
  std::unique_ptr<Process> minio;
};

std::optional<std::string> find_minio() {
  const char* named = std::getenv("OPENIRSA_MINIO");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return find_program(named == nullptr ? "minio" : named);
}

std::unique_ptr<http::Server> publish(Documents& documents) {
  http::Listener listener;
  listener.name = "issuer";
  listener.address = "127.0.0.1:0";
  listener.handler = &documents;
  auto started = http::Server::start({}, {std::move(listener)});
  if (!started) give_up(started.error().message);
  return std::move(*started);
}

}  // namespace

std::optional<Minio> start_minio(const std::filesystem::path& scratch, const std::string& token,
                                 std::size_t requests) {
  const auto program = find_minio();
  if (!program) return std::nullopt;
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa);
  const auto running = std::make_shared<Running>();
  running->documents = std::make_unique<Documents>(key.public_key());
  running->issuer = publish(*running->documents);
  const std::string issuer = "http://" + running->issuer->address_of("issuer");
  const std::string address = free_address();
  const std::filesystem::path folder = scratch / "minio";
  std::filesystem::create_directories(folder);

  // What it starts stays on the processor that it starts on, whatever threads Go makes later.
  const std::vector<int> self{::gettid()};
  pin(self, 0);
  running->minio = std::make_unique<Process>(
      std::vector<std::string>{*program, "server", "--quiet", "--address", address, "--console-address",
                               free_address(), (folder / "data").string()},
      scratch / "minio.log",
      std::vector<std::string>{
          "GOMAXPROCS=1", "HOME=" + folder.string(), "MINIO_ROOT_USER=bench",
          "MINIO_ROOT_PASSWORD=bench-bench", "MINIO_BROWSER=off", "MINIO_UPDATE=off",
          "MINIO_IDENTITY_OPENID_CONFIG_URL=" + issuer + "/.well-known/openid-configuration",
          "MINIO_IDENTITY_OPENID_CLIENT_ID=sts.amazonaws.com", "MINIO_IDENTITY_OPENID_CLAIM_NAME=policy"});
  pin(self, 1);
  running->minio->wait_until_ready(address, "/minio/health/ready");

  Minio minio;
  const json::object claims{{"iss", issuer}, {"policy", "readonly"}};
  for (std::size_t i = 0; i < requests; ++i) {
    json::object own = claims;
    own["jti"] = std::to_string(i);
    minio.requests.push_back(
        form_request("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=" +
                     resign(token, own, crypto::Algorithm::rs256, key)));
  }
  const int process = running->minio->id();
  minio.subject = {.address = address,
                   .tls = false,
                   .cpu_seconds = [process] { return cpu_seconds(thread_ids(process)); },
                   .keeper = running};
  return minio;
}

}  // namespace openirsa::bench
