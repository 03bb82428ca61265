// Can any request, signed by an administrator or not, get an answer of 5xx or one that is not well-formed out
// of the whole of our APIs? Input: requests between lines `---`. Each: a line with the service that signs it
// (`iam`, `sts`, `eks`, `openirsa`) or `-`, a request line `METHOD target`, headers, an empty line, the body.
// `{TOKEN}` in a body is a token of our own issuer that a role trusts, `{ACCOUNT}` the account.
#include <algorithm>

#include "base/text.h"
#include "eks/service.h"
#include "fuzz.h"
#include "iam/bootstrap.h"
#include "iam/service.h"
#include "issuer/registry.h"
#include "own/service.h"
#include "record/cluster.h"
#include "record/key.h"
#include "record/provider.h"
#include "record/role.h"
#include "sigv4/sigv4.h"
#include "sts/service.h"
#include "token/signer.h"
#include "wire/dispatch.h"

namespace {

using namespace openirsa;
using fuzz::require;

constexpr std::int64_t noon = 1795521600;
const std::string account = "111122223333";

class StillClock final : public Clock {
 public:
  Time now() const override { return time_of_seconds(noon); }
};

// What takes long to make, once: records as texts, and a token.
struct Stock {
  record::Vault vault{Secret(std::string(32, 'k'))};
  std::vector<std::pair<std::string, std::string>> records;
  std::string token;

  Stock() {
    const auto issuer =
        issuer::make_issuer("oidc.openirsa.internal", account, "us-west-2", "prod", time_of_seconds(noon));
    const std::string name = issuer.url.substr(8);
    token = *issuer::mint(issuer,
                          {.name_space = "default",
                           .service_account = "app",
                           .service_account_uid = "7f1c0f5e-0000-4000-8000-000000000001",
                           .audience = "sts.amazonaws.com"},
                          time_of_seconds(noon));
    const std::string trust =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::)" +
        account + ":oidc-provider/" + name + R"("},"Action":"sts:AssumeRoleWithWebIdentity"}]})";
    const record::Role role{.account = account,
                            .name = "app",
                            .path = "/",
                            .id = "AROAAAAAAAAAAAAAAAAAA",
                            .created = time_of_seconds(noon),
                            .trust = *policy::Policy::parse(trust, policy::Kind::trust)};
    const record::OpenIdConnectProvider provider{.account = account,
                                                 .url = name,
                                                 .client_ids = {"sts.amazonaws.com"},
                                                 .created = time_of_seconds(noon)};
    const auto ring_key = sts::make_ring_key(time_of_seconds(noon));
    keep(record::issuer_key(issuer.id), issuer);
    keep(record::role_key(account, role.name), role);
    keep(record::provider_key(account, name), provider);
    keep(record::ring_key_key(ring_key.id), ring_key);
  }

 private:
  template <class R>
  void keep(const std::string& key, const R& record) {
    records.emplace_back(key, record.to_text(vault, key));
  }
};
const Stock& stock() {
  static const Stock made;
  return made;
}

class World {
 public:
  World()
      : mirror_(*store::Mirror::start(store::make_memory_store(),
                                      record::make_decoder(stock().vault,
                                                           [](std::string_view, std::string_view) {
                                                             require(false, "what is stored is decoded");
                                                           }))),
        house_{.mirror = *mirror_, .clock = clock_, .vault = stock().vault} {
    house_.credential_sources = {&keys_, &sessions_};
    house_.authorizer = &authorizer_;
    house_.own_thumbprint = [] { return std::string(40, 'a'); };
    house_.own_authority_pem = [] { return std::string("-----BEGIN CERTIFICATE-----\n"); };
    house_.server_facts = [](bool) { return json::object{}; };
    auto first = iam::make_first_identities(*mirror_, stock().vault, clock_.now(), account);
    require(bool(first), "the first identities are made");
    admin_ = {first->access_key_id, std::move(first->secret_access_key), std::nullopt};
    store::Commit commit;
    for (const auto& [key, text] : stock().records) commit.puts.push_back({key, text});
    require(bool(mirror_->commit(commit)), "the stock is stored");
  }

