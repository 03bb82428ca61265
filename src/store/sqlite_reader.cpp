#include "store/sqlite_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/commit_check.h"
#include "store/sqlite_schema.h"

namespace openirsa::store {

Result<std::unique_ptr<SqliteReader>, Error> SqliteReader::open(const std::string& path) {
  auto database = open_for_reading(path);
  if (!database) return std::move(database).error();
  std::unique_ptr<SqliteReader> reader(new SqliteReader(*std::move(database)));
  const std::pair<SqliteStatement*, std::string_view> statements[] = {
      {&reader->begin_, "BEGIN"},
      {&reader->end_, "ROLLBACK"},
      {&reader->get_, "SELECT value, revision FROM entry WHERE key = ?1"},
      {&reader->list_,
       "SELECT key, value, revision FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3"},
      {&reader->state_, "SELECT revision, compacted FROM state"},
      {&reader->changes_,
       "SELECT id, key, value FROM change WHERE id >= ?1 AND key >= ?2 AND key < ?3 ORDER BY id"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = reader->database_->prepare(sql);
    if (!prepared) return std::move(prepared).error();
    *statement = *std::move(prepared);
  }
  return reader;
}

namespace {

// Above every key, where nothing smaller is above all keys with the prefix.
std::string end_or_all(std::string_view prefix) {
  return end_of_prefix(prefix).value_or(std::string(max_key_bytes + 1, '\xff'));
}

}  // namespace

Result<std::optional<Entry>, Error> SqliteReader::get(std::string_view key) {
  auto run = get_.run();
  const auto row = run.bind(1, key).next();
  if (!row) return row.error();
  if (!*row) return std::optional<Entry>();
  return std::optional<Entry>(Entry{std::string(key), run.blob(0), run.number(1)});
}

Result<std::vector<Entry>, Error> SqliteReader::list(std::string_view prefix, std::string_view after,
                                                     std::size_t limit) {
  const std::string first = first_key(prefix, after);
  const std::string end = end_or_all(prefix);
  constexpr auto no_limit = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  auto run = list_.run();
  run.bind(1, first).bind(2, end).bind(3, static_cast<std::int64_t>(std::min(limit, no_limit)));
  std::vector<Entry> page;
  while (true) {
    const auto row = run.next();
    if (!row) return row.error();
    if (!*row) return page;
    page.push_back({run.blob(0), run.blob(1), run.number(2)});
  }
}

// In one transaction: the revision, the compaction and the rows must be of the same moment.
Result<Changes, Error> SqliteReader::changes(std::string_view prefix, Revision revision) {
  if (auto begun = begin_.run().finish(); !begun) return std::move(begun).error();
  auto answer = changes_in_transaction(prefix, revision);
  if (auto ended = end_.run().finish(); !ended) return std::move(ended).error();
  return answer;
}

Result<Changes, Error> SqliteReader::changes_in_transaction(std::string_view prefix, Revision revision) {
  auto state = state_.run();
  const auto found = state.next();
  if (!found) return found.error();
  if (!*found) return database_->error(SQLITE_CORRUPT);
  Changes answer{{}, state.number(0)};
  if (revision < state.number(1) || revision > answer.revision) return compacted_error();

  const std::string end = end_or_all(prefix);
  auto run = changes_.run();
  run.bind(1, (revision + 1) * log_ids_per_revision).bind(2, prefix).bind(3, end);
  while (true) {
    const auto row = run.next();
    if (!row) return row.error();
    if (!*row) return answer;
    Change change{run.blob(1), std::nullopt, run.number(0) / log_ids_per_revision};
    if (!run.is_null(2)) change.value = run.blob(2);
    answer.changes.push_back(std::move(change));
  }
}

}  // namespace openirsa::store
