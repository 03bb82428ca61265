// TagResource, UntagResource, ListTagsForResource, and the rules that tags follow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "record/tag.h"
#include "wire/operation.h"

namespace openirsa::eks {

// REQUIRES: every value is a text. Refuses with BadRequestException.
Result<record::Tags, wire::Error> new_tags(const json::object& given, std::int64_t quota);

// The name of the cluster that an ARN of the caller's account and the call's region means.
std::optional<std::string> own_cluster_of(const wire::Call& call, std::string_view arn);

Result<wire::Answer, wire::Error> list_tags_for_resource(wire::Call& call);
Result<wire::Answer, wire::Error> tag_resource(wire::Call& call);
Result<wire::Answer, wire::Error> untag_resource(wire::Call& call);

}  // namespace openirsa::eks
