// The mirror's ordered map: a persistent B+ tree. A change copies the few nodes on its path and shares all
// others, so that every older root stays whole. Wide nodes keep it four or five levels deep at any size we
// meet: few cache misses for a reader, and no deep recursion anywhere, destruction included.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "store/mirror.h"

namespace openirsa::store::tree {

using ItemPtr = std::shared_ptr<const Item>;
struct Node;
using NodePtr = std::shared_ptr<const Node>;

// INVARIANT: a leaf has items and one mark for each, an inner node has children; never both, never none. All
// leaves of a tree are equally deep. Immutable once made.
struct Node {
  std::size_t size = 0;         // items in the whole subtree
  const Item* first = nullptr;  // the smallest; owned by the subtree
  std::vector<ItemPtr> items;
  std::vector<std::uint32_t>
      marks;  // hashes of the keys: a lookup compares whole keys only where the mark agrees
  std::vector<NodePtr> children;
  // Record keys begin alike, so a search looks at what follows: the children's first keys have `common` bytes
  // in common, and their next eight, as numbers that are ordered as the keys are, lie here side by side.
  std::size_t common = 0;
  std::vector<std::uint64_t> heads;
};

// An empty tree is a null root.
// REQUIRES: `sorted` is in byte order of the keys, each key once.
NodePtr build(const std::vector<ItemPtr>& sorted);
NodePtr with(const NodePtr& root, ItemPtr item);
NodePtr without(const NodePtr& root, std::string_view key);

// The item, as the tree holds it, or null.
const ItemPtr* find(const NodePtr& root, std::string_view key);
// Visits items from the first key that is not below `from`, in order, until `visit` returns false.
void scan(const NodePtr& root, std::string_view from, const std::function<bool(const ItemPtr&)>& visit);
// How many keys are below `key`.
std::size_t rank(const NodePtr& root, std::string_view key);

}  // namespace openirsa::store::tree

namespace openirsa::store {

struct Snapshot::Tree {
  Revision revision = 0;
  tree::NodePtr root;
};

}  // namespace openirsa::store
