// Every verb but `server`: clients of a running server.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace openirsa::cli {

// Adds the verbs to the program's command line. When one is chosen, `run` is set to what main() must return
// from.
void add_client_verbs(CLI::App& program, std::function<int()>& run);

}  // namespace openirsa::cli
