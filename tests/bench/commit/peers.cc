#include "tests/bench/commit/peers.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>

namespace perdure::bench {
namespace {

void WriteAll(int fd, const void* data, size_t bytes, const std::string& path) {
  const char* at = static_cast<const char*>(data);
  while (bytes != 0) {
    const ssize_t written = write(fd, at, bytes);
    MustNot(written <= 0, path);
    at += written;
    bytes -= static_cast<size_t>(written);
  }
}

class PageUpsert final : public Peer {
 public:
  PageUpsert(const std::string& path, std::span<const uint8_t> memory) : path_(path) {
    RemoveState(path);
    Check(sqlite3_open(path.c_str(), &db_));
    // The log grows to its full size here, once, and is reused from then on.
    for (const char* sql :
         {"PRAGMA page_size = 4096", "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL",
          "PRAGMA synchronous = FULL", "CREATE TABLE page(no INTEGER PRIMARY KEY, data BLOB)"}) {
      Check(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr));
    }
    begin_ = Prepare("BEGIN IMMEDIATE");
    commit_ = Prepare("COMMIT");
    put_ = Prepare(
        "INSERT INTO page(no, data) VALUES (?, ?) ON CONFLICT (no) DO UPDATE SET data = "
        "excluded.data");
    Step(begin_);
    for (size_t at = 0; at < memory.size(); at += kBlock) Put(at / kBlock, memory.data() + at);
    Step(commit_);
    Check(sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr));
  }
  ~PageUpsert() override {
    for (sqlite3_stmt* statement : {begin_, commit_, put_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
    RemoveState(path_);
  }

  void Store(const Written& event) override {
    Step(begin_);
    for (size_t i = 0; i < event.changed->numbers.size(); ++i) {
      Put(event.changed->numbers[i], event.changed->contents[i].data());
    }
    Step(commit_);
  }

 private:
  void Check(int rc) {
    if (rc != SQLITE_OK) Must(Status(StatusCode::kIo, sqlite3_errstr(rc)), path_);
  }
  sqlite3_stmt* Prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Check(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  void Step(sqlite3_stmt* statement) {
    const int rc = sqlite3_step(statement);
    if (rc != SQLITE_DONE) Check(rc);
    sqlite3_reset(statement);
  }
  void Put(uint64_t number, const void* data) {
    sqlite3_bind_int64(put_, 1, static_cast<sqlite3_int64>(number));
    sqlite3_bind_blob(put_, 2, data, kBlock, SQLITE_STATIC);
    Step(put_);
  }

  const std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr, *put_ = nullptr;
};

class ImageDump final : public Peer {
 public:
  explicit ImageDump(std::string path) : path_(std::move(path)) {}
  ~ImageDump() override {
    unlink((path_ + ".memory").c_str());
    unlink((path_ + ".json").c_str());
  }
  void Store(const Written& event) override {
    const std::span<const uint8_t> memory = event.after->memory();
    Replace(".memory", memory.data(), memory.size());
    const std::string globals = event.after->GlobalsJson();
    Replace(".json", globals.data(), globals.size());
  }
  int every() const override { return 20; }

 private:
  void Replace(const std::string& suffix, const void* data, size_t bytes) {
    const std::string path = path_ + suffix, fresh = path + ".new";
    const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MustNot(fd < 0, fresh);
    WriteAll(fd, data, bytes, fresh);
    MustNot(fsync(fd) != 0, fresh);
    close(fd);
    MustNot(rename(fresh.c_str(), path.c_str()) != 0, path);
  }

  const std::string path_;
};

}  // namespace

// The file is larger than what a processor's caches hold.
Floor::Floor(std::string path, uint64_t blocks)
    : path_(std::move(path)),
      fd_(open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)),
      data_(std::max<uint64_t>(blocks, 1) * kBlock),
      file_bytes_(std::max<uint64_t>(data_.size(), uint64_t{64} << 20)) {
  MustNot(fd_ < 0, path_);
  const std::vector<char> all(file_bytes_);
  WriteAll(fd_, all.data(), all.size(), path_);
  MustNot(fsync(fd_) != 0, path_);
}

Floor::~Floor() {
  close(fd_);
  unlink(path_.c_str());
}

void Floor::Overwrite(uint64_t blocks) {
  const size_t bytes =
      std::max<size_t>(1, std::min<size_t>(blocks, data_.size() / kBlock)) * kBlock;
  for (size_t at = 0; at < bytes; at += kBlock) ++data_[at];
  if (at_ + bytes > file_bytes_) at_ = 0;
  const ssize_t written = pwrite(fd_, data_.data(), bytes, static_cast<off_t>(at_));
  MustNot(written != static_cast<ssize_t>(bytes), path_);
  MustNot(fdatasync(fd_) != 0, path_);
  at_ += bytes;
}

std::unique_ptr<Peer> MakePageUpsert(const std::string& path, std::span<const uint8_t> memory) {
  return std::make_unique<PageUpsert>(path, memory);
}

std::unique_ptr<Peer> MakeImageDump(const std::string& path) {
  return std::make_unique<ImageDump>(path);
}

std::vector<NamedPeer> MakePeers(const std::string& folder, std::span<const uint8_t> memory) {
  std::vector<NamedPeer> peers;
  peers.push_back({"page upsert", MakePageUpsert(folder + "/pages.db", memory)});
  if (auto lmdb = MakeLmdb(folder + "/pages.mdb", memory)) {
    peers.push_back({"LMDB", std::move(lmdb)});
  }
  peers.push_back({"image dump", MakeImageDump(folder + "/image")});
  return peers;
}

Cost Measure(Peer* peer, const Written& event) {
  const uint64_t before = BytesHandedToKernel();
  const Stopwatch watch;
  peer->Store(event);
  Cost cost = watch.Read();
  cost.bytes = BytesHandedToKernel() - before;
  return cost;
}

}  // namespace perdure::bench
