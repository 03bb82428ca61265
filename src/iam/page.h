// Marker and MaxItems. A marker is the last key that was given, so that it still means the same place when
// entries come and go between two calls; to clients it is opaque.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "iam/input.h"
#include "wire/xml.h"

namespace openirsa::iam {

class Page {
 public:
  // Reads the two parameters; faults go to `input`, and `refusal` holds a marker that is none of ours.
  Page(const wire::Call& call, Input& input, const TextRule& marker = rule::marker);

  std::optional<wire::Error> refusal() const;
  const std::string& after() const { return after_; }  // empty at the beginning

  // Asks for room for the entry with this key (greater than every key before it): false when the page is
  // full, and then the caller stops.
  bool take(std::string_view key);
  void end_early() { left_ = 0; }           // what was taken so far is enough, whatever MaxItems says
  bool full() const { return truncated_; }  // an entry was turned away
  // <IsTruncated> and <Marker>.
  void write_end(wire::Xml& xml) const;

 private:
  std::string scope_;  // a marker of one list means nothing in another
  std::string after_;
  std::string last_;
  std::size_t left_ = 100;
  bool foreign_marker_ = false;
  bool truncated_ = false;
};

// A tag's key may be 128 characters of four bytes: such a list's own markers are longer than the model's 320.
extern const TextRule tag_marker;

}  // namespace openirsa::iam
