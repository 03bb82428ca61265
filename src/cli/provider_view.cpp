#include "cli/provider_view.h"

namespace openirsa::cli {
namespace {

std::string text_in(const json::object& object, std::string_view member) {
  return std::string(find_string(object, member).value_or(""));
}

// "a (EC P-256, ES256)"
std::string key_text(const json::object& key) {
  std::string type = text_in(key, "keyType");
  for (const auto& [member, before] : {std::pair{"curve", " "}, std::pair{"algorithm", ", "}}) {
    if (const std::string text = text_in(key, member); !text.empty()) type += before + text;
  }
  const std::string id = text_in(key, "keyId");
  return (id.empty() ? "without kid" : id) + " (" + type + ")";
}

// "keys[1] odd: type `OKP` cannot be used"
std::string unusable_text(const json::object& key) {
  const std::string id = text_in(key, "keyId");
  return "keys[" + std::to_string(find_integer(key, "index").value_or(0)) + "]" +
         (id.empty() ? "" : " " + id) + ": " + text_in(key, "reason");
}

void show(const Provider& provider, const std::optional<json::object>& keys) {
  std::vector<std::pair<std::string, std::string>> fields{{"Issuer", provider.issuer},
                                                          {"ARN", provider.arn},
                                                          {"Client IDs", joined(provider.client_ids)},
                                                          {"Thumbprints", joined(provider.thumbprints)},
                                                          {"Created", provider.created}};
  if (keys) {
    fields.emplace_back("Keys", source_text(*keys));
    const auto add = [&](const char* list, const char* label, auto text_of) {
      const json::array* entries = find_array(*keys, list);
      for (std::size_t i = 0; entries != nullptr && i < entries->size(); ++i) {
        if (const auto* entry = (*entries)[i].if_object()) fields.emplace_back(label, text_of(*entry));
      }
    };
    add("keys", "Key", key_text);
    add("unusableKeys", "Cannot be used", unusable_text);
  }
  print_fields(fields);
}

}  // namespace

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string source_text(const json::object& keys) {
  const std::string source = text_in(keys, "source");
  if (source == "own") return "published by this server";
  if (source == "uploaded") return "uploaded";
  return find_member(keys, "authorityPem") == nullptr ? "fetched from the issuer"
                                                      : "fetched from the issuer, trusting a private CA";
}

json::object provider_json(const Provider& provider, const std::optional<json::object>& keys) {
  json::object out{{"arn", provider.arn},
                   {"issuer", provider.issuer},
                   {"clientIds", json::value_from(provider.client_ids)},
                   {"thumbprints", json::value_from(provider.thumbprints)},
                   {"created", provider.created}};
  if (keys) out["keys"] = *keys;
  return out;
}

int show_provider(const Common& common, const Provider& provider, const std::optional<json::object>& keys) {
  if (common.form() == Form::json)
    print_json(json::object{{"provider", provider_json(provider, keys)}});
  else
    show(provider, keys);
  return 0;
}

}  // namespace openirsa::cli
