#include "store/tree.h"

#include <algorithm>
#include <string>

namespace openirsa::store::tree {
namespace {

constexpr std::size_t most = 64;   // entries in a node
constexpr std::size_t usual = 48;  // in a freshly built one: room to grow before the first split
constexpr std::size_t least = 16;  // a smaller node is joined with its neighbour

std::uint32_t mark_of(std::string_view key) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(key));
}

// Eight bytes from `at` on, zeros behind the end, as a number: where two differ, the keys are ordered alike.
std::uint64_t head_of(std::string_view key, std::size_t at) {
  std::uint64_t head = 0;
  for (std::size_t i = at; i < at + sizeof head; ++i) {
    head = head << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return head;
}

std::size_t common_bytes(std::string_view a, std::string_view b) {
  const auto ends = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(ends.first - a.begin());
}

NodePtr make_leaf(std::vector<ItemPtr> items, std::vector<std::uint32_t> marks) {
  auto node = std::make_shared<Node>();
  node->size = items.size();
  node->first = items.front().get();
  node->items = std::move(items);
  node->marks = std::move(marks);
  return node;
}

NodePtr make_inner(std::vector<NodePtr> children) {
  auto node = std::make_shared<Node>();
  node->first = children.front()->first;
  node->common = common_bytes(node->first->key, children.back()->first->key);
  node->heads.reserve(children.size());
  for (const auto& child : children) {
    node->size += child->size;
    node->heads.push_back(head_of(child->first->key, node->common));
  }
  node->children = std::move(children);
  return node;
}

// One node, or two where one would be too full.
struct Pair {
  NodePtr left;
  NodePtr right;
};

Pair leaves_of(std::vector<ItemPtr> items, std::vector<std::uint32_t> marks) {
  if (items.size() <= most) return {make_leaf(std::move(items), std::move(marks)), nullptr};
  const auto half = static_cast<std::ptrdiff_t>(items.size() / 2);
  auto right = make_leaf({items.begin() + half, items.end()}, {marks.begin() + half, marks.end()});
  return {make_leaf({items.begin(), items.begin() + half}, {marks.begin(), marks.begin() + half}), right};
}

Pair inners_of(std::vector<NodePtr> children) {
  if (children.size() <= most) return {make_inner(std::move(children)), nullptr};
  const auto half = static_cast<std::ptrdiff_t>(children.size() / 2);
  auto right = make_inner({children.begin() + half, children.end()});
  return {make_inner({children.begin(), children.begin() + half}), right};
}

std::ptrdiff_t item_index(const Node& leaf, std::string_view key) {
  const auto at = std::lower_bound(leaf.items.begin(), leaf.items.end(), key,
                                   [](const ItemPtr& item, std::string_view k) { return item->key < k; });
  return at - leaf.items.begin();
}

// The child that holds the key if any does: the last whose first key is not above it.
std::ptrdiff_t child_index(const Node& inner, std::string_view key) {
  const auto last = std::ssize(inner.children) - 1;
  const auto side =
      key.substr(0, inner.common).compare(std::string_view(inner.first->key).substr(0, inner.common));
  if (side != 0) return side < 0 ? 0 : last;
  const auto [low, high] =
      std::equal_range(inner.heads.begin(), inner.heads.end(), head_of(key, inner.common));
  const auto begin = inner.children.begin() + (low - inner.heads.begin());
  const auto end = inner.children.begin() + (high - inner.heads.begin());
  const auto above = std::upper_bound(
      begin, end, key, [](std::string_view k, const NodePtr& child) { return k < child->first->key; });
  return std::max<std::ptrdiff_t>(0, above - inner.children.begin() - 1);
}

Pair insert(const Node& node, ItemPtr item) {
  if (!node.children.empty()) {
    const auto at = child_index(node, item->key);
    auto grown = insert(*node.children[static_cast<std::size_t>(at)], std::move(item));
    auto children = node.children;
    children[static_cast<std::size_t>(at)] = std::move(grown.left);
    if (grown.right) children.insert(children.begin() + at + 1, std::move(grown.right));
    return inners_of(std::move(children));
  }
  const auto at = item_index(node, item->key);
  auto items = node.items;
  auto marks = node.marks;
  if (at < std::ssize(items) && items[static_cast<std::size_t>(at)]->key == item->key) {
    items[static_cast<std::size_t>(at)] = std::move(item);
  } else {
    marks.insert(marks.begin() + at, mark_of(item->key));
    items.insert(items.begin() + at, std::move(item));
  }
  return leaves_of(std::move(items), std::move(marks));
}

Pair join(const Node& left, const Node& right) {
  if (!left.children.empty()) {
    auto children = left.children;
    children.insert(children.end(), right.children.begin(), right.children.end());
    return inners_of(std::move(children));
  }
  auto items = left.items;
  auto marks = left.marks;
  items.insert(items.end(), right.items.begin(), right.items.end());
  marks.insert(marks.end(), right.marks.begin(), right.marks.end());
  return leaves_of(std::move(items), std::move(marks));
}

bool is_small(const Node& node) { return std::max(node.items.size(), node.children.size()) < least; }

// REQUIRES: the key is there. Null when nothing is left.
NodePtr erase(const Node& node, std::string_view key) {
  if (node.children.empty()) {
    const auto at = item_index(node, key);
    auto items = node.items;
    auto marks = node.marks;
    items.erase(items.begin() + at);
    marks.erase(marks.begin() + at);
    return items.empty() ? nullptr : make_leaf(std::move(items), std::move(marks));
  }
  auto at = child_index(node, key);
  auto child = erase(*node.children[static_cast<std::size_t>(at)], key);
  auto children = node.children;
  if (!child) {
    children.erase(children.begin() + at);
    return children.empty() ? nullptr : make_inner(std::move(children));
  }
  const bool small = is_small(*child);
  children[static_cast<std::size_t>(at)] = std::move(child);
  if (small && children.size() > 1) {
    at = std::min(at, std::ssize(children) - 2);
    auto joined = join(*children[static_cast<std::size_t>(at)], *children[static_cast<std::size_t>(at) + 1]);
    children[static_cast<std::size_t>(at)] = std::move(joined.left);
    if (joined.right)
      children[static_cast<std::size_t>(at) + 1] = std::move(joined.right);
    else
      children.erase(children.begin() + at + 1);
  }
  return make_inner(std::move(children));
}

bool visit_from(const Node& node, std::string_view from, const std::function<bool(const ItemPtr&)>& visit) {
  if (node.children.empty()) {
    for (auto at = item_index(node, from); at < std::ssize(node.items); ++at) {
      if (!visit(node.items[static_cast<std::size_t>(at)])) return false;
    }
    return true;
  }
  for (auto at = child_index(node, from); at < std::ssize(node.children); ++at) {
    if (!visit_from(*node.children[static_cast<std::size_t>(at)], from, visit)) return false;
  }
  return true;
}

// Cuts `count` things into equal runs of about `usual`, and calls `make` with each run's bounds.
void in_runs(std::size_t count, const std::function<void(std::size_t begin, std::size_t end)>& make) {
  const std::size_t runs = (count + usual - 1) / usual;
  for (std::size_t run = 0; run < runs; ++run) make(count * run / runs, count * (run + 1) / runs);
}

}  // namespace

