#include "store/tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace openirsa::store::tree {
namespace {

ItemPtr item(const std::string& key, Revision revision) {
  return std::make_shared<const Item>(Item{key, "v", revision, nullptr});
}

using Model = std::map<std::string, Revision>;

Model contents(const NodePtr& root) {
  Model all;
  std::string last;
  scan(root, "", [&](const ItemPtr& each) {
    EXPECT_TRUE(all.empty() || last < each->key);
    last = each->key;
    all[each->key] = each->revision;
    return true;
  });
  return all;
}

// The depth, after checking the invariants of the header.
int checked_depth(const Node& node) {
  EXPECT_NE(node.items.empty(), node.children.empty());
  EXPECT_EQ(node.items.size(), node.marks.size());
  EXPECT_LE(std::max(node.items.size(), node.children.size()), 64U);
  if (node.children.empty()) {
    EXPECT_EQ(node.size, node.items.size());
    EXPECT_EQ(node.first, node.items.front().get());
    return 1;
  }
  std::size_t size = 0;
  std::vector<int> depths;
  for (const auto& child : node.children) {
    size += child->size;
    depths.push_back(checked_depth(*child));
  }
  EXPECT_EQ(node.size, size);
  EXPECT_EQ(node.first, node.children.front()->first);
  EXPECT_EQ(std::count(depths.begin(), depths.end(), depths[0]), std::ssize(depths)) << "leaves equally deep";
  return depths[0] + 1;
}

NodePtr numbered(int count) {
  std::vector<std::string> keys;
  for (int i = 0; i < count; ++i) keys.push_back("key/" + std::to_string(i));
  std::sort(keys.begin(), keys.end());
  std::vector<ItemPtr> items;
  for (const auto& key : keys) items.push_back(item(key, 1));
  return build(items);
}

TEST(Tree, empty_holds_nothing) {
  EXPECT_EQ(build({}), nullptr);
  EXPECT_EQ(find(nullptr, "a"), nullptr);
  EXPECT_EQ(rank(nullptr, "a"), 0U);
  EXPECT_EQ(without(nullptr, "a"), nullptr);
  EXPECT_EQ(without(with(nullptr, item("a", 1)), "a"), nullptr);
}

TEST(Tree, built_at_every_size_holds_everything) {
  for (const int count : {1, 2, 47, 48, 49, 63, 64, 65, 96, 97, 2304, 2305, 5000, 111'000}) {
    const auto root = numbered(count);
    checked_depth(*root);
    EXPECT_EQ(root->size, static_cast<std::size_t>(count));
    for (int i = 0; i < count; i += 1 + count / 500) {
      const auto key = "key/" + std::to_string(i);
      const auto* found = find(root, key);
      ASSERT_TRUE(found) << key;
      EXPECT_EQ((*found)->key, key);
      EXPECT_FALSE(find(root, key + "x"));
    }
    EXPECT_FALSE(find(root, ""));
    EXPECT_FALSE(find(root, "zzz"));
  }
}

TEST(Tree, agrees_with_a_map_and_leaves_old_roots_whole) {
  std::mt19937 random(5);
  Model model;
  NodePtr root;
  std::vector<std::pair<NodePtr, Model>> kept;
  // The phases grow the tree, churn it, and shrink it to nothing.
  for (const unsigned deletions_in_ten : {1U, 5U, 9U}) {
    for (int i = 0; i < 8'000; ++i) {
      const auto key = std::to_string(random() % 3000);
      if (random() % 10 < deletions_in_ten) {
        root = without(root, key);
        model.erase(key);
      } else {
        root = with(root, item(key, i + 1));
        model[key] = i + 1;
      }
      if (i % 1000 == 0) kept.emplace_back(root, model);
      if (i % 250 != 0 || !root) continue;
      checked_depth(*root);
      ASSERT_EQ(contents(root), model);
      ASSERT_EQ(rank(root, key),
                static_cast<std::size_t>(std::distance(model.begin(), model.lower_bound(key))));
    }
  }
  for (const auto& [old_root, old_model] : kept) EXPECT_EQ(contents(old_root), old_model);
  while (!model.empty()) {
    root = without(root, model.begin()->first);
    model.erase(model.begin());
  }
  EXPECT_EQ(root, nullptr);
}

TEST(Tree, stays_shallow_whatever_the_order) {
  NodePtr ascending, descending;
  for (int i = 0; i < 12'000; ++i) {
    ascending = with(ascending, item(std::to_string(1'000'000 + i), 1));
    descending = with(descending, item(std::to_string(1'000'000 - i), 1));
  }
  EXPECT_LE(checked_depth(*ascending), 4);
  EXPECT_LE(checked_depth(*descending), 4);
  for (int i = 0; i < 11'990; ++i) ascending = without(ascending, std::to_string(1'000'000 + i));
  EXPECT_EQ(ascending->size, 10U);
  EXPECT_EQ(checked_depth(*ascending), 1);
}

TEST(Tree, a_change_shares_almost_everything) {
  const auto before = numbered(100'000);
  const auto after = with(before, item("key/5", 2));
  std::size_t same = 0;
  for (const auto& child : after->children) {
    same += static_cast<std::size_t>(std::count(before->children.begin(), before->children.end(), child));
  }
  EXPECT_EQ(same + 1, after->children.size());
  EXPECT_EQ((*find(before, "key/5"))->revision, 1);
  EXPECT_EQ((*find(after, "key/5"))->revision, 2);
}

TEST(Tree, an_item_goes_when_the_last_root_that_had_it_goes) {
  auto root = numbered(1000);
  const std::weak_ptr<const Item> watched = *find(root, "key/0");  // the first of its node
  auto after = without(root, "key/0");
  EXPECT_FALSE(watched.expired());
  root.reset();
  EXPECT_TRUE(watched.expired());
  checked_depth(*after);
}

TEST(Tree, scan_starts_and_stops_where_told) {
  const auto root = numbered(10'000);
  std::vector<std::string> seen;
  scan(root, "key/50", [&](const ItemPtr& each) {
    seen.push_back(each->key);
    return seen.size() < 3;
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"key/50", "key/500", "key/5000"}));
  scan(root, "z", [&](const ItemPtr&) {
    ADD_FAILURE() << "nothing is there";
    return true;
  });
}

}  // namespace
}  // namespace openirsa::store::tree
