// Where one account's refusals are: an index of 24 bytes each over the lines of its segment files, and the
// texts that no file has yet. No I/O and no lock: refusal_log.h does both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/refusal_line.h"

namespace openirsa::audit {

class RefusalShare {
 public:
  explicit RefusalShare(std::string directory) : directory_(std::move(directory)) {}

  // Where a line can be read: in its text, else in a file.
  struct Place {
    std::uint64_t sequence = 0;
    std::shared_ptr<const std::string> text;
    std::string path;
    std::uint32_t at = 0;
    std::uint32_t length = 0;
  };

  // A new refusal. Of those that no file has yet the oldest are let go above `most_bytes`; answers how many.
  std::size_t add(const LineFacts& facts, std::string line, std::size_t most_bytes);

  // The next texts to write, oldest first, and where to: at the end of the segment that this process writes,
  // or, where that is full or spans too long a time, of a new one.
  struct Limits {
    std::size_t segment_bytes;
    std::uint64_t segment_span;  // in Sequence's numbers
  };
  struct Batch {
    std::string path;
    std::uint64_t expected_size = 0;
    std::string text;
    std::size_t lines = 0;
  };
  std::optional<Batch> next_batch(const Limits& limits) const;
  void written(const Batch& batch);
  void close_segment();  // the next batch begins a new one

  // A segment of an earlier process. Lines that cannot be read are left out; answers how many.
  std::size_t load(const std::string& file_name, std::string_view content);
  static bool is_segment(std::string_view file_name);

  // The path of the oldest segment, which is forgotten; nothing when there is none.
  std::optional<std::string> drop_oldest();
  // Sequence of the newest line of the oldest segment.
  std::optional<std::uint64_t> oldest_segment_end() const;

  std::optional<Place> find(std::uint32_t id, std::size_t nth) const;  // the nth that has the mark
  // In order, those between the two numbers (later than `after`, not later than `until`); with a role's mark
  // those alone. At most `limit`: the first ones, or the last.
  struct Range {
    std::uint64_t after = 0;
    std::uint64_t until = UINT64_MAX;
    std::uint32_t role = 0;
    std::size_t limit = 0;
    bool first = false;
  };
  std::vector<Place> list(const Range& range) const;

  std::uint64_t newest() const;
  std::uint64_t bytes() const { return bytes_; }  // of the segments
  std::size_t lines() const { return lines_; }
  std::size_t unwritten() const { return unwritten_.size(); }

 private:
  struct Entry {
    std::uint64_t sequence;
    std::uint32_t at;
    std::uint32_t length;
    std::uint32_t id;
    std::uint32_t role;
  };
  static_assert(sizeof(Entry) == 24);
  struct Segment {
    std::string path;
    std::uint64_t first = 0;  // its name
    std::uint64_t bytes = 0;
    bool open = false;  // written by this process
    std::vector<Entry> entries;
    std::uint64_t end() const { return entries.empty() ? first : entries.back().sequence; }
  };
  struct Unwritten {
    Entry entry;
    std::shared_ptr<const std::string> text;
  };

  static Place place_of(const Segment& segment, const Entry& entry);
  template <class Visit>
  void each(bool forward, Visit visit) const;

  std::string directory_;
  std::deque<Segment> segments_;  // oldest first
  std::deque<Unwritten> unwritten_;
  std::size_t unwritten_bytes_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace openirsa::audit
