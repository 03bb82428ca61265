#include "store/store.h"

namespace openirsa::store {

Result<std::unique_ptr<Store>, Error> open_store(std::string_view url) {
  constexpr std::string_view sqlite = "sqlite:";
  if (url == "memory:") return make_memory_store();
  if (url.starts_with(sqlite) && url.size() > sqlite.size()) {
    return open_sqlite_store(std::string(url.substr(sqlite.size())));
  }
  return Error{Fault::invalid, "`" + std::string(url) + "` is not a store: use `sqlite:/path` or `memory:`"};
}

}  // namespace openirsa::store
