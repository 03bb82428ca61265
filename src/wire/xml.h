// Writes the XML of the query protocol. Text is escaped; characters that XML 1.0 cannot carry become U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace openirsa::wire {

class Xml {
 public:
  explicit Xml(std::size_t expected_size = 512) { out_.reserve(expected_size); }
  Xml& open(std::string_view name);
  Xml& close(std::string_view name);
  Xml& text(std::string_view name, std::string_view value);  // <name>value</name>
  Xml& number(std::string_view name, std::int64_t value);
  Xml& boolean(std::string_view name, bool value);
  std::string take() { return std::move(out_); }
  const std::string& view() const { return out_; }

 private:
  std::string out_;
};
std::string xml_escape(std::string_view text);

}  // namespace openirsa::wire
