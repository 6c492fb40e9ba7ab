#include "rtlib/wasi/host_record_codec.h"

#include <catch2/catch.hpp>
#include <random>

#include "rtlib/base/text.h"

namespace perdure::wasi {
namespace {

HostRecord Sample() {
  HostRecord record;
  record.run = RunRecord{{"lua", "-i"}, {"A=1"}};
  record.preopens = {{"/data", {1, 2, 3}}};
  DescriptorRecord input;
  input.serial = 0;
  input.filetype = Filetype::kCharacterDevice;
  input.reads = true;
  input.rights_base = kRightsFdRead;
  DescriptorRecord file;
  file.serial = 4;
  file.origin = Origin::kPath;
  file.path = "a/b";
  file.filetype = Filetype::kRegularFile;
  file.writes = true;
  file.lost = true;
  file.fdflags = kFdflagsAppend;
  file.rights_base = kRightsFdWrite;
  file.rights_inheriting = kRightsAll;
  file.offset = 300;
  file.append_end = 400;
  file.identity = {5, 6, 7};
  record.descriptors = {{0, input}, {7, file}};
  record.next_serial = 5;
  record.clock = {1000, 2000, 3000};
  record.random = RandomRecord{};
  record.random->key[31] = 0xff;
  record.random->next_block = 9;
  record.input = {"typed\n", InputSource{8, 9, 400}};
  return record;
}

TEST_CASE("the bytes of a host table are these") {
  CHECK(Hex(EncodeHostRecord(Sample())) ==
        "02"
        // run: 2 arguments, 1 variable
        "010d"
        "02"
        "036c7561"
        "022d69"
        "01"
        "03413d31"
        // directories: 1
        "021f"
        "01"
        "052f64617461"
        "0100000000000000"
        "0200000000000000"
        "0300000000000000"
        // descriptors: next serial, count, 0, 7
        "036d"
        "05"
        "02"
        "00"
        "00"
        "00"
        "00"
        "00"
        "02"
        "01"
        "0000"
        "0200000000000000"
        "0000000000000000"
        "00"
        "00"
        "0000000000000000"
        "0000000000000000"
        "0000000000000000"
        "07"
        "04"
        "02"
        "00"
        "03612f62"
        "04"
        "06"
        "0100"
        "4000000000000000"
        "ffffff3f00000000"
        "ac02"
        "9003"
        "0500000000000000"
        "0600000000000000"
        "0700000000000000"
        // clock
        "0406"
        "e807"
        "d00f"
        "b817"
        // random numbers
        "0521"
        "00000000000000000000000000000000000000000000000000000000000000ff"
        "09"
        // input
        "0606"
        "74797065640a"
        // source of the input
        "0712"
        "0800000000000000"
        "0900000000000000"
        "9003");
}

TEST_CASE("what was encoded decodes to the same record") {
  for (const HostRecord& record : {Sample(), HostRecord()}) {
    const Result<HostRecord> decoded = DecodeHostRecord(EncodeHostRecord(record));
    REQUIRE(decoded.ok());
    CHECK(*decoded == record);
  }
}

TEST_CASE("every shorter table is refused or ends where a part ends") {
  const std::string bytes = EncodeHostRecord(Sample());
  for (size_t length = 0; length < bytes.size(); ++length) {
    const Result<HostRecord> decoded = DecodeHostRecord(bytes.substr(0, length));
    if (decoded.ok()) CHECK(EncodeHostRecord(*decoded) == bytes.substr(0, length));
  }
  CHECK(!DecodeHostRecord("").ok());
}

TEST_CASE("a source of input that had less than was copied from it is refused") {
  HostRecord record = Sample();
  record.input.source->waiting_bytes = record.input.bytes.size() - 1;
  CHECK(!DecodeHostRecord(EncodeHostRecord(record)).ok());
  record = Sample();
  record.input.bytes.clear();
  CHECK(!DecodeHostRecord(EncodeHostRecord(record)).ok());
}

TEST_CASE("a table of another version is incompatible") {
  std::string bytes = EncodeHostRecord(Sample());
  ++bytes[0];
  const Result<HostRecord> decoded = DecodeHostRecord(bytes);
  REQUIRE(!decoded.ok());
  CHECK(decoded.status().code() == StatusCode::kIncompatible);
}

TEST_CASE("changed bytes give an error or another record that encodes to them") {
  const std::string bytes = EncodeHostRecord(Sample());
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string changed = bytes;
    for (auto flips = random() % 3 + 1; flips > 0; --flips) {
      changed[random() % changed.size()] = static_cast<char>(random());
    }
    const Result<HostRecord> decoded = DecodeHostRecord(changed);
    if (decoded.ok()) REQUIRE(EncodeHostRecord(*decoded) == changed);
  }
}

TEST_CASE("a path that could leave its directory is refused") {
  std::string bytes = EncodeHostRecord(Sample());
  const size_t path = bytes.find("a/b");
  for (const char* bad : {"../", "/ab", "ab/", "a//", "...", "./b"}) {
    bytes.replace(path, 3, bad);
    INFO(bad);
    // "..." is a name like any other.
    CHECK(DecodeHostRecord(bytes).ok() == (std::string_view(bad) == "..."));
  }
}

}  // namespace
}  // namespace perdure::wasi
