#include "sts/session_tags.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "wire/session_input.h"
#include "wire/tag_text.h"

namespace openirsa::sts {
namespace {

using wire::Code;
using wire::Error;
using wire::SessionTag;
using Tags = std::vector<SessionTag>;

constexpr std::size_t most_tags = 50;

Error invalid_value(std::string text) { return {Code::invalid_parameter_value, std::move(text)}; }

Error unusable_token() {
  return {Code::invalid_identity_token,
          "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity "
          "documentation for requirements."};
}

bool has_key(std::span<const SessionTag> tags, std::string_view key) {
  return std::ranges::any_of(tags, [&](const SessionTag& tag) { return equal_ignoring_case(tag.key, key); });
}

void check_tag(wire::ValidationErrors& errors, std::string_view key, std::string_view value,
               std::size_t index) {
  const std::string place = "tags." + std::to_string(index) + ".member.";
  check_length(errors, key, place + "key", 1, 128);
  if (!key.empty() && !wire::is_tag_text(key))
    errors.add(key, place + "key", wire::must_match(R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)"));
  check_length(errors, value, place + "value", 0, 256);
  if (!wire::is_tag_text(value))
    errors.add(value, place + "value", wire::must_match(R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"));
}

// Keys are compared without regard to case, and a transitive key must be one of the tags'.
Result<Tags, Error> make_transitive(Tags tags, std::span<const std::string_view> transitive) {
  std::set<std::string> seen;
  for (const SessionTag& tag : tags) {
    if (!seen.insert(to_lower(tag.key)).second)
      return invalid_value("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    if (equal_ignoring_case(std::string_view(tag.key).substr(0, 4), "aws:"))
      return invalid_value("aws: prefixed tag key names are not allowed for external use.");
  }
  for (const std::string_view key : transitive) {
    const auto tag =
        std::ranges::find_if(tags, [&](const SessionTag& one) { return equal_ignoring_case(one.key, key); });
    if (tag == tags.end())
      return invalid_value("The specified transitive tag key must be included in the requested tags.");
    tag->transitive = true;
  }
  return tags;
}

// {"principal_tags": {"Project": ["Automation"]}, "transitive_tag_keys": ["Project"]}
Result<Tags, Error> parse_tags_claim(const json::value& claim) {
  const json::object* members = claim.if_object();
  if (members == nullptr) return unusable_token();
  Tags tags;
  wire::ValidationErrors errors;
  if (const json::value* principal = find_member(*members, "principal_tags")) {
    const json::object* named = principal->if_object();
    if (named == nullptr) return unusable_token();
    for (const auto& member : *named) {
      const json::value* value = &member.value();
      if (const json::array* list = value->if_array()) {
        if (list->size() != 1)
          return unusable_token();  // "You must pass a single value for each session tag"
        value = &list->front();
      }
      const auto text = text_of(value);
      if (!text) return unusable_token();
      tags.push_back({std::string(member.key()), std::string(*text)});
      check_tag(errors, tags.back().key, tags.back().value, tags.size());
    }
  }
  if (tags.size() > most_tags) errors.add("tags", wire::length_at_most(most_tags));
  if (!errors.empty()) return errors.error();
  std::vector<std::string_view> transitive;
  if (const json::value* keys = find_member(*members, "transitive_tag_keys")) {
    const json::array* list = keys->if_array();
    if (list == nullptr) return unusable_token();
    for (const json::value& key : *list) {
      const auto text = text_of(&key);
      if (!text) return unusable_token();
      transitive.push_back(*text);
    }
  }
  return make_transitive(std::move(tags), transitive);
}

}  // namespace

Result<Tags, Error> parse_session_tags(const wire::Parameters& parameters) {
  const auto given = parameters.pairs("Tags", "Key", "Value");
  if (!given) return given.error();
  const auto transitive = parameters.list("TransitiveTagKeys");
  if (!transitive) return transitive.error();
  wire::ValidationErrors errors;
  if (given->size() > most_tags) errors.add("tags", wire::length_at_most(most_tags));
  if (transitive->size() > most_tags) errors.add("transitiveTagKeys", wire::length_at_most(most_tags));
  Tags tags;
  for (const auto& [key, value] : *given) {
    tags.push_back({std::string(key), std::string(value)});
    check_tag(errors, key, value, tags.size());
  }
  if (!errors.empty()) return errors.error();
  return make_transitive(std::move(tags), *transitive);
}

bool claims_extras(const json::object& claims) {
  return find_member(claims, tags_claim) != nullptr || find_member(claims, source_identity_claim) != nullptr;
}

Result<Extras, Error> parse_claimed_extras(const json::object& claims) {
  Extras extras;
  if (const json::value* claim = find_member(claims, tags_claim)) {
    auto tags = parse_tags_claim(*claim);
    if (!tags) return std::move(tags).error();
    extras.tags = std::move(*tags);
  }
  const json::value* claim = find_member(claims, source_identity_claim);
  if (claim == nullptr) return extras;
  const auto identity = text_of(claim);
  if (!identity) return unusable_token();
  wire::ValidationErrors errors;
  check_length(errors, identity, "sourceIdentity", 2, 64);
  check_name_letters(errors, identity, "sourceIdentity");
  if (!errors.empty()) return errors.error();
  extras.source_identity = *identity;
  return extras;
}

Result<Tags, Error> with_inherited(Tags tags, const wire::Caller& caller) {
  if (!caller.session) return tags;
  Tags all;
  for (const SessionTag& tag : caller.session->tags) {
    if (!tag.transitive) continue;
    if (has_key(tags, tag.key)) {
      return invalid_value(
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
          "key from the calling session.");
    }
    all.push_back(tag);
  }
  std::ranges::move(tags, std::back_inserter(all));
  return all;
}

void add_tag_keys(std::span<const SessionTag> tags, policy::Context& context) {
  std::vector<std::string_view> keys;
  std::vector<std::string_view> transitive;
  for (const SessionTag& tag : tags) {
    context.add_owned("aws:RequestTag/" + tag.key, tag.value);
    keys.push_back(tag.key);
    if (tag.transitive) transitive.push_back(tag.key);
  }
  if (!keys.empty()) context.add_list("aws:TagKeys", std::move(keys));
  if (!transitive.empty()) context.add_list("sts:TransitiveTagKeys", std::move(transitive));
}

void add_requested_tag_keys(const wire::Parameters& parameters, policy::Context& context) {
  wire::add_request_tags(parameters, {}, context);
  auto transitive = parameters.list("TransitiveTagKeys");
  if (transitive && !transitive->empty()) context.add_list("sts:TransitiveTagKeys", *std::move(transitive));
}

}  // namespace openirsa::sts
