#include "server/settings.h"

// toml++ 3.3 ends the program over some texts (`[%x]`), or with NDEBUG goes on as if they could not be. Here
// what it takes for granted is checked in every build, and a text that breaks it is refused like any other.
namespace openirsa::server {
struct BrokenPromise {};
constexpr void promise(bool held) {
  if (!held) throw BrokenPromise();
}
}  // namespace openirsa::server
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expression) openirsa::server::promise(static_cast<bool>(expression))
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <algorithm>

#include "base/text.h"
#include "server/schema.h"

namespace openirsa::server {
namespace {

const SettingRow* find_row(std::string_view key) {
  const auto rows = schema();
  const auto at = std::ranges::find(rows, key, &SettingRow::key);
  return at == rows.end() ? nullptr : &*at;
}

// The file's values as dotted keys; arrays of strings become comma-separated lists.
Result<std::map<std::string, std::string>, SettingsError> flatten(const toml::table& table,
                                                                  const std::string& prefix) {
  std::map<std::string, std::string> values;
  for (const auto& [name, node] : table) {
    const std::string key = prefix.empty() ? std::string(name.str()) : prefix + "." + std::string(name.str());
    bool once = true;  // `"tls.api" = …` and `[tls] api = …` are two keys of TOML and one of ours
    if (const auto* inner = node.as_table()) {
      auto nested = flatten(*inner, key);
      if (!nested) return std::move(nested).error();
      values.merge(*nested);
      once = nested->empty();
    } else if (const auto text = node.value_exact<std::string>()) {
      once = values.emplace(key, *text).second;
    } else if (const auto flag = node.value_exact<bool>()) {
      once = values.emplace(key, *flag ? "on" : "off").second;
    } else if (const auto number = node.value_exact<std::int64_t>()) {
      once = values.emplace(key, std::to_string(*number)).second;
    } else if (const auto* array = node.as_array()) {
      std::string joined;
      for (const auto& element : *array) {
        const auto part = element.value_exact<std::string>();
        if (!part) return SettingsError{"setting `" + key + "`: a list holds texts only"};
        joined += (joined.empty() ? "" : ",") + *part;
      }
      once = values.emplace(key, joined).second;
    } else {
      return SettingsError{"setting `" + key + "` has a type that no setting has"};
    }
    if (!once) return SettingsError{"settings file: a setting below `" + key + "` is given twice"};
  }
  return values;
}

// Where the text or comment ends that begins at `at`; `at` when none begins there. One line's texts end with
// the line.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  if (quote == '#') return std::min(text.find('\n', at), text.size());
  if (quote != '"' && quote != '\'') return at;
  const std::string three(3, quote);
  const bool lines = text.substr(at).starts_with(three);
  for (std::size_t i = at + (lines ? 3 : 1); i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (!lines && (text[i] == quote || text[i] == '\n')) {
      return i + 1;
    } else if (lines && text.substr(i).starts_with(three)) {
      i += 3;  // up to two more quotes belong to the text
      for (int more = 0; more < 2 && i < text.size() && text[i] == quote; ++more) ++i;
      return i;
    }
  }
  return text.size();
}

// TOML 1.0 has no control characters, and beyond ASCII nothing outside of texts and comments. toml++ takes
// both on trust, and some of them end the program.
std::optional<SettingsError> find_foreign(std::string_view text) {
  std::size_t quoted_until = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= quoted_until) quoted_until = end_of_quoted(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
    if (!control && (byte < 0x80 || i < quoted_until)) continue;
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n') + 1;
    return SettingsError{"settings file, line " + std::to_string(line) +
                         (control ? ": a control character" : ": a character that belongs between quotes")};
  }
  return std::nullopt;
}

Result<std::map<std::string, std::string>, SettingsError> parse_file(const std::string& text) {
  if (auto refusal = find_foreign(text)) return *std::move(refusal);
  try {
    return flatten(toml::parse(text), "");
  } catch (const toml::parse_error& failure) {  // the library's own way of saying so
    return SettingsError{"settings file, line " + std::to_string(failure.source().begin.line) + ": " +
                         std::string(failure.description())};
  } catch (const BrokenPromise&) {
    return SettingsError{
        "settings file: it is not TOML; look for a name that has another character than A-Z a-z 0-9 - _"};
  }
}

