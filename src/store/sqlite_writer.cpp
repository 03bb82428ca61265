#include "store/sqlite_writer.h"

#include <utility>

#include "store/commit_check.h"
#include "store/sqlite_schema.h"

namespace openirsa::store {

struct SqliteWriter::Batch {
  Revision revision = 0;
  std::vector<std::size_t> sizes;  // of each revision made in this transaction
  Revision compacted = 0;
  bool broken = false;  // half of a commit may be in it: must not be committed
};

Result<std::unique_ptr<SqliteWriter>, Error> SqliteWriter::open(const std::string& path, LogBound bound) {
  auto database = open_for_writing(path);
  if (!database) return std::move(database).error();
  std::unique_ptr<SqliteWriter> writer(new SqliteWriter(*std::move(database), bound));
  if (auto prepared = writer->prepare(); !prepared) return std::move(prepared).error();
  if (auto loaded = writer->load_state(bound); !loaded) return std::move(loaded).error();
  return writer;
}

Result<Done, Error> SqliteWriter::prepare() {
  const std::pair<SqliteStatement*, std::string_view> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&savepoint_, "SAVEPOINT one"},
      {&release_, "RELEASE one"},
      {&undo_, "ROLLBACK TO one"},
      {&revision_of_, "SELECT revision FROM entry WHERE key = ?1"},
      {&put_,
       "INSERT INTO entry (key, value, revision) VALUES (?1, ?2, ?3) "
       "ON CONFLICT (key) DO UPDATE SET value = ?2, revision = ?3"},
      {&delete_, "DELETE FROM entry WHERE key = ?1"},
      {&log_, "INSERT INTO change (id, key, value) VALUES (?1, ?2, ?3)"},
      {&compact_, "DELETE FROM change WHERE id < ?1"},
      {&set_state_, "UPDATE state SET revision = ?1, compacted = ?2"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_->prepare(sql);
    if (!prepared) return std::move(prepared).error();
    *statement = *std::move(prepared);
  }
  return Done{};
}

Result<Done, Error> SqliteWriter::load_state(LogBound bound) {
  auto state = database_->prepare("SELECT revision, compacted FROM state");
  if (!state) return std::move(state).error();
  auto row = state->run();
  const auto found = row.next();
  if (!found) return found.error();
  if (!*found) return database_->error(SQLITE_CORRUPT);
  revision_ = row.number(0);
  compacted_ = row.number(1);
  retention_ = Retention(bound, compacted_);

  auto log = database_->prepare(
      "SELECT id / 128, sum(length(key) + coalesce(length(value), 0)) FROM change GROUP BY 1");
  if (!log) return std::move(log).error();
  auto sizes = log->run();
  for (Revision revision = compacted_ + 1; revision <= revision_; ++revision) {
    const auto more = sizes.next();
    if (!more) return more.error();
    // Every revision changed something, so every one that is kept has rows.
    if (!*more || sizes.number(0) != revision) return database_->error(SQLITE_CORRUPT);
    retention_.add(static_cast<std::size_t>(sizes.number(1)));
  }
  return Done{};
}

std::vector<Result<Revision, Error>> SqliteWriter::commit(const std::vector<const Commit*>& commits) {
  Batch batch{revision_, {}, compacted_, false};
  std::vector<Result<Revision, Error>> answers;
  auto state = begin(batch);
  for (const auto* commit : commits) {
    if (!state) break;
    answers.push_back(apply(*commit, batch));
    // Some failures (a full disk among them) end the whole transaction.
    if (batch.broken || !database_->in_transaction()) state = answers.back().error();
  }
  if (state) state = end(batch);
  if (!state) {
    if (database_->in_transaction()) static_cast<void>(rollback_.run().finish());
    return std::vector<Result<Revision, Error>>(commits.size(), state.error());
  }
  revision_ = batch.revision;
  compacted_ = batch.compacted;
  for (const auto size : batch.sizes) retention_.add(size);
  return answers;
}

Result<Done, Error> SqliteWriter::begin(Batch& batch) {
  if (auto begun = begin_.run().finish(); !begun) return begun;
  batch.compacted = retention_.compacted();
  if (batch.compacted == compacted_) return Done{};
  return compact_.run().bind(1, (batch.compacted + 1) * log_ids_per_revision).finish();
}

Result<Done, Error> SqliteWriter::end(Batch& batch) {
  if (batch.sizes.empty()) {
    batch.compacted = compacted_;
    return rollback_.run().finish();
  }
  auto set = set_state_.run().bind(1, batch.revision).bind(2, batch.compacted).finish();
  if (!set) return set;
  return commit_.run().finish();
}

Result<Revision, Error> SqliteWriter::apply(const Commit& commit, Batch& batch) {
  if (auto held = check(commit); !held) return std::move(held).error();
  if (auto marked = savepoint_.run().finish(); !marked) return std::move(marked).error();
  const auto changed = write(commit, batch.revision + 1);
  if (!changed && !database_->in_transaction()) return changed.error();
  auto closed = changed ? Result<Done, Error>(Done{}) : undo_.run().finish();
  if (closed) closed = release_.run().finish();
  batch.broken = !closed;
  if (!closed) return std::move(closed).error();
  if (!changed) return changed.error();
  if (*changed == 0) return batch.revision;
  batch.sizes.push_back(bytes_of(commit));
  return ++batch.revision;
}

Result<Done, Error> SqliteWriter::check(const Commit& commit) {
  for (const auto& expected : commit.expect) {
    auto run = revision_of_.run();
    const auto found = run.bind(1, expected.key).next();
    if (!found) return found.error();
    const Revision revision = *found ? run.number(0) : 0;
    if (revision != expected.revision) return conflict_error(expected, revision);
  }
  return Done{};
}

// How many keys changed.
Result<std::int64_t, Error> SqliteWriter::write(const Commit& commit, Revision revision) {
  std::int64_t changed = 0;
  for (const auto& put : commit.puts) {
    auto done = put_.run().bind(1, put.key).bind(2, put.value).bind(3, revision).finish();
    if (done) done = log(revision * log_ids_per_revision + changed++, put.key, &put.value);
    if (!done) return std::move(done).error();
  }
  for (const auto& key : commit.deletes) {
    auto done = delete_.run().bind(1, key).finish();
    if (done && database_->rows_changed() == 0) continue;
    if (done) done = log(revision * log_ids_per_revision + changed++, key, nullptr);
    if (!done) return std::move(done).error();
  }
  return changed;
}

Result<Done, Error> SqliteWriter::log(std::int64_t id, std::string_view key, const std::string* value) {
  auto run = log_.run();
  run.bind(1, id).bind(2, key);
  if (value) run.bind(3, *value);
  return run.finish();
}

}  // namespace openirsa::store
