#include "tests/unit/sqlite/state_fixture.h"

#include <dirent.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"

namespace perdure::test {

ScratchState::ScratchState()
    : ScratchState(access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp") {}

ScratchState::ScratchState(const std::string& parent) {
  folder_ = parent + "/perdure-sqlite-XXXXXX";
  REQUIRE(mkdtemp(folder_.data()) != nullptr);
}

ScratchState::~ScratchState() {
  for (const std::string& name : Files()) unlink((folder_ + "/" + name).c_str());
  rmdir(folder_.c_str());
}

std::vector<std::string> ScratchState::Files() const {
  std::vector<std::string> names;
  DIR* folder = opendir(folder_.c_str());
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
      names.emplace_back(entry->d_name);
    }
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadFile(const std::string& path) {
  std::string bytes(FileSize(path), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

uint64_t FileSize(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  file.close();
  REQUIRE(file.good());
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::unique_ptr<Store> MustOpen(const std::string& path, Durability durability) {
  auto opened = OpenSqliteStore({path, durability});
  INFO(opened.status().message());
  REQUIRE(opened.ok());
  return *std::move(opened);
}

Status TryOpen(const std::string& path, Durability durability) {
  auto opened = OpenSqliteStore({path, durability});
  return opened.ok() ? OkStatus() : opened.status();
}

void Sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error);
  INFO((error != nullptr ? error : ""));
  REQUIRE(error == nullptr);
  sqlite3_close(db);
}

std::string Query(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  std::string out;
  char* error = nullptr;
  sqlite3_exec(
      db, sql,
      [](void* text, int count, char** values, char**) {
        for (int i = 0; i < count; ++i) {
          StrAppend(static_cast<std::string*>(text), i > 0 ? "|" : "",
                    values[i] != nullptr ? values[i] : "NULL");
        }
        static_cast<std::string*>(text)->push_back('\n');
        return 0;
      },
      &out, &error);
  INFO((error != nullptr ? error : ""));
  CHECK(error == nullptr);
  sqlite3_free(error);
  sqlite3_close(db);
  return out;
}

StateHeader SampleHeader(uint64_t sealed_seq) {
  StateHeader header;
  header.format_version = 1;
  for (uint8_t i = 0; i < 16; ++i) header.module_hash[i] = static_cast<uint8_t>(0xf0 + i);
  header.program_name = "counter";
  header.compiler = "0.1.0";
  header.created_us = 1'700'000'000'123'456;
  header.base = {.seq = 0, .hash = 0, .folding_seq = 5, .chunks = 3, .digest = 0x9234567890abcdef};
  header.past = {.seq = 1, .hash = uint64_t{1} << 63, .folding_seq = 2, .chunks = 3, .digest = 4};
  header.sealed_seq = sealed_seq;
  header.sealed_hash = sealed_seq * 0x9e3779b97f4a7c15;
  header.hash = 0xfedcba9876543210 + sealed_seq;
  return header;
}

EventRecord SampleEvent(uint64_t seq) {
  EventRecord event;
  event.seq = seq;
  event.kind = seq == 1 ? EventKind::kStart : EventKind::kCall;
  event.outcome = seq % 5 == 0 ? EventOutcome::kTrapped : EventOutcome::kReturned;
  event.time_us = 1'700'000'000'000'000 + static_cast<int64_t>(seq);
  event.input = StrCat("set(", seq, ")");
  event.result = StrCat(seq * 2);
  event.delta = std::string(seq * 37 % 300, static_cast<char>(seq));
  if (seq % 3 == 0) event.effects = StrCat("effect ", seq);
  if (seq % 2 == 0) event.globals = StrCat("{\"g0\":", seq, "}");
  event.chunks = static_cast<uint32_t>(seq % 7);
  event.hash = Hash64(event.input, seq) | uint64_t{1} << 63;
  return event;
}

namespace {

std::string Text(const EventRecord& e) {
  return StrCat("event ", e.seq, " ", static_cast<int>(e.kind), " ", static_cast<int>(e.outcome),
                " ", e.time_us, " ", Hex(e.input), " ", Hex(e.result), " ", Hex(e.delta), " ",
                Hex(e.effects), " ", Hex(e.globals), " ", e.chunks, " ", Hex64(e.hash), "\n");
}

std::string Text(const ImageHeader& image) {
  return StrCat(image.seq, " ", Hex64(image.hash), " ", image.folding_seq, " ", image.chunks, " ",
                Hex64(image.digest));
}

std::string Text(const StateHeader& h) {
  const std::string_view hash(reinterpret_cast<const char*>(h.module_hash), sizeof(h.module_hash));
  return StrCat("header ", h.format_version, " ", Hex(hash), " ", Hex(h.program_name), " ",
                Hex(h.compiler), " ", h.created_us, " ", Text(h.base), " ", Text(h.past), " ",
                h.sealed_seq, " ", Hex64(h.sealed_hash), " ", Hex64(h.hash), "\n");
}

}  // namespace

std::string Chunk(Store* store, uint64_t id, Image image) {
  std::string blob;
  const Result<bool> found = store->ReadChunk(image, id, &blob);
  REQUIRE(found.ok());
  return *found ? blob : "";
}

bool IsSampleEvent(const EventRecord& event) { return Text(event) == Text(SampleEvent(event.seq)); }

Status CreateSample(Store* store) {
  PERDURE_TRY(store->Begin());
  PERDURE_TRY(store->PutHeader(SampleHeader()));
  for (uint64_t id : {uint64_t{0}, uint64_t{7}, uint64_t{1} << 40}) {
    PERDURE_TRY(store->PutChunk(Image::kBase, id, StrCat("chunk ", id)));
  }
  PERDURE_TRY(store->PutSection(Image::kBase, 1, "memories"));
  PERDURE_TRY(store->PutSection(Image::kBase, 2, std::string("glo\0bals", 8)));
  PERDURE_TRY(store->PutGlobalMirror({0, "g0", "i32", "0"}));
  PERDURE_TRY(store->AppendEvent(SampleEvent(1)));
  return store->Commit();
}

Status AppendSample(Store* store, uint64_t seq) {
  if (seq % 2 == 1) return store->CommitEvent(SampleEvent(seq));
  PERDURE_TRY(store->Begin());
  PERDURE_TRY(store->AppendEvent(SampleEvent(seq)));
  return store->Commit();
}

void MakeKilledState(const std::string& path, uint64_t count, Durability durability) {
  const int status = InChild([&] {
    auto opened = OpenSqliteStore({path, durability});
    if (!opened.ok() || !CreateSample(opened->get()).ok()) return 1;
    for (uint64_t seq = 2; seq <= count; ++seq) {
      if (!AppendSample(opened->get(), seq).ok()) return 2;
    }
    _exit(0);  // no destructor
  });
  REQUIRE(status == 0);
}

void MakeClosedState(const std::string& path, uint64_t count) {
  auto store = MustOpen(path);
  REQUIRE(CreateSample(store.get()).ok());
  for (uint64_t seq = 2; seq <= count; ++seq) REQUIRE(AppendSample(store.get(), seq).ok());
  REQUIRE(store->Maintain(SampleHeader(count), Store::Moment::kClosing).ok());
  REQUIRE(store->Close().ok());
}

Result<std::string> Dump(Store* store) {
  std::string dump;
  PERDURE_ASSIGN_OR_RETURN(const std::optional<StateHeader> header, store->ReadHeader());
  if (header.has_value()) dump += Text(*header);
  PERDURE_TRY(store->ForEachChunk(Image::kBase, [&](uint64_t id, std::string_view blob) {
    StrAppend(&dump, "chunk ", id, " ", Hex(blob), "\n");
    return OkStatus();
  }));
  PERDURE_TRY(store->ForEachSection(Image::kBase, [&](uint64_t tag, std::string_view blob) {
    StrAppend(&dump, "section ", tag, " ", Hex(blob), "\n");
    return OkStatus();
  }));
  PERDURE_TRY(store->ForEachEvent(0, [&](const EventRecord& event) {
    dump += Text(event);
    return OkStatus();
  }));
  return dump;
}

Result<uint64_t> LastSampleEvent(Store* store) {
  uint64_t last = 0;
  PERDURE_TRY(store->ForEachEvent(0, [&](const EventRecord& event) {
    if (event.seq != last + 1 || !IsSampleEvent(event)) {
      return Status(StatusCode::kCorrupt, StrCat("event ", event.seq, " after ", last));
    }
    last = event.seq;
    return OkStatus();
  }));
  return last;
}

pid_t Fork() {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) prctl(PR_SET_PDEATHSIG, SIGKILL);
  return child;
}

int InChild(const std::function<int()>& body) {
  const pid_t child = Fork();
  if (child == 0) _exit(body());
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace perdure::test
