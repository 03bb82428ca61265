#include "iam/page.h"

#include "base/text.h"

namespace openirsa::iam {

const TextRule tag_marker{1, 1024, rule::marker.pattern, rule::marker.matches};

Page::Page(const wire::Call& call, Input& input, const TextRule& marker)
    : scope_(std::string(call.operation.name) + "\n") {
  const auto given = input.optional("Marker", marker);
  left_ = static_cast<std::size_t>(input.integer("MaxItems", 1, 1000).value_or(100));
  if (!given) return;
  const auto text = from_base64url(*given);
  foreign_marker_ = !text || !text->starts_with(scope_) || !is_utf8(*text) || text->size() == scope_.size();
  if (!foreign_marker_) after_ = text->substr(scope_.size());
}

std::optional<wire::Error> Page::refusal() const {
  if (!foreign_marker_) return std::nullopt;
  return wire::Error{wire::Code::validation_error, "Invalid Marker."};
}

bool Page::take(std::string_view key) {
  if (left_ == 0) {
    truncated_ = true;
    return false;
  }
  --left_;
  last_ = key;
  return true;
}

void Page::write_end(wire::Xml& xml) const {
  xml.boolean("IsTruncated", truncated_);
  if (truncated_) xml.text("Marker", to_base64url(scope_ + last_));
}

}  // namespace openirsa::iam
