// A mutator for targets whose inputs hold JSON: half of the time it changes a document that stays one, so
// that what lies behind the reader is reached. Documents stand one after the other, each on its line; other
// lines stay.
#include <random>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using openirsa::json::value;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : engine_(seed) {}

  void change(value& document) {
    places_.clear();
    collect(document);
    value& place = *places_[below(places_.size())];
    const value other = *places_[below(places_.size())];
    switch (below(8)) {
      case 0:
        place = other;
        break;
      case 1:
        place = openirsa::json::array{place, other};
        break;
      case 2:
        place = scalar();
        break;
      default:
        change_inside(place, other);
    }
  }

  std::size_t below(std::size_t n) { return engine_() % n; }

 private:
  void collect(value& at) {
    places_.push_back(&at);
    if (at.is_array()) {
      for (value& element : at.get_array()) collect(element);
    } else if (at.is_object()) {
      for (auto& member : at.get_object()) collect(member.value());
    }
  }

  value scalar() {
    switch (below(7)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return static_cast<std::int64_t>(engine_()) - (std::int64_t{1} << 31);
      case 3:
        return 0.5 * static_cast<double>(below(1000));
      case 4:
        return openirsa::json::object{};
      case 5:
        return openirsa::json::array{};
      default:
        return "";
    }
  }

  // Any bytes that are not UTF-8 are dropped: the document must be written.
  std::string changed_text(std::string_view text) {
    std::string bytes(text);
    bytes.resize(text.size() + 16);
    const std::size_t size =
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), text.size(), bytes.size());
    bytes.resize(size);
    if (openirsa::is_utf8(bytes)) return bytes;
    std::erase_if(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return bytes;
  }

  void change_inside(value& place, const value& other) {
    if (place.is_string()) {
      place = openirsa::json::string(changed_text(place.get_string()));
    } else if (place.is_int64()) {
      place = place.get_int64() ^ (std::int64_t{1} << below(63));
    } else if (place.is_bool()) {
      place = !place.get_bool();
    } else if (place.is_array()) {
      change_array(place.get_array(), other);
    } else if (place.is_object()) {
      change_object(place.get_object(), other);
    } else {
      place = scalar();
    }
  }

  void change_array(openirsa::json::array& array, const value& other) {
    if (array.empty() || below(2) == 0)
      array.insert(array.begin() + static_cast<std::ptrdiff_t>(below(array.size() + 1)), other);
    else
      array.erase(array.begin() + static_cast<std::ptrdiff_t>(below(array.size())));
  }

  void change_object(openirsa::json::object& object, const value& other) {
    if (object.empty()) {
      object.emplace("x", other);
      return;
    }
    const auto& chosen = *(object.begin() + static_cast<std::ptrdiff_t>(below(object.size())));
    const std::string name(chosen.key());
    const value held = chosen.value();
    const std::size_t way = below(3);
    if (way != 0) object.erase(name);
    if (way == 2) object.emplace(changed_text(name), held);
    if (way == 0) object.emplace(changed_text(name), other);
  }

  std::mt19937 engine_;
  std::vector<value*> places_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  Mutator mutator(seed);
  if (mutator.below(2) == 0) return LLVMFuzzerMutate(data, size, most);
  const std::string_view text = openirsa::fuzz::text_of(data, size);
  auto lines = openirsa::split(text, '\n');
  std::vector<std::size_t> documents;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with('{') || lines[i].starts_with('[')) documents.push_back(i);
  }
  if (documents.empty()) return LLVMFuzzerMutate(data, size, most);
  const std::size_t chosen = documents[mutator.below(documents.size())];
  auto document = openirsa::parse_json(lines[chosen], {});
  if (!document) return LLVMFuzzerMutate(data, size, most);
  mutator.change(*document);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    out += i == chosen ? openirsa::json::serialize(*document) : std::string(lines[i]);
  }
  if (out.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(out.begin(), out.end(), reinterpret_cast<char*>(data));
  return out.size();
}
