#include "audit/refusal_share.h"

#include <algorithm>

#include "audit/sequence.h"
#include "base/text.h"

namespace openirsa::audit {
namespace {

constexpr std::string_view ending = ".jsonl";
constexpr std::size_t digits = 20;  // of a segment's name, so that names sort as numbers do

std::string name_of_segment(std::uint64_t first) {
  const std::string number = std::to_string(first);
  return std::string(digits - number.size(), '0') + number + std::string(ending);
}

std::uint64_t number_of_segment(std::string_view file_name) {
  const auto number = parse_integer(file_name.substr(0, digits));
  return number ? static_cast<std::uint64_t>(*number) : 0;
}

// A batch is written in one go while recording goes on.
constexpr std::size_t largest_batch = std::size_t{1} << 20;

}  // namespace

std::size_t RefusalShare::add(const LineFacts& facts, std::string line, std::size_t most_bytes) {
  unwritten_bytes_ += line.size();
  const Entry entry{facts.sequence, 0, static_cast<std::uint32_t>(line.size()), facts.id, facts.role};
  unwritten_.push_back({entry, std::make_shared<const std::string>(std::move(line))});
  std::size_t dropped = 0;
  while (unwritten_bytes_ > most_bytes && unwritten_.size() > 1) {
    unwritten_bytes_ -= unwritten_.front().text->size();
    unwritten_.pop_front();
    ++dropped;
  }
  return dropped;
}

std::optional<RefusalShare::Batch> RefusalShare::next_batch(const Limits& limits) const {
  if (unwritten_.empty()) return std::nullopt;
  const Unwritten& next = unwritten_.front();
  Batch batch;
  const Segment* last = segments_.empty() ? nullptr : &segments_.back();
  if (last != nullptr && last->open && last->bytes + next.text->size() <= limits.segment_bytes &&
      next.entry.sequence - last->first <= limits.segment_span) {
    batch.path = last->path;
    batch.expected_size = last->bytes;
  } else {
    batch.path = directory_ + "/" + name_of_segment(next.entry.sequence);
  }
  const std::size_t most = std::min<std::size_t>(largest_batch, limits.segment_bytes - batch.expected_size);
  for (const Unwritten& one : unwritten_) {
    if (batch.lines > 0 && batch.text.size() + one.text->size() > most) break;
    batch.text += *one.text;
    ++batch.lines;
  }
  return batch;
}

void RefusalShare::written(const Batch& batch) {
  if (batch.expected_size == 0) {
    close_segment();
    segments_.push_back({.path = batch.path,
                         .first = unwritten_.front().entry.sequence,
                         .bytes = 0,
                         .open = true,
                         .entries = {}});
  }
  Segment& segment = segments_.back();
  for (std::size_t i = 0; i < batch.lines; ++i) {
    Unwritten& one = unwritten_.front();
    one.entry.at = static_cast<std::uint32_t>(segment.bytes);
    segment.entries.push_back(one.entry);
    segment.bytes += one.text->size();
    unwritten_bytes_ -= one.text->size();
    unwritten_.pop_front();
  }
  bytes_ += batch.text.size();
  lines_ += batch.lines;
}

void RefusalShare::close_segment() {
  if (segments_.empty()) return;
  segments_.back().open = false;
  segments_.back().entries.shrink_to_fit();
}

std::size_t RefusalShare::load(const std::string& file_name, std::string_view content) {
  Segment segment{.path = directory_ + "/" + file_name,
                  .first = number_of_segment(file_name),
                  .bytes = content.size(),
                  .open = false,
                  .entries = {}};
  std::size_t unreadable = 0;
  std::size_t at = 0;
  while (at < content.size()) {
    const std::size_t end = content.find('\n', at);
    const std::size_t length = std::min(end, content.size()) - at;
    // A line without its end is the last one of a process that was killed.
    const auto facts =
        end == std::string_view::npos ? std::nullopt : facts_of_line(content.substr(at, length));
    if (facts && facts->sequence >= segment.end()) {
      segment.entries.push_back({facts->sequence, static_cast<std::uint32_t>(at),
                                 static_cast<std::uint32_t>(length + 1), facts->id, facts->role});
    } else {
      ++unreadable;
    }
    at += length + 1;
  }
  segment.entries.shrink_to_fit();
  bytes_ += segment.bytes;
  lines_ += segment.entries.size();
  const auto place = std::ranges::upper_bound(segments_, segment.first, {}, &Segment::first);
  segments_.insert(place, std::move(segment));
  return unreadable;
}

bool RefusalShare::is_segment(std::string_view file_name) {
  if (file_name.size() != digits + ending.size() || !file_name.ends_with(ending)) return false;
  if (!is_digits(file_name.substr(0, digits))) return false;
  const auto number = parse_integer(file_name.substr(0, digits));
  return number && static_cast<std::uint64_t>(*number) <= Sequence::last_possible;
}

std::optional<std::string> RefusalShare::drop_oldest() {
  if (segments_.empty()) return std::nullopt;
  std::string path = std::move(segments_.front().path);
  bytes_ -= segments_.front().bytes;
  lines_ -= segments_.front().entries.size();
  segments_.pop_front();
  return path;
}

std::optional<std::uint64_t> RefusalShare::oldest_segment_end() const {
  return segments_.empty() ? std::nullopt : std::optional(segments_.front().end());
}

RefusalShare::Place RefusalShare::place_of(const Segment& segment, const Entry& entry) {
  return {entry.sequence, nullptr, segment.path, entry.at, entry.length};
}

// Until `visit`, given an entry and how to make its place, answers false.
template <class Visit>
void RefusalShare::each(bool forward, Visit visit) const {
  const auto in_memory = [&](const Unwritten& one) {
    return visit(one.entry, [&] { return Place{one.entry.sequence, one.text, {}, 0, one.entry.length}; });
  };
  const auto in_segment = [&](const Segment& segment) {
    const auto visit_entry = [&](const Entry& entry) {
      return visit(entry, [&] { return place_of(segment, entry); });
    };
    if (forward) return std::ranges::all_of(segment.entries, visit_entry);
    return std::all_of(segment.entries.rbegin(), segment.entries.rend(), visit_entry);
  };
  if (forward) {
    if (std::ranges::all_of(segments_, in_segment)) (void)std::ranges::all_of(unwritten_, in_memory);
  } else if (std::all_of(unwritten_.rbegin(), unwritten_.rend(), in_memory)) {
    (void)std::all_of(segments_.rbegin(), segments_.rend(), in_segment);
  }
}

std::optional<RefusalShare::Place> RefusalShare::find(std::uint32_t id, std::size_t nth) const {
  std::optional<Place> found;
  each(false, [&](const Entry& entry, auto place) {
    if (entry.id != id || nth-- > 0) return true;
    found = place();
    return false;
  });
  return found;
}

std::vector<RefusalShare::Place> RefusalShare::list(const Range& range) const {
  std::vector<Place> places;
  each(range.first, [&](const Entry& entry, auto place) {
    const bool before = entry.sequence <= range.after;
    const bool beyond = entry.sequence > range.until;
    if (range.first ? beyond : before) return false;
    if (before || beyond || (range.role != 0 && entry.role != range.role)) return true;
    places.push_back(place());
    return places.size() < range.limit;
  });
  if (!range.first) std::ranges::reverse(places);
  return places;
}

std::uint64_t RefusalShare::newest() const {
  if (!unwritten_.empty()) return unwritten_.back().entry.sequence;
  return segments_.empty() ? 0 : segments_.back().end();
}

}  // namespace openirsa::audit
