// Refusals that several operations share, in AWS's words.
#pragma once

#include <string>
#include <string_view>

#include "store/store.h"
#include "wire/operation.h"

namespace openirsa::eks {

wire::Error no_such_cluster(std::string_view name);
wire::Error cluster_exists(std::string_view name);
wire::Error invalid_parameter(std::string message);
// What belongs to another account is refused as if no policy of it allowed us, whatever our own policies say.
wire::Error not_authorized(const wire::Call& call, std::string_view resource);
wire::Error of_store(const store::Error& error);
wire::Error unreadable_record();

}  // namespace openirsa::eks
