#include "cli/output.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace openirsa::cli {
namespace {

void write(std::string& out, const json::value& value, std::size_t depth) {
  const std::string inner((depth + 1) * 2, ' ');
  const std::string outer(depth * 2, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += "{\n";
    bool first = true;
    for (const auto& [name, member] : *object) {
      if (!first) out += ",\n";
      first = false;
      out += inner + json::serialize(json::value(name)) + ": ";
      write(out, member, depth + 1);
    }
    out += "\n" + outer + "}";
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += "[\n";
    bool first = true;
    for (const auto& element : *array) {
      if (!first) out += ",\n";
      first = false;
      out += inner;
      write(out, element, depth + 1);
    }
    out += "\n" + outer + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string pretty(const json::value& value) {
  std::string out;
  write(out, value, 0);
  return out;
}

std::string shown(std::string_view text) {
  std::string out;
  const auto escape = [&](unsigned byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    out.append("\\x").push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte < 0x20 || byte == 0x7f) {
      escape(byte);
    } else if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F in UTF-8: the C1 controls
      escape(next);
      ++i;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

void print(std::string_view text) { std::printf("%.*s\n", static_cast<int>(text.size()), text.data()); }

void print_json(const json::value& value) { print(pretty(value)); }

int fail(const Failure& failure) {
  std::fprintf(stderr, "Error: %s\n", shown(failure.message).c_str());
  return 1;
}

int finish(int status) {
  // Both: a write that failed earlier leaves the mark of ferror, and an empty buffer that flushes well. Its
  // errno still stands, because a verb ends with its output.
  const bool flushed = std::fflush(stdout) == 0;
  const int reason = errno;
  if (flushed && std::ferror(stdout) == 0) return status;
  if (status != 0) return status;  // one line has been said already
  return fail({"cannot write the output: " + std::generic_category().message(reason)});
}

void print_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::size_t width = 0;
  for (const auto& [name, value] : fields) width = std::max(width, name.size());
  for (const auto& [name, value] : fields) {
    std::printf("%-*s  %s\n", static_cast<int>(width + 1), (name + ":").c_str(), shown(value).c_str());
  }
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown(row[i]).size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string cell = shown(row[i]);
      line += cell;
      if (i + 1 < row.size()) line.append(widths[i] - cell.size() + 3, ' ');
    }
    print(line);
  }
}

}  // namespace openirsa::cli
