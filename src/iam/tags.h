// Tags of providers, roles and policies follow the same rules.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "iam/input.h"
#include "iam/page.h"
#include "policy/facts.h"
#include "record/tag.h"
#include "wire/xml.h"

namespace openirsa::iam {

// The tags of a new entity.
Result<record::Tags, wire::Error> new_tags(const TagList& given);
// What is wrong with tags that a request gives: keys that are equal but for case, reserved keys.
std::optional<wire::Error> refuse_tags(const TagList& given);
// Adds or replaces; keys are compared without regard to case (User Guide, "Tags for IAM resources"), so
// `dept` replaces `Dept`. Refuses what would exceed the quota.
Result<Done, wire::Error> merge_tags(record::Tags& tags, const TagList& given, std::int64_t quota);
void remove_tags(record::Tags& tags, std::span<const std::string_view> keys);

void write_tags(wire::Xml& xml, const record::Tags& tags);  // <Tags>…</Tags>, present when empty
// The answer of a List…Tags operation.
wire::Answer tags_page(const record::Tags& tags, Page& page);

// aws:RequestTag/KEY and aws:TagKeys; to the latter belong the keys that an Untag… operation removes.
void add_request_tags(const wire::Call& call, policy::Context& context);

}  // namespace openirsa::iam
