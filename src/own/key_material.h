// What the owner of an OpenID Connect provider may give it to trust: a key set, or a private certificate
// authority for fetching one. The faults say what is wrong as the end of a sentence: "<what> is not a key
// set: …".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace openirsa::own {

// A text that every reader must be able to hold many of.
constexpr std::size_t longest_key_material = 65'536;

// Nothing when the text is a key set with at least one usable key and no private or symmetric one.
std::optional<std::string> fault_of_key_set(std::string_view jwks);

// Nothing when the text is certificates, each of which may sign others and is valid at `now`, without
// a private key.
std::optional<std::string> fault_of_authority(std::string_view pem, Time now);

// What a key set without a fault holds: {keyId, keyType, curve, algorithm} of each usable key, and
// {index, keyId, reason} of each that is left out. Members that are not there are left out.
struct KeySetFacts {
  json::array keys;
  json::array unusable;
};
KeySetFacts facts_of_key_set(std::string_view jwks);

}  // namespace openirsa::own
