#include "policy/facts.h"

#include <algorithm>

#include "base/text.h"

namespace openirsa::policy {
namespace {

// A key added again replaces the earlier one: two values under one name would make the outcome depend on the
// order.
Context::Key& slot(std::vector<Context::Key>& keys, std::string_view name) {
  const auto same = [&](const Context::Key& key) { return equal_ignoring_case(key.name, name); };
  const auto at = std::ranges::find_if(keys, same);
  return at == keys.end() ? keys.emplace_back() : *at;
}

}  // namespace

void Context::add(std::string_view name, std::string_view value) {
  slot(keys_, name) = Key{.name = name, .values = value, .multivalued = false};
}

void Context::add_list(std::string_view name, std::vector<std::string_view> values) {
  slot(keys_, name) = Key{.name = name, .values = std::move(values), .multivalued = true};
}

std::string_view Context::keep(std::string text) {
  if (text.size() > room_size - used_) return owned_.emplace_front(std::move(text));
  if (room_ == nullptr) room_ = std::make_unique_for_overwrite<char[]>(room_size);
  char* const to = room_.get() + used_;
  std::ranges::copy(text, to);
  used_ += text.size();
  return {to, text.size()};
}

void Context::add_owned(std::string name, std::string value) {
  const std::string_view kept_name = keep(std::move(name));
  add(kept_name, keep(std::move(value)));
}

void Context::add_value(std::string_view name, std::string value) { add(name, keep(std::move(value))); }

const Context::Key* Context::find(std::string_view name) const {
  for (const Key& key : keys_) {
    if (equal_ignoring_case(key.name, name)) return &key;
  }
  return nullptr;
}

}  // namespace openirsa::policy
