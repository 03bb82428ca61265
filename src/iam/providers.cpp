#include <algorithm>

#include "base/text.h"
#include "base/time_text.h"
#include "iam/arns.h"
#include "iam/handlers.h"
#include "iam/input.h"
#include "iam/provider_url.h"
#include "iam/tags.h"
#include "iam/transaction.h"
#include "issuer/registry.h"
#include "record/provider.h"
#include "wire/xml.h"

namespace openirsa::iam {
namespace {

using record::OpenIdConnectProvider;
using wire::Answer;
using wire::Call;
using wire::Code;
using wire::Error;

// Lengths are judged below: AWS words a wrong thumbprint in its own way when nothing else is wrong.
const TextRule thumbprint{40, 40};
const TextRule any_text{0, 1'000'000};

bool is_of_right_length(std::string_view text) { return scalar_count(text) == thumbprint.max; }

// Lower case, because upper-case digits made Terraform show a difference for ever.
Result<std::vector<std::string>, Error> thumbprints_of(const Call& call,
                                                       const std::vector<std::string_view>& given) {
  if (static_cast<std::int64_t>(given.size()) > call.house.quotas.thumbprints_per_provider) {
    return Error{Code::invalid_input, "Thumbprint list must contain fewer than " +
                                          std::to_string(call.house.quotas.thumbprints_per_provider) +
                                          " entries."};
  }
  if (!std::ranges::all_of(given, is_of_right_length)) {
    return Error{Code::invalid_input, "Thumbprint must be exactly 40 characters."};
  }
  std::vector<std::string> thumbprints;
  thumbprints.reserve(given.size());
  for (const std::string_view text : given) thumbprints.push_back(to_lower(text));
  return thumbprints;
}

bool is_ours(const Call& call, std::string_view name) {
  return issuer::is_ours(*call.snapshot, call.house.names.issuer_host, "https://" + std::string(name));
}

// What becomes of an omitted thumbprint: the listener of our own issuers is known without a connection, any
// other host is asked.
bool must_ask_for_thumbprint(const Call& call, std::string_view name) {
  return !is_ours(call, name) && call.house.outside != nullptr && call.came == nullptr;
}

Result<Answer, Error> ask_for_thumbprint(Call& call, const std::string& name) {
  return wire::wait_for(call, [outside = call.house.outside, account = call.account(),
                               url = "https://" + name](std::function<void(wire::OutsideText)> done) {
    outside->fetch_thumbprint(account, url, std::move(done));
  });
}

Result<std::string, Error> found_thumbprint(Call& call, std::string_view name) {
  const bool ours = is_ours(call, name);
  const std::string own = ours && call.house.own_thumbprint ? call.house.own_thumbprint() : std::string();
  if (!own.empty()) return own;
  if (call.came != nullptr && *call.came) return **call.came;
  if (call.came != nullptr) {
    call.trace.fail(wire::Step::handler_done, "thumbprint_not_fetched", call.came->error().reason, {}, {},
                    "a thumbprint that the request gives is not fetched");
  }
  return Error{Code::open_id_idp_communication_error,
               "Please check .well-known/openid-configuration of provider: https://" + std::string(name) +
                   " is valid"};
}

std::vector<std::string> without_repeats(const std::vector<std::string_view>& given) {
  std::vector<std::string> unique;
  for (const std::string_view text : given) {
    if (std::ranges::find(unique, text) == unique.end()) unique.emplace_back(text);
  }
  return unique;
}

std::optional<Error> too_many_client_ids(const Call& call, std::size_t count) {
  const std::int64_t limit = call.house.quotas.client_ids_per_provider;
  if (static_cast<std::int64_t>(count) <= limit) return std::nullopt;
  return quota_exceeded("ClientIdsPerOpenIdConnectProvider", limit);
}

// Without thumbprints where the request has none.
Result<OpenIdConnectProvider, Error> requested_provider(const Call& call) {
  Input input(call);
  const auto url = input.required("Url", rule::url);
  const auto client_ids = input.list("ClientIDList", rule::client_id);
  const auto thumbprints = input.list("ThumbprintList", any_text);
  const auto given_tags = input.tags("Tags");
  if (input.fault() && !std::ranges::all_of(thumbprints, is_of_right_length)) {
    input.list("ThumbprintList", thumbprint);  // named beside the other faults
  }
  if (auto fault = input.fault()) return *std::move(fault);

  auto name = provider_name_of_url(url);
  if (!name) return std::move(name).error();
  auto tags = new_tags(given_tags);
  if (!tags) return std::move(tags).error();
  auto unique_client_ids = without_repeats(client_ids);
  if (auto refused = too_many_client_ids(call, unique_client_ids.size())) return *std::move(refused);
  auto kept = thumbprints_of(call, thumbprints);
  if (!kept) return std::move(kept).error();
  return OpenIdConnectProvider{.account = call.account(),
                               .url = *std::move(name),
                               .client_ids = std::move(unique_client_ids),
                               .thumbprints = *std::move(kept),
                               .created = call.now,
                               .tags = *std::move(tags)};
}

Error already_exists(const OpenIdConnectProvider& provider) {
  return {Code::entity_already_exists, "Provider with url https://" + provider.url + " already exists."};
}

std::optional<Error> quota_of_providers(const Call& call, const store::Snapshot& snapshot) {
  const std::int64_t limit = call.house.quotas.providers_per_account;
  const auto prefix = record::kind_prefix(call.account(), "-", OpenIdConnectProvider::kind);
  if (static_cast<std::int64_t>(snapshot.count(prefix)) < limit) return std::nullopt;
  return quota_exceeded("OpenIdConnectProvidersPerAccount", limit);
}

void write_texts(wire::Xml& xml, std::string_view name, const std::vector<std::string>& values) {
  xml.open(name);
  for (const std::string& value : values) xml.text("member", value);
  xml.close(name);
}

// Edits the provider that the request names: `edit(OpenIdConnectProvider&)` changes it or refuses.
template <class Edit>
Result<Answer, Error> edit_provider(Call& call, std::string_view arn, Edit edit) {
  const auto url = provider_of_arn(call, arn);
  if (!url) return url.error();
  const std::string key = record::provider_key(call.account(), *url);
  return transact(call, [&](Transaction& transaction) -> Result<Answer, Error> {
    auto found = transaction.read<OpenIdConnectProvider>(key);
    if (!found) return std::move(found).error();
    if (!*found) return no_such_provider(arn);
    const Result<Done, Error> edited = edit(**found);
    if (!edited) return edited.error();
    transaction.write(key, **found);
    return wire::nothing();
  });
}

}  // namespace

Result<Answer, Error> create_open_id_connect_provider(Call& call) {
  auto provider = requested_provider(call);
  if (!provider) return std::move(provider).error();
  const std::string key = record::provider_key(call.account(), provider->url);
  if (provider->thumbprints.empty()) {
    // Whoever is refused anyway makes us connect to nobody.
    if (call.snapshot->find(key) != nullptr) return already_exists(*provider);
    if (auto refused = quota_of_providers(call, *call.snapshot)) return *std::move(refused);
    if (must_ask_for_thumbprint(call, provider->url)) return ask_for_thumbprint(call, provider->url);
    auto found = found_thumbprint(call, provider->url);
    if (!found) return std::move(found).error();
    provider->thumbprints.push_back(*std::move(found));
  }
  return transact(call, [&](Transaction& transaction) -> Result<Answer, Error> {
    const auto existing = transaction.read<OpenIdConnectProvider>(key);
    if (!existing) return existing.error();
    if (*existing) return already_exists(*provider);
    if (auto refused = quota_of_providers(call, *call.house.mirror.snapshot())) return *std::move(refused);
    transaction.write(key, *provider);
    wire::Xml xml;
    xml.text("OpenIDConnectProviderArn", provider->arn(call.house.names.partition));
    if (!provider->tags.empty()) write_tags(xml, provider->tags);
    return wire::xml_answer(xml.take());
  });
}

Result<Answer, Error> get_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto url = provider_of_arn(call, arn);
  if (!url) return url.error();
  const auto key = record::provider_key(call.account(), *url);
  const auto* provider = record::find<OpenIdConnectProvider>(*call.snapshot, key);
  if (provider == nullptr) return no_such_provider(arn);
  wire::Xml xml;
  xml.text("Url", provider->url);
  write_texts(xml, "ClientIDList", provider->client_ids);
  write_texts(xml, "ThumbprintList", provider->thumbprints);
  xml.text("CreateDate", to_iso8601(provider->created));
  write_tags(xml, provider->tags);
  return wire::xml_answer(xml.take());
}

