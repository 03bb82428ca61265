// The IAM record of a trusted issuer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "record/record.h"
#include "record/tag.h"
#include "token/jwk.h"

namespace openirsa::record {

struct OpenIdConnectProvider {
  static constexpr std::string_view kind = "oidc-provider";
  std::string account{};
  std::string url{};  // without https:// and without :443; case kept
  std::vector<std::string> client_ids{};
  std::vector<std::string> thumbprints{};  // lower case
  Time created{};
  Tags tags{};
  std::string jwks{};                              // the uploaded key set as it came; empty: none
  std::shared_ptr<const token::JwkSet> key_set{};  // of `jwks`, made when the record is read; null: none
  std::string authority_pem{};  // the private CA trusted for this provider's fetches; empty: the system's
  json::object unknown{};

  // The condition keys of this issuer's claims ("<url>:sub"), made when the record is read: an exchange
  // would make them anew each time.
  struct ClaimKeys {
    std::string audience, subject, authorized_party, original_audience;
  };
  ClaimKeys claim_keys{};

  std::string arn(std::string_view partition) const;
  static Result<OpenIdConnectProvider, RecordError> parse(std::string_view key, std::string_view text,
                                                          const Vault& vault);
  std::string to_text(const Vault& vault, std::string_view key) const;
};

}  // namespace openirsa::record
