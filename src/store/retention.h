// Which revisions of the change log are kept: those after compacted(), one size for each.
#pragma once

#include <deque>

#include "store/store.h"

namespace openirsa::store {

class Retention {
 public:
  explicit Retention(LogBound bound, Revision compacted = 0) : bound_(bound), compacted_(compacted) {}

  // The next revision was logged with so many bytes.
  void add(std::size_t bytes) {
    sizes_.push_back(bytes);
    bytes_ += bytes;
    while (sizes_.size() > 1 && (sizes_.size() > bound_.revisions || bytes_ > bound_.bytes)) {
      bytes_ -= sizes_.front();
      sizes_.pop_front();
      ++compacted_;
    }
  }

  // Changes up to here need not be kept.
  Revision compacted() const { return compacted_; }

 private:
  LogBound bound_;
  Revision compacted_;
  std::size_t bytes_ = 0;
  std::deque<std::size_t> sizes_;
};

}  // namespace openirsa::store