Result<Answer, Error> list_open_id_connect_providers(Call& call) {
  wire::Xml xml;
  xml.open("OpenIDConnectProviderList");
  const auto prefix = record::kind_prefix(call.account(), "-", OpenIdConnectProvider::kind);
  record::scan<OpenIdConnectProvider>(*call.snapshot, prefix, {}, [&](const OpenIdConnectProvider& provider) {
    xml.open("member").text("Arn", provider.arn(call.house.names.partition)).close("member");
    return true;
  });
  xml.close("OpenIDConnectProviderList");
  return wire::xml_answer(xml.take());
}

// The API reference calls this idempotent; what AWS does is refuse.
Result<Answer, Error> delete_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  if (auto fault = input.fault()) return *std::move(fault);
  const auto url = provider_of_arn(call, arn);
  if (!url) return url.error();
  const std::string key = record::provider_key(call.account(), *url);
  return transact(call, [&](Transaction& transaction) -> Result<Answer, Error> {
    const auto found = transaction.read<OpenIdConnectProvider>(key);
    if (!found) return found.error();
    if (!*found) {
      return Error{Code::no_such_entity, "OpenId connect Provider " + std::string(arn) + " cannot be found."};
    }
    transaction.remove(key);
    return wire::nothing();
  });
}

Result<Answer, Error> update_open_id_connect_provider_thumbprint(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  const auto given = input.required_list("ThumbprintList", any_text);
  if (auto fault = input.fault()) return *std::move(fault);
  if (given.empty()) return Error{Code::invalid_input, "Thumbprint list must contain at least one entry."};
  const auto thumbprints = thumbprints_of(call, given);
  if (!thumbprints) return thumbprints.error();
  return edit_provider(call, arn, [&](OpenIdConnectProvider& provider) -> Result<Done, Error> {
    provider.thumbprints = *thumbprints;
    return Done{};
  });
}

