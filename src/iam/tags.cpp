#include "iam/tags.h"

#include <set>

#include "base/text.h"
#include "wire/tag_text.h"

namespace openirsa::iam {
namespace {

using wire::Code;
using wire::Error;

bool is_reserved(std::string_view key) { return equal_ignoring_case(key.substr(0, 4), "aws:"); }

void erase_key(record::Tags& tags, std::string_view key) {
  std::erase_if(tags, [&](const auto& tag) { return equal_ignoring_case(tag.first, key); });
}

}  // namespace

std::optional<Error> refuse_tags(const TagList& given) {
  std::set<std::string> seen;
  for (const auto& [key, value] : given) {
    if (!seen.insert(to_lower(key)).second) {
      return Error{Code::invalid_input,
                   "Duplicate tag keys found. Please note that Tag keys are case insensitive."};
    }
    if (is_reserved(key)) {
      return Error{Code::invalid_input, "aws: prefixed tag key names are not allowed for external use."};
    }
  }
  return std::nullopt;
}

Result<record::Tags, Error> new_tags(const TagList& given) {
  if (auto refused = refuse_tags(given)) return *std::move(refused);
  return record::Tags(given.begin(), given.end());
}

Result<Done, Error> merge_tags(record::Tags& tags, const TagList& given, std::int64_t quota) {
  for (const auto& [key, value] : given) {
    erase_key(tags, key);
    tags.emplace(key, value);
  }
  if (static_cast<std::int64_t>(tags.size()) > quota) {
    return Error{Code::limit_exceeded, "The number of tags has reached the maximum limit."};
  }
  return Done{};
}

void remove_tags(record::Tags& tags, std::span<const std::string_view> keys) {
  for (const std::string_view key : keys) erase_key(tags, key);
}

namespace {

void write_tag(wire::Xml& xml, std::string_view key, std::string_view value) {
  xml.open("member").text("Key", key).text("Value", value).close("member");
}

}  // namespace

void write_tags(wire::Xml& xml, const record::Tags& tags) {
  xml.open("Tags");
  for (const auto& [key, value] : tags) write_tag(xml, key, value);
  xml.close("Tags");
}

wire::Answer tags_page(const record::Tags& tags, Page& page) {
  wire::Xml xml;
  xml.open("Tags");
  for (auto tag = tags.upper_bound(page.after()); tag != tags.end() && page.take(tag->first); ++tag) {
    write_tag(xml, tag->first, tag->second);
  }
  xml.close("Tags");
  page.write_end(xml);
  return wire::xml_answer(xml.take());
}

void add_request_tags(const wire::Call& call, policy::Context& context) {
  const auto removed = call.parameters.list("TagKeys");
  wire::add_request_tags(
      call.parameters,
      removed ? std::span<const std::string_view>(*removed) : std::span<const std::string_view>(), context);
}

}  // namespace openirsa::iam
