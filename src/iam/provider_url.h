// Which URLs may name a provider.
#pragma once

#include <string>
#include <string_view>

#include "wire/error.h"

namespace openirsa::iam {

// The URL without scheme and without `:443`, letters and trailing slash as given: it is the provider's
// identity, and trust policies and tokens name it exactly. REQUIRES: not empty.
Result<std::string, wire::Error> provider_name_of_url(std::string_view url);

}  // namespace openirsa::iam
