// Makes temporary credentials of every kind. Nothing is stored.
#pragma once

#include <string>

#include "base/secret.h"
#include "sts/session_seal.h"
#include "wire/operation.h"
#include "wire/xml.h"

namespace openirsa::sts {

// Seconds, of what users get without a role: GetSessionToken and GetFederationToken.
constexpr std::int64_t longest_without_role = 129'600;
constexpr std::int64_t usual_without_role = 43'200;
constexpr std::int64_t longest_of_root = 3600;

struct Issued {
  std::string access_key_id;
  Secret secret_access_key;
  std::string token;
  std::int64_t expires_at = 0;  // seconds
  int packed_percent = 0;
};
// Fills in keys and times; the rest of the statement is the caller's. PackedPolicyTooLarge.
Result<Issued, wire::Error> issue(wire::Call& call, StatementView statement, std::int64_t duration);

void write_credentials(wire::Xml& xml, const Issued& issued);  // <Credentials>…</Credentials>
// Left out where nothing is packed.
void write_packed_size(wire::Xml& xml, const Issued& issued);

}  // namespace openirsa::sts
