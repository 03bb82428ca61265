// Other programs that the bench starts and ends, each by its own id.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace openirsa::bench {

class Process {
 public:
  // What it prints goes to `log`. `environment`: "NAME=value", beside this process's own without OPENIRSA_…,
  // which would be settings of a server.
  Process(const std::vector<std::string>& command, const std::filesystem::path& log,
          const std::vector<std::string>& environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // asks it to end, insists after five seconds

  int id() const { return id_; }
  bool has_ended();
  // Until `GET path` answers 200; ends the bench when that takes a minute or the process ends.
  void wait_until_ready(const std::string& address, const std::string& path);

 private:
  int id_ = -1;
  bool ended_ = false;
  std::filesystem::path log_;
};

// "127.0.0.1:PORT" that nobody listens on now.
std::string free_address();
// The program's path: `name` itself when it has a slash, else looked for on the PATH and where Debian keeps
// servers.
std::optional<std::string> find_program(const std::string& name);

}  // namespace openirsa::bench
