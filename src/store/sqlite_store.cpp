// The embedded store. Commits queue; the thread at the head leads: it writes all that wait in one transaction
// while the next ones queue behind it. There is no thread of its own, so a lone writer pays nothing for it.
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "store/commit_check.h"
#include "store/lock_file.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_writer.h"
#include "store/store.h"

namespace openirsa::store {
namespace {

// What one transaction takes at most, so that the first of a crowd is not kept waiting by the last.
constexpr std::size_t most_commits_together = 128;
constexpr std::size_t most_bytes_together = 8 * 1024 * 1024;

class SqliteStore final : public Store {
 public:
  SqliteStore(LockFile lock, std::unique_ptr<SqliteWriter> writer, std::unique_ptr<SqliteReader> reader)
      : revision_(writer->revision()),
        writer_(std::move(writer)),
        reader_(std::move(reader)),
        lock_(std::move(lock)) {}

  ~SqliteStore() override { close(); }

  Result<std::optional<Entry>, Error> get(std::string_view key) override {
    const std::lock_guard reading(reader_mutex_);
    if (!reader_) return closed_error();
    return reader_->get(key);
  }

  Result<std::vector<Entry>, Error> list(std::string_view prefix, std::string_view after,
                                         std::size_t limit) override {
    const std::lock_guard reading(reader_mutex_);
    if (!reader_) return closed_error();
    return reader_->list(prefix, after, limit);
  }

  Result<Changes, Error> changes(std::string_view prefix, Revision revision) override {
    const std::lock_guard reading(reader_mutex_);
    if (!reader_) return closed_error();
    return reader_->changes(prefix, revision);
  }

  Result<Revision, Error> commit(const Commit& commit) override {
    if (auto refused = check_commit(commit)) return *std::move(refused);
    Waiting self{&commit, {}, {}};
    std::unique_lock lock(mutex_);
    queue_.push_back(&self);
    self.woken.wait(lock, [&] { return self.answer || queue_.front() == &self; });
    if (!self.answer) lead(lock);
    return *std::move(self.answer);
  }

  Result<Revision, Error> wait_for_changes(Revision revision, std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return closed_ || revision_ > revision; });
    if (closed_) return closed_error();
    return revision_;
  }

  Result<Revision, Error> revision() override {
    const std::lock_guard lock(mutex_);
    if (closed_) return closed_error();
    return revision_;
  }

  void close() override {
    {
      std::unique_lock lock(mutex_);
      closed_ = true;
      changed_.notify_all();
      idle_.wait(lock, [&] { return queue_.empty(); });
      writer_.reset();
    }
    const std::lock_guard reading(reader_mutex_);
    reader_.reset();
    lock_.reset();  // last: nobody else may open the database before it is closed
  }

 private:
  struct Waiting {
    const Commit* commit;
    std::optional<Result<Revision, Error>> answer;
    std::condition_variable woken;
  };

  // REQUIRES: the caller's commit is at the head of the queue. It stays there until all of the batch are
  // answered, so that nobody else leads meanwhile.
  void lead(std::unique_lock<std::mutex>& lock) {
    std::vector<const Commit*> batch;
    std::size_t bytes = 0;
    for (const auto* waiting : queue_) {
      bytes += bytes_of(*waiting->commit);
      if (!batch.empty() && (bytes > most_bytes_together || batch.size() == most_commits_together)) break;
      batch.push_back(waiting->commit);
    }
    std::vector<Result<Revision, Error>> answers(batch.size(), Result<Revision, Error>(closed_error()));
    if (!closed_) {
      lock.unlock();
      answers = writer_->commit(batch);
      lock.lock();
      revision_ = writer_->revision();
      changed_.notify_all();
    }
    for (auto& answer : answers) {
      Waiting& done = *queue_.front();
      queue_.pop_front();
      done.answer = std::move(answer);
      done.woken.notify_one();
    }
    if (queue_.empty())
      idle_.notify_all();
    else
      queue_.front()->woken.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable idle_;
  std::deque<Waiting*> queue_;
  Revision revision_;
  bool closed_ = false;
  std::unique_ptr<SqliteWriter> writer_;  // used by the leader alone

  std::mutex reader_mutex_;
  std::unique_ptr<SqliteReader> reader_;
  std::optional<LockFile> lock_;
};

}  // namespace

Result<std::unique_ptr<Store>, Error> open_sqlite_store(const std::string& given_path, LogBound bound) {
  // One database has one lock, by whatever name it is called.
  std::error_code code;
  const auto path =
      std::filesystem::weakly_canonical(std::filesystem::absolute(given_path, code), code).string();
  if (code) return Error{Fault::unavailable, "cannot find `" + given_path + "`: " + code.message()};
  auto lock = LockFile::take(path + ".lock");
  if (!lock) return std::move(lock).error();
  if (auto made = make_database_file(path); !made) return std::move(made).error();
  auto writer = SqliteWriter::open(path, bound);
  if (!writer) return std::move(writer).error();
  auto reader = SqliteReader::open(path);
  if (!reader) return std::move(reader).error();
  return std::unique_ptr<Store>(
      std::make_unique<SqliteStore>(*std::move(lock), *std::move(writer), *std::move(reader)));
}

}  // namespace openirsa::store
