// `openirsa server`: flags, --print-config, signals.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace openirsa::server {

// Adds the verb to the program's command line. When it is chosen, `run` is set to what main() must return
// from.
void add_server_verb(CLI::App& program, std::function<int()>& run);

}  // namespace openirsa::server
