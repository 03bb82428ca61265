// A web identity token that has been verified: issuer, audience, signature and times were checked. The
// constructor is private, and only TokenVerifier can call it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace openirsa::token {

class IdToken {
 public:
  // Texts live as long as this token or a copy of it does.
  std::string_view issuer() const { return issuer_; }
  std::string_view subject() const { return subject_; }
  // The audience that matched the client-id list: `azp` when the token has one.
  std::string_view audience() const { return audience_; }
  const std::vector<std::string_view>& original_audiences() const { return original_audiences_; }
  bool has_authorized_party() const { return has_authorized_party_; }
  const std::optional<std::string>& key_id() const { return key_id_; }  // of the key that verified it
  Time expires_at() const { return expires_at_; }
  Time issued_at() const { return issued_at_; }
  // A copy of a claim names its own storage, `json::value(claim, {})`: the token's goes with the token.
  const json::object& claims() const { return *claims_; }

 private:
  friend class TokenVerifier;
  IdToken() = default;

  std::string_view issuer_;  // these four are parts of claims_
  std::string_view subject_;
  std::string_view audience_;
  std::vector<std::string_view> original_audiences_;
  bool has_authorized_party_ = false;
  std::optional<std::string> key_id_;
  Time expires_at_;
  Time issued_at_;
  std::shared_ptr<const json::object> claims_;  // shared with the SignedToken
};

}  // namespace openirsa::token
