// Which issuers are being fetched and who waits for them: one fetch at a time an issuer, and bounds that let
// neither an issuer nor an account take the place of all others. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openirsa::issuer {

using Resume = std::function<void()>;

class FetchCrowd {
 public:
  static constexpr std::size_t waiting_per_issuer = 256;
  static constexpr std::size_t waiting_per_account = 1024;
  static constexpr std::size_t waiting_in_all = 4096;
  static constexpr std::size_t fetches_per_account = 16;

  // Whether the issuer is being fetched.
  bool fetching(const std::string& issuer) const { return fetches_.contains(issuer); }
  // Whether one more may wait for an issuer, or be the first to.
  bool has_room(const std::string& account, const std::string& issuer) const;

  // Notes that a fetch begins. Nothing is noted, and the answer is false, when the account has too many.
  // REQUIRES: !fetching(issuer).
  bool begin(const std::string& account, const std::string& issuer);
  // REQUIRES: fetching(issuer) and has_room(account, issuer).
  void wait(const std::string& issuer, Resume resume);
  // The fetch has ended: whoever waited. REQUIRES: fetching(issuer).
  std::vector<Resume> end(const std::string& issuer);
  // All that still wait, for an end without answers.
  std::vector<Resume> end_all();

  std::size_t fetches() const { return fetches_.size(); }
  std::size_t waiting() const { return waiting_; }

 private:
  struct Load {
    std::size_t fetches = 0;
    std::size_t waiting = 0;
  };
  struct Flight {
    std::string account;
    std::vector<Resume> waiting;
  };

  std::map<std::string, Flight> fetches_;
  std::map<std::string, Load> loads_;  // of accounts with a fetch
  std::size_t waiting_ = 0;
};

}  // namespace openirsa::issuer
