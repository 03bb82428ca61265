// Tags of IAM entities and of sessions: the letters that they may have, and what policies see of them.
#pragma once

#include <span>
#include <string_view>

#include "policy/facts.h"
#include "record/tag.h"
#include "wire/parameters.h"

namespace openirsa::wire {

// [\p{L}\p{Z}\p{N}_.:/=+\-@]* of the service models. REQUIRES: well-formed UTF-8.
bool is_tag_text(std::string_view text);

// aws:RequestTag/KEY and aws:TagKeys of the parameter `Tags`, as far as it can be read; the keys of `further`
// follow the tags' own. The context keeps views of all of them.
void add_request_tags(const Parameters& parameters, std::span<const std::string_view> further,
                      policy::Context& context);
// aws:ResourceTag/KEY and iam:ResourceTag/KEY.
void add_resource_tags(const record::Tags& tags, policy::Context& context);

}  // namespace openirsa::wire