  void ask(std::string_view text) {
    fuzz::Lines lines(text);
    const std::string service(lines.next());
    http::Request request = read_request(lines);
    if (service != "-") sign(request, service);
    check(settle(dispatcher_.handle(request)));
  }

 private:
  static http::Request read_request(fuzz::Lines& lines) {
    http::Request request;
    const std::string_view line = lines.next();
    const std::size_t blank = std::min(line.find(' '), line.size());
    request.method = line.substr(0, blank);
    request.target = line.substr(std::min(blank + 1, line.size()));
    if (!request.target.starts_with('/')) request.target.insert(0, "/");
    const std::size_t question = std::min(request.target.find('?'), request.target.size());
    request.path = request.target.substr(0, question);
    request.query = request.target.substr(std::min(question + 1, request.target.size()));
    request.headers.emplace_back("Host", "127.0.0.1:8443");
    request.peer = {.address = "192.0.2.7", .tls = true, .admin = false};
    while (!lines.ended()) {
      const std::string_view header = lines.next();
      if (header.empty()) break;
      const std::size_t colon = std::min(header.find(':'), header.size());
      if (header.substr(0, colon) == "admin") request.peer.admin = true;
      request.headers.emplace_back(header.substr(0, colon),
                                   trim(header.substr(std::min(colon + 1, header.size()))));
    }
    request.body = lines.rest();
    for (const auto& [mark, value] :
         {std::pair<std::string, std::string>{"{TOKEN}", stock().token}, {"{ACCOUNT}", account}}) {
      for (std::size_t at = request.body.find(mark); at != std::string::npos;
           at = request.body.find(mark, at + value.size()))
        request.body.replace(at, mark.size(), value);
    }
    return request;
  }

  void sign(http::Request& request, std::string_view service) const {
    sigv4::RequestView view{request.method, request.path, request.query, {}, request.body};
    for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
    const std::string_view region = service == "iam" ? "us-east-1" : "us-west-2";
    for (auto& header : sigv4::sign(view, admin_, region, service, clock_.now()))
      request.headers.push_back(std::move(header));
  }

  static http::Response settle(http::Outcome outcome) {
    if (auto* response = std::get_if<http::Response>(&outcome)) return std::move(*response);
    auto* work = std::get_if<http::Work>(&outcome);
    require(work != nullptr, "nothing outside is waited for");
    http::Reply reply = (*work)();
    require(std::holds_alternative<http::Response>(reply), "and work is done at once");
    return std::get<http::Response>(std::move(reply));
  }

  static void check(const http::Response& response) {
    require(response.status >= 200 && response.status < 500, "no defect shows");
    std::string type;
    for (const auto& [name, value] : response.headers) {
      require(value.find_first_of("\r\n") == value.npos, "headers are lines");
      if (equal_ignoring_case(name, "content-type")) type = value;
    }
    require(is_utf8(response.body), "answers are UTF-8");
    if (response.body.empty()) return;
    if (type.find("json") != type.npos) {
      require(bool(parse_json(response.body)), "JSON is JSON");
    } else {
      require(std::ranges::count(response.body, '<') == std::ranges::count(response.body, '>'), "XML is XML");
    }
  }

  StillClock clock_;
  std::unique_ptr<store::Mirror> mirror_;
  iam::AccessKeySource keys_{"aws"};
  sts::SessionSource sessions_{"aws"};
  iam::PolicyAuthorizer authorizer_;
  wire::House house_;
  sigv4::Credentials admin_;
  wire::Dispatcher dispatcher_{house_, {&iam::service, &sts::service, &eks::service, &own::service}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  World world;
  for (int requests = 0; !text.empty() && requests < 6; ++requests) {
    const std::size_t end = text.find("\n---\n");
    world.ask(text.substr(0, end));
    text = end == text.npos ? std::string_view{} : text.substr(end + 5);
  }
  return 0;
}
