#include "issuer/fetch_crowd.h"

#include <iterator>
#include <utility>

namespace openirsa::issuer {

bool FetchCrowd::has_room(const std::string& account, const std::string& issuer) const {
  const auto load = loads_.find(account);
  const auto flight = fetches_.find(issuer);
  if (flight == fetches_.end()) return load == loads_.end() || load->second.fetches < fetches_per_account;
  return flight->second.waiting.size() < waiting_per_issuer && load->second.waiting < waiting_per_account &&
         waiting_ < waiting_in_all;
}

bool FetchCrowd::begin(const std::string& account, const std::string& issuer) {
  if (!has_room(account, issuer)) return false;
  fetches_.emplace(issuer, Flight{account, {}});
  ++loads_[account].fetches;
  return true;
}

void FetchCrowd::wait(const std::string& issuer, Resume resume) {
  Flight& flight = fetches_.at(issuer);
  flight.waiting.push_back(std::move(resume));
  ++loads_.at(flight.account).waiting;
  ++waiting_;
}

std::vector<Resume> FetchCrowd::end(const std::string& issuer) {
  const auto found = fetches_.find(issuer);
  std::vector<Resume> waited = std::move(found->second.waiting);
  const auto load = loads_.find(found->second.account);
  load->second.waiting -= waited.size();
  if (--load->second.fetches == 0) loads_.erase(load);
  waiting_ -= waited.size();
  fetches_.erase(found);
  return waited;
}

std::vector<Resume> FetchCrowd::end_all() {
  std::vector<Resume> all;
  while (!fetches_.empty()) {
    auto waited = end(std::string(fetches_.begin()->first));
    all.insert(all.end(), std::make_move_iterator(waited.begin()), std::make_move_iterator(waited.end()));
  }
  return all;
}

}  // namespace openirsa::issuer
