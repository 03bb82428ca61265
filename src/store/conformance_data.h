// What a store holds and tells, and what it refuses to hold.
#pragma once

#include <algorithm>
#include <random>

#include "store/conformance.h"

namespace openirsa::store {

TEST_P(StoreConformance, absent_reads_as_nothing) {
  EXPECT_FALSE(get("a"));
  EXPECT_TRUE(keys("", "", 10).empty());
  EXPECT_EQ(*store().revision(), 0);
}

TEST_P(StoreConformance, reads_own_write) {
  EXPECT_EQ(put("a", "1"), 1);
  const auto found = get("a");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->key, "a");
  EXPECT_EQ(found->value, "1");
  EXPECT_EQ(found->revision, 1);
  EXPECT_EQ(put("a", "2"), 2);
  EXPECT_EQ(value("a"), "2");
  EXPECT_EQ(*store().revision(), 2);
}

TEST_P(StoreConformance, values_are_bytes) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte.push_back(static_cast<char>(byte));
  put("empty", "");
  put("bytes", every_byte);
  put(every_byte, "key of bytes");
  EXPECT_EQ(value("empty"), "");
  EXPECT_EQ(value("bytes"), every_byte);
  EXPECT_EQ(value(every_byte), "key of bytes");
  const auto fresh = store().changes("empty", 0);
  ASSERT_TRUE(fresh);
  ASSERT_EQ(fresh->changes.size(), 1U);
  EXPECT_EQ(fresh->changes[0].value, "") << "an empty value is not a deletion";
}

TEST_P(StoreConformance, create_refuses_existing) {
  EXPECT_TRUE(store().commit({{{"a", 0}}, {{"a", "1"}}, {}}));
  EXPECT_EQ(refusal({{{"a", 0}}, {{"a", "2"}}, {}}), Fault::conflict);
  EXPECT_EQ(value("a"), "1");
}

TEST_P(StoreConformance, conflict_writes_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(refusal({{{"a", revision}, {"b", 7}}, {{"a", "2"}, {"c", "2"}}, {}}), Fault::conflict);
  EXPECT_EQ(refusal({{{"absent", 1}}, {{"c", "2"}}, {"a"}}), Fault::conflict);
  EXPECT_EQ(value("a"), "1");
  EXPECT_FALSE(get("c"));
  EXPECT_EQ(*store().revision(), revision);
  EXPECT_TRUE(store().changes("", revision)->changes.empty());
  EXPECT_TRUE(store().commit({{{"a", revision}, {"b", 0}}, {{"a", "2"}, {"c", "2"}}, {}}));
  EXPECT_EQ(value("a"), "2");
}

TEST_P(StoreConformance, expectations_alone_check_and_change_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(*store().commit({{{"a", revision}, {"b", 0}}, {}, {}}), revision);
  EXPECT_EQ(refusal({{{"a", revision + 1}}, {}, {}}), Fault::conflict);
  EXPECT_EQ(*store().commit({}), revision);
  EXPECT_EQ(*store().revision(), revision);
}

TEST_P(StoreConformance, deleting_the_absent_succeeds_and_changes_nothing) {
  const auto revision = put("a", "1");
  EXPECT_EQ(*store().commit({{}, {}, {"b", "c"}}), revision);
  EXPECT_TRUE(store().changes("", revision)->changes.empty());
  EXPECT_EQ(*store().commit({{}, {}, {"b", "a"}}), revision + 1);
  EXPECT_FALSE(get("a"));
}

TEST_P(StoreConformance, keys_are_case_sensitive) {
  put("Role", "1");
  put("role", "2");
  EXPECT_EQ(value("Role"), "1");
  EXPECT_EQ(value("role"), "2");
  EXPECT_FALSE(get("ROLE"));
  EXPECT_EQ(keys("R", "", 10), std::vector<std::string>{"Role"});
}

