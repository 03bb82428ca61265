#include <unistd.h>

#include <fstream>

#include "peers.h"
#include "process.h"
#include "processor.h"

namespace openirsa::bench {
namespace {

std::string server_block(const std::string& address, const std::filesystem::path& folder,
                         const std::string& more) {
  return "  server { listen " + address + "; root " + folder.string() + "; " + more + " }\n";
}

// The worker, which nginx's master started.
int child_of(int process) {
  const std::string id = std::to_string(process);
  int child = 0;
  std::ifstream("/proc/" + id + "/task/" + id + "/children") >> child;
  if (child == 0) give_up("nginx has no worker");
  return child;
}

}  // namespace

std::optional<Nginx> start_nginx(const std::filesystem::path& scratch) {
  const auto program = find_program("nginx");
  if (!program) return std::nullopt;
  const std::filesystem::path folder = scratch / "nginx";
  std::filesystem::create_directories(folder / "www");
  std::ofstream(folder / "www" / "fixed.xml") << std::string(fixed_reply_bytes, 'x');
  const std::string plain = free_address();
  const std::string cached = free_address();
  // nginx's worker gives up root's rights, and could not read the scratch directory then.
  const std::string user = ::geteuid() == 0 ? "user root;\n" : "";
  std::string temporary;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    temporary += "  " + std::string(kind) + "_temp_path " + (folder / kind).string() + ";\n";
  std::ofstream(folder / "nginx.conf")
      << user << "daemon off;\nworker_processes 1;\npid " << (folder / "nginx.pid").string()
      << ";\nerror_log stderr;\nevents { worker_connections 1024; }\nhttp {\n  access_log off;\n"
      << "  sendfile on;\n  tcp_nopush on;\n  keepalive_timeout 600;\n  keepalive_requests 1000000000;\n"
      << "  types { text/xml xml; }\n"
      << temporary << server_block(plain, folder / "www", "")
      << server_block(cached, folder / "www", "open_file_cache max=10; open_file_cache_valid 600;") << "}\n";
  const auto process = std::make_shared<Process>(
      std::vector<std::string>{*program, "-c", (folder / "nginx.conf").string(), "-e", "stderr"},
      folder / "log");
  process->wait_until_ready(plain, "/fixed.xml");
  const std::vector<int> worker{child_of(process->id())};
  pin(worker, 0);
  const auto subject = [&](const std::string& address) {
    return Subject{.address = address,
                   .tls = false,
                   .cpu_seconds = [worker] { return cpu_seconds(worker); },
                   .keeper = process};
  };
  return Nginx{.plain = subject(plain), .cached = subject(cached)};
}

}  // namespace openirsa::bench
