// LMDB, where Debian's liblmdb-dev is installed; else there is no such peer.
#include "tests/bench/commit/peers.h"

#ifdef PERDURE_BENCH_LMDB

#include <lmdb.h>
#include <unistd.h>

namespace perdure::bench {
namespace {

class Lmdb final : public Peer {
 public:
  Lmdb(const std::string& path, std::span<const uint8_t> memory) : path_(path) {
    Remove();
    Check(mdb_env_create(&env_));
    Check(mdb_env_set_mapsize(env_, size_t{16} << 30));
    Check(mdb_env_open(env_, path.c_str(), MDB_NOSUBDIR, 0600));
    Begin();
    Check(mdb_dbi_open(transaction_, nullptr, MDB_INTEGERKEY | MDB_CREATE, &table_));
    for (size_t at = 0; at < memory.size(); at += kBlock) Put(at / kBlock, memory.data() + at);
    Check(mdb_txn_commit(transaction_));
  }
  ~Lmdb() override {
    mdb_env_close(env_);
    Remove();
  }

  void Store(const Written& event) override {
    Begin();
    for (size_t i = 0; i < event.changed->numbers.size(); ++i) {
      Put(event.changed->numbers[i], event.changed->contents[i].data());
    }
    Check(mdb_txn_commit(transaction_));
  }

 private:
  void Check(int rc) {
    if (rc != 0) Must(Status(StatusCode::kIo, mdb_strerror(rc)), path_);
  }
  void Begin() { Check(mdb_txn_begin(env_, nullptr, 0, &transaction_)); }
  void Put(uint64_t number, const void* data) {
    MDB_val key = {sizeof number, &number};
    MDB_val value = {kBlock, const_cast<void*>(data)};
    Check(mdb_put(transaction_, table_, &key, &value, 0));
  }
  void Remove() {
    unlink(path_.c_str());
    unlink((path_ + "-lock").c_str());
  }

  const std::string path_;
  MDB_env* env_ = nullptr;
  MDB_txn* transaction_ = nullptr;
  MDB_dbi table_ = 0;
};

}  // namespace

std::unique_ptr<Peer> MakeLmdb(const std::string& path, std::span<const uint8_t> memory) {
  return std::make_unique<Lmdb>(path, memory);
}

}  // namespace perdure::bench

#else

namespace perdure::bench {

std::unique_ptr<Peer> MakeLmdb(const std::string&, std::span<const uint8_t>) { return nullptr; }

}  // namespace perdure::bench

#endif