TEST_P(StoreConformance, pages_are_in_byte_order_and_under_the_prefix) {
  const std::vector<std::string> ordered = {std::string("\0", 1),
                                            "%",
                                            "/",
                                            "A",
                                            "a",
                                            "a%",
                                            "a/",
                                            "a/1",
                                            "a/1/x",
                                            "a/10",
                                            "a/2",
                                            "a/\x7f",
                                            "a/\x80",
                                            "a/\xc3\xa4",
                                            "a/\xff",
                                            "a/\xff\1",
                                            "a0",
                                            "a_",
                                            "ab",
                                            "b",
                                            "\x80",
                                            "\xff",
                                            "\xff\xff",
                                            "\xff\xff\xff"};
  std::vector<std::string> shuffled = ordered;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(7));
  for (const auto& key : shuffled) put(key, "v");

  const auto expected = [&](const std::string& prefix, const std::string& after, std::size_t limit) {
    std::vector<std::string> page;
    for (const auto& key : ordered) {
      if (key.starts_with(prefix) && key > after && page.size() < limit) page.push_back(key);
    }
    return page;
  };
  ASSERT_EQ(keys("", "", 100), ordered);
  for (const std::string prefix :
       {"", "a", "a/", "a/1", "a_", "a%", "%", "_", "\x80", "\xff", "\xff\xff", "a/\xff", "c"}) {
    for (const std::string after :
         {"", "Z", "a", "a/", "a/1", "a/1/x", "a/3", "a/\xff", "a/\xff\xff", "b", "\xff"}) {
      for (const std::size_t limit : {0U, 1U, 3U, 100U}) {
        EXPECT_EQ(keys(prefix, after, limit), expected(prefix, after, limit))
            << "prefix " << testing::PrintToString(prefix) << " after " << testing::PrintToString(after);
      }
    }
  }
}

TEST_P(StoreConformance, pages_follow_one_another) {
  for (int i = 0; i < 57; ++i) put("p/" + std::to_string(i), std::to_string(i));
  put("q", "");
  std::vector<std::string> all;
  std::string after;
  while (true) {
    const auto page = keys("p/", after, 10);
    all.insert(all.end(), page.begin(), page.end());
    if (page.size() < 10) break;
    after = page.back();
  }
  EXPECT_EQ(all, keys("p/", "", 1000));
  EXPECT_EQ(all.size(), 57U);
}

TEST_P(StoreConformance, changes_tell_puts_and_deletes_in_order) {
  put("a/1", "1");
  put("b/1", "1");
  const auto third = store().commit({{}, {{"a/2", "2"}, {"a/1", "3"}}, {"b/1"}});
  ASSERT_TRUE(third);
  const auto all = store().changes("", 0);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->revision, 3);
  ASSERT_EQ(all->changes.size(), 5U);
  EXPECT_EQ(all->changes[2].key, "a/2");
  EXPECT_EQ(all->changes[3].key, "a/1");
  EXPECT_EQ(all->changes[3].value, "3");
  EXPECT_EQ(all->changes[4].key, "b/1");
  EXPECT_FALSE(all->changes[4].value);
  EXPECT_EQ(all->changes[4].revision, 3);

  const auto some = store().changes("b/", 1);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->revision, 3) << "the revision counts what other prefixes saw";
  ASSERT_EQ(some->changes.size(), 2U);
  EXPECT_EQ(some->changes[0].revision, 2);
  EXPECT_FALSE(some->changes[1].value);

  EXPECT_TRUE(store().changes("", 3)->changes.empty());
  const auto never = store().changes("", 4);
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().code, Fault::compacted) << "a revision that never was belongs to another history";
}

TEST_P(StoreConformance, compacted_changes_are_refused_and_recent_ones_kept) {
  open({.revisions = 8, .bytes = 1024 * 1024});
  for (int i = 1; i <= 50; ++i) put("k" + std::to_string(i % 20), std::to_string(i));
  const auto old = store().changes("", 0);
  ASSERT_FALSE(old);
  EXPECT_EQ(old.error().code, Fault::compacted);
  for (Revision since = 42; since <= 50; ++since) {
    const auto recent = store().changes("", since);
    ASSERT_TRUE(recent);
    EXPECT_EQ(recent->changes.size(), static_cast<std::size_t>(50 - since));
  }
  EXPECT_EQ(everything().size(), 20U) << "compaction forgets changes, never entries";
}

