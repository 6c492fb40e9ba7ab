// A file system of 1 MiB.
#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

class SmallDisk {
 public:
  SmallDisk() { mounted_ = mount("tmpfs", scratch_.folder().c_str(), "tmpfs", 0, "size=1m") == 0; }
  ~SmallDisk() {
    if (mounted_) umount2(scratch_.folder().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool Enlarge() {
    return mount("tmpfs", scratch_.folder().c_str(), "tmpfs", MS_REMOUNT, "size=4m") == 0;
  }
  std::string path() const { return scratch_.path(); }
  std::string ballast() const { return scratch_.folder() + "/ballast"; }
  void Fill(size_t leave_bytes) {
    std::ofstream file(ballast(), std::ios::binary);
    const std::string piece(4096, 'b');
    while (file.write(piece.data(), 4096).flush().good()) {
    }
    file.close();
    REQUIRE(truncate(ballast().c_str(), static_cast<off_t>(FileSize(ballast()) - leave_bytes)) ==
            0);
  }

 private:
  ScratchState scratch_;
  bool mounted_ = false;
};

TEST_CASE(
    "a full disk is reported as that, costs no acknowledged event, and is over when there is "
    "room") {
  SmallDisk disk;
  if (!disk.mounted()) {
    WARN("SKIPPED: mounting a tmpfs of 1 MiB needs root");
    return;
  }
  uint64_t acknowledged = 0;
  {
    auto store = MustOpen(disk.path());
    REQUIRE(CreateSample(store.get()).ok());
    acknowledged = 1;
    for (;;) {
      const Status status = AppendSample(store.get(), acknowledged + 1);
      if (!status.ok()) {
        INFO(status.message());
        CHECK(status.code() == StatusCode::kResourceExhausted);
        CHECK(status.message().find(disk.path()) != std::string::npos);
        CHECK(status.message().find("No space left on device") != std::string::npos);
        store->Abort();
        break;
      }
      ++acknowledged;
      REQUIRE(acknowledged < 1000);
    }
    CHECK(acknowledged > 100);
    CHECK(*LastSampleEvent(store.get()) == acknowledged);
    // There is no room to move the log either: said when closing, and nothing is lost.
    const Status closing = store->Maintain(SampleHeader(acknowledged), Store::Moment::kClosing);
    CHECK((closing.ok() || closing.code() == StatusCode::kResourceExhausted));
  }
  disk.Fill(0);
  {
    // Looking is possible without room.
    auto store = MustOpen(disk.path());
    CHECK(*LastSampleEvent(store.get()) == acknowledged);
    CHECK(store->Maintain(SampleHeader(acknowledged), Store::Moment::kClosing).ok());
    CHECK(store->Close().ok());
  }
  unlink(disk.ballast().c_str());
  REQUIRE(disk.Enlarge());
  auto store = MustOpen(disk.path());
  CHECK(*LastSampleEvent(store.get()) == acknowledged);
  CHECK(AppendSample(store.get(), acknowledged + 1).ok());
  CHECK(store->Maintain(SampleHeader(acknowledged + 1), Store::Moment::kClosing).ok());
}

TEST_CASE("a disk too full for a new state leaves none") {
  int failed = 0;
  for (size_t room = 0; room <= 61440; room += 4096) {
    SmallDisk disk;
    if (!disk.mounted()) {
      WARN("SKIPPED: mounting a tmpfs of 1 MiB needs root");
      return;
    }
    disk.Fill(room);
    {
      auto opened = OpenSqliteStore({disk.path(), Durability::kFull});
      const Status status = opened.ok() ? CreateSample(opened->get()) : opened.status();
      INFO("room " << room << ": " << status.message());
      CHECK((status.ok() || status.code() == StatusCode::kResourceExhausted));
      failed += !status.ok();
    }
    unlink(disk.ballast().c_str());
    auto store = MustOpen(disk.path());
    const auto last = LastSampleEvent(store.get());
    REQUIRE(last.ok());
    if (*last == 0) CHECK(CreateSample(store.get()).ok());
  }
  CHECK(failed > 5);
  CHECK(failed < 16);
}

}  // namespace
}  // namespace perdure::test
