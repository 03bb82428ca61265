// create, get, update and delete provider: an IAM OIDC provider together with the keys that it is given where
// its issuer cannot be asked for them.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/files.h"
#include "cli/nouns.h"
#include "cli/provider_calls.h"
#include "cli/provider_view.h"
#include "crypto/certificate.h"

namespace openirsa::cli {
namespace {

struct ProviderArguments {
  std::string issuer;
  std::vector<std::string> client_ids{"sts.amazonaws.com"};
  std::string thumbprint;
  std::string jwks;
  std::string ca;
  std::string jwks_from;
  std::string token_file;
  bool remove_jwks = false;
};

// The API server's own words of its keys are asked for with a token that may read them.
Result<KeysRequest, Failure> pull_request(const ProviderArguments& arguments) {
  auto token = text_of_file(arguments.token_file);
  if (!token) return std::move(token).error();
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  KeysRequest request{"POST", {{"endpoint", arguments.jwks_from}, {"token", *std::move(token)}}};
  if (arguments.ca.empty()) return request;
  auto authority = text_of_file(arguments.ca);
  if (!authority) return std::move(authority).error();
  request.body["authorityPem"] = *std::move(authority);
  return request;
}

// What the arguments say of the provider's keys, if anything.
Result<std::optional<KeysRequest>, Failure> keys_request(const ProviderArguments& arguments) {
  if (arguments.remove_jwks) return std::optional(KeysRequest{"DELETE", {}});
  if (!arguments.jwks_from.empty()) {
    auto request = pull_request(arguments);
    if (!request) return std::move(request).error();
    return std::optional(*std::move(request));
  }
  const std::string& path = arguments.jwks.empty() ? arguments.ca : arguments.jwks;
  if (path.empty()) return std::optional<KeysRequest>();
  auto text = text_of_file(path);
  if (!text) return std::move(text).error();
  const char* member = arguments.jwks.empty() ? "authorityPem" : "jwks";
  return std::optional(KeysRequest{"PUT", {{member, *std::move(text)}}});
}

// IAM asks the issuer's host for a thumbprint that is not given. Where keys or an authority are, nobody is to
// be asked: the authority's own stands for itself, and zeros match no certificate.
Result<std::vector<std::string>, Failure> thumbprints_for(const ProviderArguments& arguments,
                                                          const std::optional<KeysRequest>& request) {
  if (!arguments.thumbprint.empty()) return std::vector<std::string>{arguments.thumbprint};
  if (!request) return std::vector<std::string>();
  const auto pem = find_string(request->body, "authorityPem");
  if (request->method != "PUT" || !pem) return std::vector<std::string>{std::string(40, '0')};
  const auto certificates = crypto::inspect_pem(*pem);
  if (!certificates) return Failure{arguments.ca + ": " + certificates.error().message};
  return std::vector<std::string>{certificates->back().sha1_thumbprint};
}

// A verb's provider: where the server is, and under which ARN it has the provider or would have it.
struct Place {
  Connection connection;
  std::string name;
  std::string arn;
};

Result<Place, Failure> find_place(const Common& common, const std::string& issuer) {
  auto name = provider_name(issuer);
  if (!name) return std::move(name).error();
  auto connection = Connection::open(common);
  if (!connection) return std::move(connection).error();
  auto arn = provider_arn(*connection, *name);
  if (!arn) return std::move(arn).error();
  return Place{*std::move(connection), *std::move(name), *std::move(arn)};
}

Failure no_provider(const std::string& issuer) {
  return {"no provider for issuer " + issuer + "; openirsa get provider lists those there are"};
}

bool same_set(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::set(a.begin(), a.end()) == std::set(b.begin(), b.end());
}

// A provider that is there already may be what was asked for, or an attempt that came half the way; what it
// would have to give up for that is not touched.
Result<Done, Failure> check_same(const Place& place, const Provider& found, const ProviderArguments& wanted,
                                 const std::optional<KeysRequest>& request) {
  const std::string there = "a provider for issuer " + found.issuer + " is there already with ";
  if (!same_set(found.client_ids, wanted.client_ids)) {
    return Failure{there + "the client ids " + joined(found.client_ids) +
                   "; name the same with --client-id, or change them with the AWS CLI"};
  }
  if (!wanted.thumbprint.empty() &&
      std::ranges::find(found.thumbprints, to_lower(wanted.thumbprint)) == found.thumbprints.end())
    return Failure{there + "the thumbprints " + joined(found.thumbprints)};
  if (!request || request->method != "PUT") return Done{};
  const auto keys = keys_of(place.connection, found.arn);
  if (!keys) return keys.error();
  for (const char* member : {"jwks", "authorityPem"}) {
    const auto kept = find_string(*keys, member);
    if (kept && kept != find_string(request->body, member))
      return Failure{there + "other keys; replace them: openirsa update provider"};
  }
  return Done{};
}

bool has_keys(const json::object& keys) {
  return find_string(keys, "jwks").has_value() || find_string(keys, "authorityPem").has_value();
}

// Undoes what this very call made, `made`, and nothing else: whoever found the provider meanwhile may have
// given it keys of its own, or have made one anew.
Failure after_failed_upload(const Place& place, const std::optional<Provider>& made, const Failure& failure) {
  if (!made) return {failure.message + "; the provider stands as it was"};
  const std::string stands = failure.message + "; the provider " + place.arn + " stands";
  const auto found = find_provider(place.connection, place.arn);
  if (!found) return {stands + " without the keys, because looking at it failed: " + found.error().message};
  if (!*found) return {failure.message + "; somebody else deleted the provider meanwhile"};
  const auto keys = keys_of(place.connection, place.arn);
  if (!keys) return {stands + " without the keys, because looking at them failed: " + keys.error().message};
  if (**found != *made || has_keys(*keys))
    return {stands + ", because somebody else changed it meanwhile; openirsa get provider shows it"};
  const auto undone = delete_provider(place.connection, place.arn);
  if (undone) return {failure.message + "; no provider was made"};
  return {stands + " without the keys, because deleting it failed: " + undone.error().message};
}

int create(const Common& common, const ProviderArguments& arguments) {
  const auto request = keys_request(arguments);
  if (!request) return fail(request.error());
  auto thumbprints = thumbprints_for(arguments, *request);
  if (!thumbprints) return fail(thumbprints.error());
  const auto place = find_place(common, arguments.issuer);
  if (!place) return fail(place.error());
  auto found = find_provider(place->connection, place->arn);
  if (!found) return fail(found.error());
  std::optional<Provider> made;
  if (!*found) {
    const Provider wanted{
        place->arn, "https://" + place->name, arguments.client_ids, *std::move(thumbprints), {}};
    if (const auto done = create_provider(place->connection, wanted); !done) return fail(done.error());
    found = find_provider(place->connection, place->arn);
    if (!found) return fail(found.error());
    if (!*found) return fail(no_provider(arguments.issuer));
    made = **found;
  } else if (const auto same = check_same(*place, **found, arguments, *request); !same) {
    return fail(same.error());
  }
  std::optional<json::object> keys;
  if (*request) {
    auto replaced = replace_keys(place->connection, place->arn, **request);
    if (!replaced) return fail(after_failed_upload(*place, made, replaced.error()));
    keys = *std::move(replaced);
  }
  return show_provider(common, **found, keys);
}

int update(const Common& common, const ProviderArguments& arguments) {
  const auto request = keys_request(arguments);
  if (!request) return fail(request.error());
  if (!*request) return fail({"nothing to update; say --jwks, --ca, --jwks-from or --remove-jwks"});
  const auto place = find_place(common, arguments.issuer);
  if (!place) return fail(place.error());
  const auto found = find_provider(place->connection, place->arn);
  if (!found) return fail(found.error());
  if (!*found) return fail(no_provider(arguments.issuer));
  auto replaced = replace_keys(place->connection, place->arn, **request);
  if (!replaced) return fail(replaced.error());
  return show_provider(common, **found, *std::move(replaced));
}

int get_all(const Common& common) {
  const auto connection = Connection::open(common);
  if (!connection) return fail(connection.error());
  const auto arns = list_provider_arns(*connection);
  if (!arns) return fail(arns.error());
  json::array providers;
  std::vector<std::vector<std::string>> rows{{"ISSUER", "CLIENT IDS", "CREATED", "KEYS"}};
  for (const std::string& arn : *arns) {
    const auto found = find_provider(*connection, arn);
    if (!found) return fail(found.error());
    if (!*found) continue;  // deleted meanwhile
    const auto keys = keys_of(*connection, arn);
    if (!keys) return fail(keys.error());
    rows.push_back({(*found)->issuer, joined((*found)->client_ids), (*found)->created, source_text(*keys)});
    providers.push_back(provider_json(**found, *keys));
  }
  if (common.form() == Form::json)
    print_json(json::object{{"providers", std::move(providers)}});
  else if (rows.size() == 1)
    print("No providers found. Make one: openirsa create provider --issuer URL");
  else
    print_table(rows);
  return 0;
}

int get(const Common& common, const ProviderArguments& arguments) {
  if (arguments.issuer.empty()) return get_all(common);
  const auto place = find_place(common, arguments.issuer);
  if (!place) return fail(place.error());
  const auto found = find_provider(place->connection, place->arn);
  if (!found) return fail(found.error());
  if (!*found) return fail(no_provider(arguments.issuer));
  const auto keys = keys_of(place->connection, place->arn);
  if (!keys) return fail(keys.error());
  return show_provider(common, **found, *keys);
}

int remove(const Common& common, const ProviderArguments& arguments) {
  const auto place = find_place(common, arguments.issuer);
  if (!place) return fail(place.error());
  if (const auto deleted = delete_provider(place->connection, place->arn); !deleted)
    return fail(deleted.error());
  if (common.form() == Form::json)
    print_json(json::object{{"arn", place->arn}, {"outcome", "deleted"}});
  else
    print("deleted provider for issuer \"https://" + place->name + "\"; its tokens are exchanged no more");
  return 0;
}

template <class Act>
CLI::App* add_noun(CLI::App& verb, const char* help, bool issuer_required, Run& run, Act act,
                   const std::shared_ptr<ProviderArguments>& arguments) {
  CLI::App* noun = verb.add_subcommand("provider", help);
  auto common = add_common(*noun);
  CLI::Option* issuer = refuse_empty(noun->add_option("--issuer,issuer", arguments->issuer, "issuer URL"));
  if (issuer_required) issuer->required();
  noun->callback([&run, act, common, arguments] { run = [=] { return act(*common, *arguments); }; });
  return noun;
}

// Where the keys come from when the issuer is not asked, or not as everybody asks it.
void add_key_options(CLI::App& noun, ProviderArguments& arguments) {
  CLI::Option* jwks =
      refuse_empty(noun.add_option("--jwks", arguments.jwks, "file with the issuer's key set"));
  CLI::Option* ca = refuse_empty(
      noun.add_option("--ca", arguments.ca,
                      "PEM file with the private CA of the issuer, or with --jwks-from of the API server"));
  CLI::Option* from =
      refuse_empty(noun.add_option("--jwks-from", arguments.jwks_from,
                                   "API server that the server pulls the key set from (https://HOST:PORT)"));
  CLI::Option* token = refuse_empty(
      noun.add_option("--token-file", arguments.token_file, "service-account token for --jwks-from"));
  jwks->excludes(ca)->excludes(from);
  from->needs(token);
  token->needs(from);
}

}  // namespace

void add_provider_verbs(CLI::App& create_verb, CLI::App& get_verb, CLI::App& update_verb,
                        CLI::App& delete_verb, Run& run) {
  auto arguments = std::make_shared<ProviderArguments>();
  CLI::App* noun = add_noun(create_verb, "trust an OpenID Connect issuer", true, run, create, arguments);
  add_key_options(*noun, *arguments);
  refuse_empty(noun->add_option("--client-id", arguments->client_ids, "client id (audience); may be repeated")
                   ->allow_extra_args(false))
      ->capture_default_str();
  refuse_empty(noun->add_option("--thumbprint", arguments->thumbprint, "SHA-1 of the issuer's certificate"));
  add_noun(get_verb, "show one provider, or all", false, run, get, arguments);
  noun =
      add_noun(update_verb, "replace the keys that a provider is trusted with", true, run, update, arguments);
  add_key_options(*noun, *arguments);
  CLI::Option* forget = noun->add_flag("--remove-jwks", arguments->remove_jwks,
                                       "forget uploaded keys or a private CA; ask the issuer itself");
  for (const char* other : {"--jwks", "--ca", "--jwks-from"}) forget->excludes(noun->get_option(other));
  add_noun(delete_verb, "delete a provider and end its exchanges", true, run, remove, arguments);
}

}  // namespace openirsa::cli
