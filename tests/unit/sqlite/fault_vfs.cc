#include "tests/unit/sqlite/fault_vfs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <string>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

constexpr size_t kSector = 512;

struct Shared {
  Fault fault;
  int64_t operations = 0;
  int64_t syncs = 0;
  bool fired = false;
  sqlite3_vfs* real = nullptr;
  std::map<std::string, std::string> durable;
} g;

struct File {
  sqlite3_file base;
  const char* path;  // SQLite keeps it alive while the file is open
};

sqlite3_file* Real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

void CutPowerOn(const std::string& path, const std::string& durable, std::mt19937* random) {
  const std::string now = ReadFile(path);
  const bool keeps_size = (*random)() % 2 == 0;
  std::string after(keeps_size ? now.size() : durable.size(), '\0');
  for (size_t at = 0; at < after.size(); at += kSector) {
    const bool takes_now = (*random)() % 2 == 0;
    // What a truncation took away is there or not with the size; what was appended may be a hole.
    const std::string& source =
        at >= now.size() || (!takes_now && at < durable.size()) ? durable : now;
    if (&source == &now && !takes_now) continue;
    const size_t size = std::min({kSector, source.size() - at, after.size() - at});
    std::memcpy(after.data() + at, source.data() + at, size);
  }
  const int fd = open(path.c_str(), O_WRONLY | O_TRUNC);
  if (fd < 0) return;  // removed: that is durable
  if (write(fd, after.data(), after.size()) != static_cast<ssize_t>(after.size())) _exit(99);
}

[[noreturn]] void CutPower() {
  std::mt19937 random(g.fault.seed);
  for (const auto& [path, bytes] : g.durable) CutPowerOn(path, bytes, &random);
  _exit(kPowerCutStatus);
}

// True if this operation is to fail.
bool Strikes(bool is_read) {
  if (is_read != g.fault.reads) return false;
  ++g.operations;
  if (g.operations != g.fault.at && !(g.fault.lasting && g.operations > g.fault.at)) return false;
  g.fired = true;
  if (g.fault.kind == Fault::kCutPower) CutPower();
  return true;
}

int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  sqlite3_file* real = Real(file);
  if (g.fault.kind == Fault::kCutPower) {
    // The write itself may be torn: it has happened, and is not durable.
    const int rc = real->pMethods->xWrite(real, bytes, size, offset);
    Strikes(false);
    return rc;
  }
  if (Strikes(false)) {
    if (g.fault.kind == Fault::kFailHalfWritten) {
      // Of a sector all or nothing (W5).
      constexpr auto kWhole = static_cast<int64_t>(kSector);
      const auto half = static_cast<int>((offset + size / 2) / kWhole * kWhole - offset);
      if (half > 0) real->pMethods->xWrite(real, bytes, half, offset);
    }
    return g.fault.error;
  }
  return real->pMethods->xWrite(real, bytes, size, offset);
}

int Sync(sqlite3_file* file, int flags) {
  ++g.syncs;
  if (Strikes(false)) return g.fault.error;
  if (g.fault.kind == Fault::kCutPower) {
    const char* path = reinterpret_cast<File*>(file)->path;
    g.durable[path] = ReadFile(path);
    return SQLITE_OK;
  }
  return Real(file)->pMethods->xSync(Real(file), flags);
}

sqlite3_io_methods Methods() {
  sqlite3_io_methods methods = {};
  methods.iVersion = 1;
  methods.xClose = [](sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); };
  methods.xRead = [](sqlite3_file* f, void* out, int size, sqlite3_int64 offset) {
    if (Strikes(true)) return g.fault.error;
    return Real(f)->pMethods->xRead(Real(f), out, size, offset);
  };
  methods.xWrite = Write;
  methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
    if (Strikes(false)) return g.fault.error;
    return Real(f)->pMethods->xTruncate(Real(f), size);
  };
  methods.xSync = Sync;
  methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
    return Real(f)->pMethods->xFileSize(Real(f), size);
  };
  methods.xLock = [](sqlite3_file* f, int lock) { return Real(f)->pMethods->xLock(Real(f), lock); };
  methods.xUnlock = [](sqlite3_file* f, int lock) {
    return Real(f)->pMethods->xUnlock(Real(f), lock);
  };
  methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
    return Real(f)->pMethods->xCheckReservedLock(Real(f), out);
  };
  methods.xFileControl = [](sqlite3_file* f, int op, void* arg) {
    return Real(f)->pMethods->xFileControl(Real(f), op, arg);
  };
  methods.xSectorSize = [](sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); };
  methods.xDeviceCharacteristics = [](sqlite3_file* f) {
    return Real(f)->pMethods->xDeviceCharacteristics(Real(f));
  };
  return methods;
}

const sqlite3_io_methods kMethods = Methods();

int Open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  Real(file)->pMethods = nullptr;
  const int rc = g.real->xOpen(g.real, path, Real(file), flags, out_flags);
  if (rc != SQLITE_OK) return rc;
  file->pMethods = &kMethods;
  reinterpret_cast<File*>(file)->path = path;
  g.durable.emplace(path, ReadFile(path));
  return SQLITE_OK;
}

sqlite3_vfs* Vfs() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs made = *g.real;
    made.iVersion = 1;
    made.pNext = nullptr;
    made.zName = "perdure-test-faults";
    made.szOsFile = static_cast<int>(sizeof(File)) + g.real->szOsFile;
    made.xOpen = Open;
    made.xDelete = [](sqlite3_vfs*, const char* path, int sync) {
      if (Strikes(false)) return g.fault.error;
      g.durable.erase(path);
      return g.real->xDelete(g.real, path, sync);
    };
    return made;
  }();
  return &vfs;
}

}  // namespace

FaultVfs::FaultVfs(const Fault& fault) {
  g = Shared();
  g.fault = fault;
  g.real = sqlite3_vfs_find("unix");
  sqlite3_vfs_register(Vfs(), 1);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(Vfs()); }

bool FaultVfs::fired() const { return g.fired; }
int64_t FaultVfs::syncs() const { return g.syncs; }

}  // namespace perdure::test