NodePtr build(const std::vector<ItemPtr>& sorted) {
  std::vector<NodePtr> level;
  in_runs(sorted.size(), [&](std::size_t begin, std::size_t end) {
    std::vector<ItemPtr> items(sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                               sorted.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<std::uint32_t> marks;
    for (const auto& item : items) marks.push_back(mark_of(item->key));
    level.push_back(make_leaf(std::move(items), std::move(marks)));
  });
  while (level.size() > 1) {
    std::vector<NodePtr> above;
    in_runs(level.size(), [&](std::size_t begin, std::size_t end) {
      above.push_back(make_inner({level.begin() + static_cast<std::ptrdiff_t>(begin),
                                  level.begin() + static_cast<std::ptrdiff_t>(end)}));
    });
    level = std::move(above);
  }
  return level.empty() ? nullptr : level.front();
}

NodePtr with(const NodePtr& root, ItemPtr item) {
  if (!root) return build({std::move(item)});
  auto grown = insert(*root, std::move(item));
  if (!grown.right) return grown.left;
  return make_inner({std::move(grown.left), std::move(grown.right)});
}

NodePtr without(const NodePtr& root, std::string_view key) {
  if (!find(root, key)) return root;
  auto rest = erase(*root, key);
  while (rest && rest->children.size() == 1) rest = NodePtr(rest->children.front());
  return rest;
}

const ItemPtr* find(const NodePtr& root, std::string_view key) {
  if (!root) return nullptr;
  const Node* node = root.get();
  while (!node->children.empty())
    node = node->children[static_cast<std::size_t>(child_index(*node, key))].get();
  const auto mark = mark_of(key);
  for (std::size_t at = 0; at < node->marks.size(); ++at) {
    if (node->marks[at] == mark && node->items[at]->key == key) return &node->items[at];
  }
  return nullptr;
}

void scan(const NodePtr& root, std::string_view from, const std::function<bool(const ItemPtr&)>& visit) {
  if (root) visit_from(*root, from, visit);
}

std::size_t rank(const NodePtr& root, std::string_view key) {
  if (!root) return 0;
  std::size_t below = 0;
  const Node* node = root.get();
  while (!node->children.empty()) {
    const auto at = static_cast<std::size_t>(child_index(*node, key));
    for (std::size_t before = 0; before < at; ++before) below += node->children[before]->size;
    node = node->children[at].get();
  }
  return below + static_cast<std::size_t>(item_index(*node, key));
}

}  // namespace openirsa::store::tree

namespace openirsa::store {

Revision Snapshot::revision() const { return tree_->revision; }

const Item* Snapshot::find(std::string_view key) const {
  const auto* item = tree::find(tree_->root, key);
  return item ? item->get() : nullptr;
}

}  // namespace openirsa::store
