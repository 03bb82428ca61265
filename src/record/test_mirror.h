// A mirror over memory that decodes records. Included by tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "record/record.h"
#include "store/mirror.h"

namespace openirsa::record::test {

// A record that cannot be decoded fails the test. REQUIRES: the vault outlives the mirror.
inline std::unique_ptr<store::Mirror> start_mirror(const Vault& vault) {
  auto decoder = make_decoder(
      vault, [](std::string_view key, std::string_view why) { ADD_FAILURE() << key << ": " << why; });
  auto started = store::Mirror::start(store::make_memory_store(), std::move(decoder));
  if (!started) throw std::runtime_error(started.error().message);
  return std::move(*started);
}

}  // namespace openirsa::record::test
