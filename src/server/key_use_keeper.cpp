#include "server/key_use_keeper.h"

#include <spdlog/spdlog.h>

namespace openirsa::server {
namespace {

constexpr std::chrono::minutes look{1};

}  // namespace

KeyUseKeeper::KeyUseKeeper(iam::AccessKeyUses& uses, store::Mirror& mirror, const record::Vault& vault,
                           const Clock& clock)
    : uses_(uses), mirror_(mirror), vault_(vault), clock_(clock), repeater_(look, [this] { write(false); }) {}

void KeyUseKeeper::write(bool all) {
  if (auto done = uses_.write(mirror_, vault_, clock_.now(), all); !done) {
    spdlog::error("cannot write when access keys were last used: {}", done.error().message);
  }
}

void KeyUseKeeper::stop() {
  if (repeater_.stop()) write(true);
}

}  // namespace openirsa::server
