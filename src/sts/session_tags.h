// Session tags and source identities: from a request's parameters, from a token's claims, and from the
// session that the call was signed with (IAM User Guide, "Passing session tags in AWS STS", "Monitor and
// control actions taken with assumed roles").
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "policy/facts.h"
#include "sts/session_seal.h"
#include "wire/operation.h"

namespace openirsa::sts {

constexpr std::string_view tags_claim = "https://aws.amazon.com/tags";
constexpr std::string_view source_identity_claim = "https://aws.amazon.com/source_identity";

// Tags and TransitiveTagKeys of a request. ValidationError and InvalidParameterValue.
Result<std::vector<wire::SessionTag>, wire::Error> parse_session_tags(const wire::Parameters& parameters);
// What a token's claims ask for. `error` is AWS's text for a token that cannot be used.
Result<Extras, wire::Error> parse_claimed_extras(const json::object& claims);
bool claims_extras(const json::object& claims);

// The tags asked for, after the transitive ones of the caller's session, which they must not replace.
Result<std::vector<wire::SessionTag>, wire::Error> with_inherited(std::vector<wire::SessionTag> tags,
                                                                  const wire::Caller& caller);

// aws:RequestTag/KEY, aws:TagKeys and sts:TransitiveTagKeys. The context keeps views of the tags.
void add_tag_keys(std::span<const wire::SessionTag> tags, policy::Context& context);
// The same of a request whose tags may be faulty: of what can be read.
void add_requested_tag_keys(const wire::Parameters& parameters, policy::Context& context);

}  // namespace openirsa::sts