TEST_P(StoreConformance, the_log_is_bounded_in_bytes_too) {
  open({.revisions = 1000, .bytes = 100 * 1024});
  for (int i = 1; i <= 20; ++i) put("k", std::string(20 * 1024, 'x'));
  EXPECT_FALSE(store().changes("", 10));
  const auto recent = store().changes("", 17);
  ASSERT_TRUE(recent);
  EXPECT_EQ(recent->changes.size(), 3U);
  put("k", std::string(500 * 1024, 'x'));
  EXPECT_TRUE(store().changes("", 20)) << "the last revision is always kept";
}

TEST_P(StoreConformance, a_reader_of_changes_can_read_what_it_was_told) {
  put(opened_->other_writer(), "a", "1");
  const auto fresh = store().changes("", 0);
  ASSERT_TRUE(fresh);
  ASSERT_EQ(fresh->changes.size(), 1U);
  EXPECT_EQ(value("a"), "1");
}

TEST_P(StoreConformance, too_large_is_refused_in_each_dimension) {
  Commit full;
  for (std::size_t i = 0; i < max_operations_per_commit; ++i) {
    full.puts.push_back({"k" + std::to_string(i), "v"});
    full.expect.push_back({"e" + std::to_string(i), 0});
  }
  Commit too_many_puts = full;
  too_many_puts.puts.push_back({"one more", "v"});
  Commit too_many_deletes = full;
  too_many_deletes.deletes.push_back("one more");
  Commit too_many_expectations = full;
  too_many_expectations.expect.push_back({"one more", 0});
  EXPECT_EQ(refusal(too_many_puts), Fault::too_large);
  EXPECT_EQ(refusal(too_many_deletes), Fault::too_large);
  EXPECT_EQ(refusal(too_many_expectations), Fault::too_large);

  const std::string long_key(max_key_bytes, '\xff');
  EXPECT_EQ(refusal({{}, {{long_key + "k", "v"}}, {}}), Fault::too_large);
  EXPECT_EQ(refusal({{}, {}, {long_key + "k"}}), Fault::too_large);
  EXPECT_EQ(refusal({{{long_key + "k", 0}}, {}, {}}), Fault::too_large);

  const std::string long_value(max_value_bytes, 'v');
  EXPECT_EQ(refusal({{}, {{"k", long_value + "v"}}, {}}), Fault::too_large);
  const std::string rest(max_commit_bytes - max_value_bytes - 2, 'v');
  EXPECT_EQ(refusal({{}, {{"a", long_value}, {"b", rest + "v"}}, {}}), Fault::too_large);
  EXPECT_EQ(*store().revision(), 0);

  EXPECT_TRUE(store().commit(full)) << "the limits themselves are allowed";
  EXPECT_TRUE(store().commit({{{long_key, 0}}, {{long_key, "v"}}, {}}));
  EXPECT_TRUE(store().commit({{}, {{"a", long_value}, {"b", rest}}, {}}));
  EXPECT_EQ(value("a").size(), max_value_bytes);
  EXPECT_EQ(keys("\xff", "", 10), std::vector<std::string>{long_key});
}

TEST_P(StoreConformance, a_commit_that_names_a_key_twice_is_refused) {
  EXPECT_EQ(refusal({{}, {{"a", "1"}, {"b", "1"}, {"a", "2"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {{"a", "1"}}, {"a"}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {}, {"a", "a"}}), Fault::invalid);
  EXPECT_EQ(refusal({{{"a", 0}, {"a", 0}}, {{"a", "1"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {{"", "1"}}, {}}), Fault::invalid);
  EXPECT_EQ(refusal({{}, {}, {""}}), Fault::invalid);
  EXPECT_EQ(refusal({{{"", 0}}, {}, {}}), Fault::invalid);
  EXPECT_EQ(*store().revision(), 0);
  EXPECT_TRUE(store().commit({{{"a", 0}}, {{"a", "1"}}, {"b"}}))
      << "to expect and to write a key is not twice";
}

}  // namespace openirsa::store
