// STS: its operations table and the credential source for sealed sessions.
#pragma once

#include "sts/session_seal.h"
#include "wire/house.h"
#include "wire/operation.h"

namespace openirsa::sts {

extern const wire::Service service;

// ASIA… keys: opens the session token, then checks that all that the session comes from still exists and none
// of it was revoked (sts/lineage.h).
class SessionSource final : public wire::CredentialSource {
 public:
  explicit SessionSource(std::string partition) : partition_(std::move(partition)) {}
  bool owns(std::string_view access_key_id) const override;
  Result<wire::FoundKey, wire::Error> find(std::string_view access_key_id,
                                           const std::optional<std::string>& session_token,
                                           const store::Snapshot& snapshot, Time now,
                                           wire::Trace& trace) const override;

 private:
  std::string partition_;
};

}  // namespace openirsa::sts
