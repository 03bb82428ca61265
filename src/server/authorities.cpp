#include "server/authorities.h"

#include "base/text.h"
#include "record/key.h"
#include "record/secrets.h"
#include "wire/region.h"

namespace openirsa::server {
namespace {

constexpr std::chrono::days authority_lifetime{3650};
constexpr std::chrono::days leaf_lifetime{90};
constexpr std::chrono::days leaf_renewal{30};  // before the end

Result<std::optional<crypto::Authority>, AuthorityError> load(const Authorities::Needs& needs,
                                                              std::string_view name) {
  const auto snapshot = needs.mirror.snapshot();
  const std::string key = record::authority_key(name);
  if (snapshot->find(key) == nullptr) return std::optional<crypto::Authority>{};
  const auto* record = record::find<record::AuthorityRecord>(*snapshot, key);
  if (record == nullptr) {
    return AuthorityError{"the " + std::string(name) +
                          " authority in the store cannot be read; is the master key right?"};
  }
  auto private_key = crypto::PrivateKey::from_pem(record->key_pem.expose());
  if (!private_key)
    return AuthorityError{"the " + std::string(name) + " authority's key: " + private_key.error().message};
  return std::optional<crypto::Authority>{
      crypto::Authority{record->certificate_pem, std::move(*private_key)}};
}

Result<crypto::Authority, AuthorityError> make(const Authorities::Needs& needs, const std::string& name,
                                               const std::string& common_name,
                                               const crypto::SubjectNames& names) {
  const Time now = needs.clock.now();
  crypto::Authority authority = crypto::make_authority(common_name, names, now, authority_lifetime);
  const record::AuthorityRecord record{.name = name,
                                       .certificate_pem = authority.certificate_pem,
                                       .key_pem = authority.key.to_pem(),
                                       .created = now,
                                       .unknown = {}};
  const std::string key = record::authority_key(name);
  store::Commit commit;
  commit.puts.push_back({key, record.to_text(needs.vault, key)});
  if (auto done = needs.mirror.commit(commit); !done) {
    return AuthorityError{"cannot keep the " + name + " authority: " + done.error().message};
  }
  return authority;
}

// Long enough for one more leaf.
bool lasts(const crypto::Authority& authority, Time now) {
  const auto certificates = crypto::inspect_pem(authority.certificate_pem);
  return certificates && !certificates->empty() && certificates->back().not_after >= now + leaf_lifetime;
}

bool covers(const crypto::Authority& authority, const crypto::SubjectNames& names, Time now) {
  const auto leaf = crypto::make_leaf(authority, names, now, leaf_lifetime);
  const auto good_for = [&](const std::string& host) {
    return crypto::verifies(leaf.chain_pem, authority.certificate_pem, host, now);
  };
  for (const auto& host : names.dns) {
    if (!good_for(host)) return false;
  }
  for (const auto& address : names.addresses) {
    if (!good_for(address)) return false;
  }
  return true;
}

}  // namespace

bool is_aws_name(std::string_view host) {
  // The endpoints of every partition of AWS, as its SDKs list them, and its sign-in.
  for (const std::string_view suffix : {"amazonaws.com",
                                        "amazonaws.com.cn",
                                        "amazonaws.eu",
                                        "api.aws",
                                        "on.aws",
                                        "signin.aws",
                                        "aws.dev",
                                        "aws.amazon.com",
                                        "awsapps.com",
                                        "cloud-aws.adc-e.uk",
                                        "amazonwebservices.com",
                                        "amazonwebservices.com.cn",
                                        "api.amazonwebservices.eu",
                                        "c2s.ic.gov",
                                        "sc2s.sgov.gov",
                                        "cloud.adc-e.uk",
                                        "csp.hci.ic.gov",
                                        "api.aws.ic.gov",
                                        "api.aws.scloud",
                                        "api.aws.hci.ic.gov"}) {
    if (host == suffix || (host.ends_with(suffix) && host[host.size() - suffix.size() - 1] == '.'))
      return true;
  }
  return false;
}

bool is_served_aws_name(std::string_view host) {
  if (host == "iam.amazonaws.com" || host == "sts.amazonaws.com") return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && (parts[0] == "sts" || parts[0] == "eks") && wire::is_region(parts[1]) &&
         parts[2] == "amazonaws" && parts[3] == "com";
}

Result<std::unique_ptr<Authorities>, AuthorityError> Authorities::open(Needs needs) {
  std::unique_ptr<Authorities> self(new Authorities(std::move(needs)));
  auto product = load(self->needs_, "product");
  if (!product) return std::move(product).error();
  const auto& names = self->needs_.product_names;
  const Time now = self->needs_.clock.now();
  if (*product && lasts(**product, now) && covers(**product, names, now)) {
    self->product_ = std::move(**product);
  } else {
    auto made = make(self->needs_, "product", "OpenIRSA CA", names);
    if (!made) return std::move(made).error();
    self->product_ = std::move(*made);
  }
  auto verbatim = load(self->needs_, "verbatim");
  if (!verbatim) return std::move(verbatim).error();
  if (*verbatim && lasts(**verbatim, now)) self->verbatim_ = std::move(*verbatim);
  return self;
}

std::shared_ptr<const http::LoadedIdentity> Authorities::choose(std::string_view server_name) {
  const std::scoped_lock lock(mutex_);
  if (!is_aws_name(server_name)) return leaf(*product_, "", needs_.product_names);
  if (!verbatim_ || !is_served_aws_name(server_name)) return nullptr;
  return leaf(*verbatim_, std::string(server_name), {.dns = {std::string(server_name)}, .addresses = {}});
}

std::shared_ptr<const http::LoadedIdentity> Authorities::leaf(const crypto::Authority& authority,
                                                              const std::string& cache_key,
                                                              const crypto::SubjectNames& names) {
  const Time now = needs_.clock.now();
  const auto cached = leaves_.find(cache_key);
  if (cached != leaves_.end() && now < cached->second.renew_at) return cached->second.identity;
  const auto made = crypto::make_leaf(authority, names, now, leaf_lifetime);
  auto loaded = http::LoadedIdentity::load({made.chain_pem, made.key.to_pem()});
  if (!loaded) return nullptr;
  leaves_[cache_key] = {*loaded, now + (leaf_lifetime - leaf_renewal)};
  return *loaded;
}

std::string Authorities::product_thumbprint() const {
  const auto certificates = crypto::inspect_pem(product_->certificate_pem);
  return certificates && !certificates->empty() ? certificates->back().sha1_thumbprint : std::string{};
}

Result<std::string, AuthorityError> Authorities::verbatim_pem() {
  const std::scoped_lock lock(mutex_);
  if (!verbatim_) {
    auto made = make(needs_, "verbatim", "OpenIRSA verbatim CA",
                     {.dns = {"amazonaws.com", needs_.product_names.dns.front()}, .addresses = {}});
    if (!made) return std::move(made).error();
    verbatim_ = std::move(*made);
  }
  return verbatim_->certificate_pem;
}

bool Authorities::has_verbatim() const {
  const std::scoped_lock lock(mutex_);
  return verbatim_.has_value();
}

}  // namespace openirsa::server
