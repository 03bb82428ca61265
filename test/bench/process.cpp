#include "process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/text.h"
#include "processor.h"

namespace openirsa::bench {
namespace {

constexpr std::chrono::milliseconds between_looks{1};

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Nobody may be listening yet, so this is no Client.
bool answers(const std::string& address, const std::string& path) {
  const auto port = parse_integer(address.substr(address.rfind(':') + 1)).value_or(0);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in to = loopback(static_cast<std::uint16_t>(port));
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
  char answer[12] = {};  // "HTTP/1.1 200"
  const bool good = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
                    ::send(socket, request.data(), request.size(), MSG_NOSIGNAL) > 0 &&
                    ::recv(socket, answer, sizeof answer, MSG_WAITALL) == sizeof answer &&
                    std::string_view(answer, sizeof answer) == "HTTP/1.1 200";
  ::close(socket);
  return good;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log,
                 const std::vector<std::string>& environment)
    : log_(log) {
  std::vector<std::string> variables = environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("OPENIRSA_")) variables.emplace_back(*variable);
  }
  // Made before the fork: between it and the program only what signal-safety(7) allows may be called.
  const auto arguments = pointers_to(command);
  const auto surroundings = pointers_to(variables);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  id_ = ::fork();
  if (id_ < 0) give_up("cannot start " + command.front());
  if (id_ > 0) {
    ::close(output);
    return;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // it ends with the bench, however that ends
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execve(arguments.front(), arguments.data(), surroundings.data());
  ::_exit(127);
}

Process::~Process() {
  if (has_ended()) return;
  ::kill(id_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!has_ended() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(between_looks);
  if (ended_) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

bool Process::has_ended() {
  if (!ended_) ended_ = ::waitpid(id_, nullptr, WNOHANG) != 0;
  return ended_;
}

void Process::wait_until_ready(const std::string& address, const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (!answers(address, path)) {
    if (has_ended() || std::chrono::steady_clock::now() > deadline) {
      std::ifstream log(log_);
      give_up("a server does not get ready: " + std::string(std::istreambuf_iterator<char>(log), {}));
    }
    std::this_thread::sleep_for(between_looks);
  }
}

std::string free_address() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    give_up("no free port");
  ::close(socket);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? std::optional(name) : std::nullopt;
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  const std::string folders = std::string(path == nullptr ? "" : path) + ":/usr/sbin:/usr/local/sbin";
  for (const std::string_view folder : split(folders, ':')) {
    std::string candidate = std::string(folder) + "/" + name;
    if (!folder.empty() && ::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

}  // namespace openirsa::bench
