// The decisions that were kept, as `openirsa explain` and the console ask for them. What is kept, and where,
// is the audit room's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace openirsa::wire {

// Whose decisions: the owner of an account sees those about it; nothing stands for the host's administrator,
// who sees all, those about unknown accounts and roles among them.
using Viewer = std::optional<std::string>;

enum class Kept { any, allowed, refused };

struct DecisionQuery {
  Viewer viewer;
  std::string role;  // name or ARN of the role that was asked for; empty: any
  Kept outcome = Kept::any;
  std::string after;  // a page's cursor: only what was decided later; empty: the last ones
  std::size_t limit = 20;
};

struct DecisionPage {
  std::vector<json::object> decisions;  // in to_json's form, newest last
  std::string cursor;                   // goes on where this page ends; also where it is empty
};

class KeptDecisions {
 public:
  virtual ~KeptDecisions() = default;
  // May read files and wait for what was recorded a moment ago: for worker threads.
  virtual std::optional<json::object> find(std::string_view request_id, const Viewer& viewer) const = 0;
  // Nothing where the cursor is none of ours. Pages that follow each other by their cursors leave nothing out
  // and repeat nothing, also across a restart.
  virtual std::optional<DecisionPage> list(const DecisionQuery& query) const = 0;
};

}  // namespace openirsa::wire
