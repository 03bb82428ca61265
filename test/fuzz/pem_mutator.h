// A mutator for targets that read PEM: most of the time it changes the DER inside one block, which random
// changes of the letters would hardly leave readable. Included by one source of a target.
#pragma once

#include <random>
#include <string>

#include "base/text.h"
#include "fuzz.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace openirsa::fuzz {

struct PemBlock {
  std::size_t begin = 0;  // of the letters
  std::size_t end = 0;
};

inline std::vector<PemBlock> pem_blocks(std::string_view text) {
  std::vector<PemBlock> blocks;
  std::size_t at = 0;
  while ((at = text.find("-----BEGIN ", at)) != std::string_view::npos) {
    const std::size_t line_end = text.find('\n', at);
    const std::size_t end = text.find("-----END ", at);
    if (line_end == std::string_view::npos || end == std::string_view::npos || end < line_end) break;
    blocks.push_back({line_end + 1, end});
    at = end;
  }
  return blocks;
}

inline std::optional<std::string> der_inside(std::string_view text, const PemBlock& block) {
  std::string letters;
  for (const char c : text.substr(block.begin, block.end - block.begin)) {
    if (c != '\n' && c != '\r' && c != ' ') letters += c;
  }
  return from_base64(letters);
}

inline std::string pem_letters(std::string_view der) {
  const std::string letters = to_base64(der);
  std::string lines;
  for (std::size_t i = 0; i < letters.size(); i += 64) lines += letters.substr(i, 64) + '\n';
  return lines;
}

}  // namespace openirsa::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
  std::mt19937 engine(seed);
  const std::string text(openirsa::fuzz::text_of(data, size));
  const auto blocks = openirsa::fuzz::pem_blocks(text);
  if (blocks.empty() || engine() % 5 == 0) return LLVMFuzzerMutate(data, size, most);
  const auto& block = blocks[engine() % blocks.size()];
  auto der = openirsa::fuzz::der_inside(text, block);
  if (!der || der->empty()) return LLVMFuzzerMutate(data, size, most);
  const std::size_t length = der->size();
  der->resize(length + 32);
  der->resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(der->data()), length, der->size()));
  const std::string changed =
      text.substr(0, block.begin) + openirsa::fuzz::pem_letters(*der) + text.substr(block.end);
  if (changed.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(changed.begin(), changed.end(), reinterpret_cast<char*>(data));
  return changed.size();
}