Result<Answer, Error> add_client_id_to_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  const auto client_id = input.required("ClientID", rule::client_id);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_provider(call, arn, [&](OpenIdConnectProvider& provider) -> Result<Done, Error> {
    if (std::ranges::find(provider.client_ids, client_id) != provider.client_ids.end()) return Done{};
    if (auto refused = too_many_client_ids(call, provider.client_ids.size() + 1)) return *std::move(refused);
    provider.client_ids.emplace_back(client_id);
    return Done{};
  });
}

Result<Answer, Error> remove_client_id_from_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  const auto client_id = input.required("ClientID", rule::client_id);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_provider(call, arn, [&](OpenIdConnectProvider& provider) -> Result<Done, Error> {
    std::erase(provider.client_ids, client_id);
    return Done{};
  });
}

Result<Answer, Error> tag_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  const auto tags = input.required_tags("Tags");
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = refuse_tags(tags)) return *std::move(refused);
  return edit_provider(call, arn, [&](OpenIdConnectProvider& provider) {
    return merge_tags(provider.tags, tags, call.house.quotas.tags_per_entity);
  });
}

Result<Answer, Error> untag_open_id_connect_provider(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  const auto keys = input.required_list("TagKeys", rule::tag_key, 50);
  if (auto fault = input.fault()) return *std::move(fault);
  return edit_provider(call, arn, [&](OpenIdConnectProvider& provider) -> Result<Done, Error> {
    remove_tags(provider.tags, keys);
    return Done{};
  });
}

Result<Answer, Error> list_open_id_connect_provider_tags(Call& call) {
  Input input(call);
  const auto arn = input.required("OpenIDConnectProviderArn", rule::arn);
  Page page(call, input, tag_marker);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto url = provider_of_arn(call, arn);
  if (!url) return url.error();
  const auto key = record::provider_key(call.account(), *url);
  const auto* provider = record::find<OpenIdConnectProvider>(*call.snapshot, key);
  if (provider == nullptr) return no_such_provider(arn);
  return tags_page(provider->tags, page);
}

}  // namespace openirsa::iam
