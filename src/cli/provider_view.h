// How a provider and its keys are shown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/provider_calls.h"

namespace openirsa::cli {

std::string joined(const std::vector<std::string>& texts);  // "a, b"
// Where the keys come from, of what GetProviderKeys shows: "fetched from the issuer"
std::string source_text(const json::object& keys);
// {arn, issuer, clientIds, thumbprints, created, keys}
json::object provider_json(const Provider& provider, const std::optional<json::object>& keys);
// On stdout, in the form that was asked for; answers the exit status.
int show_provider(const Common& common, const Provider& provider, const std::optional<json::object>& keys);

}  // namespace openirsa::cli