// A basic string of TOML 1.0.
std::string toml_string(std::string_view value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append("\\").push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00").push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

}  // namespace

std::string variable_of(const SettingRow& row) {
  std::string name = "OPENIRSA_" + to_upper(row.key);
  std::ranges::replace(name, '.', '_');
  return name;
}

std::string flag_of(const SettingRow& row) {
  std::string name = "--" + std::string(row.key);
  std::ranges::replace_if(name, [](char c) { return c == '.' || c == '_'; }, '-');
  return name;
}

Result<Settings, SettingsError> Settings::load(const std::optional<std::string>& file_text,
                                               const std::map<std::string, std::string>& environment,
                                               const std::map<std::string, std::string>& flags) {
  Settings settings;
  std::map<std::string, const SettingRow*> by_variable;
  for (const SettingRow& row : schema()) {
    settings.values_.emplace(row.key, Value{std::string(row.default_value), "default"});
    by_variable.emplace(variable_of(row), &row);
  }
  const auto set = [&](std::string_view key, const std::string& text,
                       const std::string& origin) -> Result<Done, SettingsError> {
    const SettingRow* row = find_row(key);
    if (row == nullptr) return SettingsError{origin + ": there is no setting `" + std::string(key) + "`"};
    if (!is_utf8(text)) {
      return SettingsError{origin + ": the value of `" + std::string(key) + "` is not well-formed UTF-8"};
    }
    if (!row->valid(text)) {
      return SettingsError{origin + ": `" + text + "` is not a value of `" + std::string(key) +
                           "`; it takes " + std::string(row->form)};
    }
    settings.values_.find(key)->second = {text, origin};
    return Done{};
  };

  if (file_text) {
    auto file = parse_file(*file_text);
    if (!file) return std::move(file).error();
    for (const auto& [key, text] : *file) {
      if (auto done = set(key, text, "file"); !done) return std::move(done).error();
    }
  }
  for (const auto& [variable, text] : environment) {
    if (!variable.starts_with("OPENIRSA_") || is_client_variable(variable) || is_service_link(variable)) {
      continue;
    }
    const auto row = by_variable.find(variable);
    if (row == by_variable.end()) {
      return SettingsError{"environment: there is no setting behind `" + variable + "`"};
    }
    if (auto done = set(row->second->key, text, "environment " + variable); !done)
      return std::move(done).error();
  }
  for (const auto& [key, text] : flags) {
    const SettingRow* row = find_row(key);
    const std::string origin = "flag " + (row == nullptr ? key : flag_of(*row));
    if (auto done = set(key, text, origin); !done) return std::move(done).error();
  }
  return settings;
}

const std::string& Settings::text(std::string_view key) const { return values_.find(key)->second.text; }

std::int64_t Settings::number(std::string_view key) const { return parse_integer(text(key)).value_or(0); }

bool Settings::flag(std::string_view key) const { return text(key) == "on"; }

std::vector<std::string> Settings::list(std::string_view key) const {
  std::vector<std::string> parts;
  for (const std::string_view part : split(text(key), ',')) {
    if (!trim(part).empty()) parts.emplace_back(trim(part));
  }
  return parts;
}

std::vector<Settings::Origin> Settings::all() const {
  std::vector<Origin> rows;
  for (const SettingRow& row : schema()) {
    const Value& value = values_.find(row.key)->second;
    rows.push_back({std::string(row.key), value.text, value.origin});
  }
  return rows;
}

std::string Settings::to_toml() const {
  const std::vector<Origin> rows = all();
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  for (const Origin& row : rows) {
    key_width = std::max(key_width, row.key.size());
    value_width = std::max(value_width, toml_string(row.value).size());
  }
  std::string text;
  for (const Origin& row : rows) {
    std::string value = toml_string(row.value);
    value.resize(value_width, ' ');
    text +=
        row.key + std::string(key_width - row.key.size(), ' ') + " = " + value + "  # " + row.origin + "\n";
  }
  return text;
}

}  // namespace openirsa::server
