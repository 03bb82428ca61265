#include "own/provider_keys.h"

#include <algorithm>

#include "iam/arns.h"
#include "iam/transaction.h"
#include "issuer/registry.h"
#include "own/key_material.h"
#include "record/key.h"
#include "record/provider.h"

namespace openirsa::own {
namespace {

using record::OpenIdConnectProvider;
using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;
using wire::Outside;

constexpr std::size_t longest_endpoint = 2048;
constexpr std::size_t longest_token = 20'000;  // the limit of AssumeRoleWithWebIdentity

Error invalid(std::string message) { return {Code::eks_invalid_parameter, std::move(message)}; }

Error no_such_provider(std::string_view arn) {
  return {Code::eks_resource_not_found, "No provider found for ARN: " + std::string(arn) + "."};
}

bool is_ours(const Call& call, std::string_view url) {
  return issuer::is_ours(*call.snapshot, call.house.names.issuer_host, "https://" + std::string(url));
}

// The URL of the provider that the route names, when keys may be given to it.
Result<std::string_view, Error> foreign_provider(const Call& call) {
  auto url = iam::provider_of_arn(call, call.labels.at(0));
  if (!url || !is_ours(call, *url)) return url;
  return invalid("https://" + std::string(*url) +
                 " is an issuer of this server: it publishes its keys itself, and no others count for it");
}

Result<std::optional<std::string>, Error> take_text(const json::object& body, std::string_view member) {
  if (find_member(body, member) == nullptr) return std::optional<std::string>();
  const auto text = find_string(body, member);
  if (!text) return invalid("member `" + std::string(member) + "` is not a text");
  return std::optional<std::string>(*text);
}

Result<std::optional<std::string>, Error> take_authority(const Call& call) {
  auto pem = take_text(call.body, "authorityPem");
  if (!pem || !*pem) return pem;
  if (const auto fault = fault_of_authority(**pem, call.now))
    return invalid("member `authorityPem` " + *fault);
  return pem;
}

std::string_view source_of(const Call& call, const OpenIdConnectProvider& provider) {
  if (is_ours(call, provider.url)) return "own";
  return provider.jwks.empty() ? "fetched" : "uploaded";
}

Answer describe(const Call& call, const OpenIdConnectProvider& provider) {
  json::object out{{"providerArn", provider.arn(call.house.names.partition)},
                   {"issuer", "https://" + provider.url},
                   {"source", source_of(call, provider)}};
  if (!provider.authority_pem.empty()) out["authorityPem"] = provider.authority_pem;
  if (!provider.jwks.empty()) {
    KeySetFacts facts = facts_of_key_set(provider.jwks);
    out["jwks"] = provider.jwks;
    out["keys"] = std::move(facts.keys);
    out["unusableKeys"] = std::move(facts.unusable);
  }
  return wire::json_answer({{"providerKeys", std::move(out)}});
}

// What was pulled is as old as the pull: a provider whose owner gave it other keys meanwhile, or made it
// anew, must not get it.
Error changed_meanwhile(std::string_view arn) {
  return {Code::eks_resource_in_use, "The provider " + std::string(arn) +
                                         " was changed while its keys were being pulled; they were not "
                                         "kept. Look at it, and pull again if it is to have them."};
}

// Gives the provider one source of keys in place of what it had; both empty: its issuer, as anybody sees it.
// Where `as_of` is given, only a provider that has not been written since.
Result<Answer, Error> replace_source(Call& call, const std::string& jwks, const std::string& authority_pem,
                                     std::optional<store::Revision> as_of = {}) {
  const auto url = foreign_provider(call);
  if (!url) return url.error();
  const std::string key = record::provider_key(call.account(), *url);
  return iam::transact(call, [&](iam::Transaction& transaction) -> Result<Answer, Error> {
    auto found = transaction.read<OpenIdConnectProvider>(key);
    if (!found) return std::move(found).error();
    if (!*found) return no_such_provider(call.labels.at(0));
    if (as_of && transaction.has_read_later_than(*as_of)) return changed_meanwhile(call.labels.at(0));
    (*found)->jwks = jwks;
    (*found)->authority_pem = authority_pem;
    transaction.write(key, **found);
    return describe(call, **found);
  });
}

// Nothing may end the host early or put a name and password before it; it becomes part of a URL.
bool is_endpoint(std::string_view text) {
  constexpr std::string_view scheme = "https://";
  return text.starts_with(scheme) && text.size() > scheme.size() && text.size() <= longest_endpoint &&
         text[scheme.size()] != '/' && std::ranges::all_of(text, [](char c) {
           return c > ' ' && c < '\x7f' && c != '?' && c != '#' && c != '@' && c != '\\';
         });
}

// What may stand in an Authorization header (RFC 6750 §2.1, b64token).
bool is_bearer_token(std::string_view text) {
  return !text.empty() && text.size() <= longest_token && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
}

Result<Outside::Document, Error> take_document(const Call& call) {
  auto endpoint = take_text(call.body, "endpoint");
  if (!endpoint) return std::move(endpoint).error();
  if (!*endpoint || !is_endpoint(**endpoint))
    return invalid("member `endpoint` must be an API server's URL: https://HOST:PORT");
  auto token = take_text(call.body, "token");
  if (!token) return std::move(token).error();
  if (!*token || !is_bearer_token(**token))
    return invalid("member `token` must be a service-account token of the cluster");
  auto authority = take_authority(call);
  if (!authority) return std::move(authority).error();
  std::string url = **std::move(endpoint);
  while (url.ends_with('/')) url.pop_back();
  return Outside::Document{.account = call.account(),
                           .url = url + "/openid/v1/jwks",
                           .bearer_token = *std::move(token),
                           .authority_pem = *std::move(authority)};
}

Error not_fetched(std::string message) { return {Code::eks_invalid_request, std::move(message)}; }

}  // namespace

std::string provider_of_label(const Call& call) { return call.labels.at(0); }

Result<Answer, Error> delete_provider_keys(Call& call) { return replace_source(call, {}, {}); }

Result<Answer, Error> get_provider_keys(Call& call) {
  const auto url = iam::provider_of_arn(call, call.labels.at(0));
  if (!url) return url.error();
  const auto* provider =
      record::find<OpenIdConnectProvider>(*call.snapshot, record::provider_key(call.account(), *url));
  if (provider == nullptr) return no_such_provider(call.labels.at(0));
  return describe(call, *provider);
}

Result<Answer, Error> put_provider_keys(Call& call) {
  const auto jwks = take_text(call.body, "jwks");
  if (!jwks) return jwks.error();
  const auto authority = take_authority(call);
  if (!authority) return authority.error();
  if (jwks->has_value() == authority->has_value())
    return invalid("the body must have one of the members `jwks` and `authorityPem`");
  if (const auto fault = *jwks ? fault_of_key_set(**jwks) : std::nullopt)
    return invalid("member `jwks` " + *fault);
  return replace_source(call, jwks->value_or(""), authority->value_or(""));
}

Result<Answer, Error> fetch_provider_keys(Call& call) {
  const auto document = take_document(call);
  if (!document) return document.error();
  const auto provider = foreign_provider(call);
  if (!provider) return provider.error();
  if (call.snapshot->find(record::provider_key(call.account(), *provider)) == nullptr)
    return no_such_provider(call.labels.at(0));
  const std::string& url = document->url;
  if (call.came == nullptr) {
    if (call.house.outside == nullptr)
      return not_fetched(
          "this server asks nothing of other hosts; upload the keys instead (PutProviderKeys)");
    return wire::wait_for(call, [outside = call.house.outside,
                                 wanted = *document](std::function<void(wire::OutsideText)> done) {
      outside->fetch_document(wanted, std::move(done));
    });
  }
  if (!*call.came) {
    call.trace.fail(wire::Step::handler_done, "key_set_not_fetched", call.came->error().reason, "a key set",
                    {}, "upload it instead: kubectl get --raw /openid/v1/jwks");
    return not_fetched(url + " did not give a key set; the request's decision says why");
  }
  if (const auto fault = fault_of_key_set(**call.came))
    return not_fetched("what " + url + " answered " + *fault);
  return replace_source(call, **call.came, {}, call.began_at);
}

}  // namespace openirsa::own
