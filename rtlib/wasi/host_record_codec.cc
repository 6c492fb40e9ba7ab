#include "rtlib/wasi/host_record_codec.h"

#include <algorithm>

#include "rtlib/base/bytes.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/wasi/host_table_format.h"

namespace perdure::wasi {
namespace {

constexpr uint8_t kFiletypeMax = static_cast<uint8_t>(Filetype::kSymbolicLink);

void Put(const std::vector<std::string>& strings, ByteWriter* writer) {
  writer->Varint(strings.size());
  for (const std::string& text : strings) writer->Bytes(text);
}

void Put(const FileIdentity& identity, ByteWriter* writer) {
  writer->U64(identity.dev);
  writer->U64(identity.ino);
  writer->U64(identity.born_ns);
}

void Put(uint32_t number, const DescriptorRecord& descriptor, ByteWriter* writer) {
  writer->Varint(number);
  writer->Varint(descriptor.serial);
  writer->U8(static_cast<uint8_t>(descriptor.origin));
  writer->Varint(descriptor.number);
  writer->Bytes(descriptor.path);
  writer->U8(static_cast<uint8_t>(descriptor.filetype));
  writer->U8(static_cast<uint8_t>((descriptor.reads ? kAccessReads : 0) |
                                  (descriptor.writes ? kAccessWrites : 0) |
                                  (descriptor.lost ? kAccessLost : 0)));
  writer->U16(descriptor.fdflags);
  writer->U64(descriptor.rights_base);
  writer->U64(descriptor.rights_inheriting);
  writer->Varint(descriptor.offset);
  writer->Varint(descriptor.append_end);
  Put(descriptor.identity, writer);
}

std::vector<std::string> GetStrings(ByteReader* reader) {
  std::vector<std::string> strings;
  const uint64_t count = reader->Varint();
  // Each takes a byte at least, so what is left bounds what is allocated.
  if (count > reader->remaining()) reader->Fail();
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    strings.emplace_back(reader->Bytes());
    if (strings.back().find('\0') != std::string::npos) reader->Fail();
  }
  return strings;
}

FileIdentity GetIdentity(ByteReader* reader) {
  FileIdentity identity;
  identity.dev = reader->U64();
  identity.ino = reader->U64();
  identity.born_ns = reader->U64();
  return identity;
}

// A path as the resolver makes them: components between single slashes, none of them "." or "..".
bool IsPlainPath(std::string_view path) {
  if (path.size() >= kPathBytesMax || path.find('\0') != std::string_view::npos) return false;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view component = path.substr(0, end);
    if (component.empty() || component == "." || component == "..") return false;
    if (end + 1 == path.size()) return false;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return true;
}

void Get(ByteReader* reader, RunRecord* run) {
  if (reader->remaining() > kRunBytesMax) reader->Fail();
  run->arguments = GetStrings(reader);
  run->environment = GetStrings(reader);
}

void Get(ByteReader* reader, std::vector<PreopenRecord>* preopens) {
  const uint64_t count = reader->Varint();
  if (count == 0 || count > kPreopensMax) reader->Fail();
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    PreopenRecord& preopen = preopens->emplace_back();
    preopen.name = reader->Bytes();
    if (preopen.name.size() >= kPathBytesMax) reader->Fail();
    preopen.identity = GetIdentity(reader);
  }
}

DescriptorRecord GetDescriptor(ByteReader* reader) {
  DescriptorRecord descriptor;
  descriptor.serial = reader->Varint();
  const uint8_t origin = reader->U8();
  const uint64_t number = reader->Varint();
  descriptor.path = reader->Bytes();
  const uint8_t filetype = reader->U8();
  const uint8_t access = reader->U8();
  descriptor.fdflags = reader->U16();
  descriptor.rights_base = reader->U64();
  descriptor.rights_inheriting = reader->U64();
  descriptor.offset = reader->Varint();
  descriptor.append_end = reader->Varint();
  descriptor.identity = GetIdentity(reader);
  if (origin > kOriginMax || number > UINT32_MAX || filetype > kFiletypeMax ||
      (access & ~kAccessAll) != 0 || (descriptor.fdflags & ~kFdflagsAll) != 0 ||
      ((descriptor.rights_base | descriptor.rights_inheriting) & ~kRightsAll) != 0 ||
      descriptor.offset > INT64_MAX || descriptor.append_end > INT64_MAX) {
    reader->Fail();
    return descriptor;
  }
  descriptor.origin = Origin{origin};
  descriptor.number = static_cast<uint32_t>(number);
  descriptor.filetype = Filetype{filetype};
  descriptor.reads = (access & kAccessReads) != 0;
  descriptor.writes = (access & kAccessWrites) != 0;
  descriptor.lost = (access & kAccessLost) != 0;
  return descriptor;
}

// Whether the descriptor can be one of `record`, whose preopens are read already.
bool IsConsistent(const DescriptorRecord& descriptor, const HostRecord& record) {
  if (descriptor.serial >= record.next_serial) return false;
  if (descriptor.origin != Origin::kPath && !descriptor.path.empty()) return false;
  const Filetype type = descriptor.filetype;
  switch (descriptor.origin) {
    case Origin::kStandard: {
      const uint64_t never = descriptor.number == kStdin ? kRightsFdWrite : kRightsFdRead;
      return descriptor.number <= kStderr && type == Filetype::kCharacterDevice &&
             (descriptor.rights_base & never) == 0;
    }
    case Origin::kPreopen:
      return descriptor.number < record.preopens.size() && type == Filetype::kDirectory;
    case Origin::kPath:
      return descriptor.number < record.preopens.size() && IsPlainPath(descriptor.path);
    case Origin::kInherited:
      return IsSocketType(type) || type == Filetype::kUnknown;
    case Origin::kAccepted:
      return IsSocketType(type);
  }
  return false;
}

void GetDescriptors(ByteReader* reader, HostRecord* record) {
  record->next_serial = reader->Varint();
  const uint64_t count = reader->Varint();
  if (count > kDescriptorsMax) reader->Fail();
  uint64_t next = 0;
  std::vector<uint64_t> serials;
  for (uint64_t i = 0; i < count && reader->ok(); ++i) {
    const uint64_t number = reader->Varint();
    DescriptorRecord descriptor = GetDescriptor(reader);
    if (number < next || number >= kDescriptorsMax || !IsConsistent(descriptor, *record)) {
      reader->Fail();
      return;
    }
    next = number + 1;
    serials.push_back(descriptor.serial);
    record->descriptors.emplace(static_cast<uint32_t>(number), std::move(descriptor));
  }
  std::sort(serials.begin(), serials.end());
  if (std::adjacent_find(serials.begin(), serials.end()) != serials.end()) reader->Fail();
}

void Get(ByteReader* reader, ClockRecord* clock) {
  clock->monotonic_floor_ns = reader->Varint();
  clock->cpu_ns = reader->Varint();
  clock->waiting_since_ns = reader->Varint();
  if (*clock == ClockRecord{}) reader->Fail();
}

void Get(ByteReader* reader, RandomRecord* random) {
  const std::string_view key = reader->Raw(kRandomKeyBytes);
  std::copy(key.begin(), key.end(), random->key.begin());
  random->next_block = reader->Varint();
}

void GetInputSource(ByteReader* reader, InputRecord* input) {
  InputSource& source = input->source.emplace();
  source.dev = reader->U64();
  source.ino = reader->U64();
  source.waiting_bytes = reader->Varint();
  if (input->bytes.empty() || source.waiting_bytes < input->bytes.size()) reader->Fail();
}

const char* PartName(uint8_t tag) {
  switch (HostTablePart{tag}) {
    case HostTablePart::kRun:
      return "run";
    case HostTablePart::kPreopens:
      return "directories";
    case HostTablePart::kDescriptors:
      return "descriptors";
    case HostTablePart::kClock:
      return "clock";
    case HostTablePart::kRandom:
      return "random generator";
    case HostTablePart::kInput:
      return "input";
    case HostTablePart::kInputSource:
      return "source of the input";
  }
  return nullptr;
}

// REQUIRES: PartName(tag) is not NULL.
void GetPart(uint8_t tag, ByteReader* reader, HostRecord* record) {
  switch (HostTablePart{tag}) {
    case HostTablePart::kRun:
      return Get(reader, &record->run.emplace());
    case HostTablePart::kPreopens:
      return Get(reader, &record->preopens);
    case HostTablePart::kDescriptors:
      return GetDescriptors(reader, record);
    case HostTablePart::kClock:
      return Get(reader, &record->clock);
    case HostTablePart::kRandom:
      return Get(reader, &record->random.emplace());
    case HostTablePart::kInput:
      if (reader->remaining() == 0 || reader->remaining() > kInputBytesMax) reader->Fail();
      record->input.bytes = reader->Raw(reader->remaining());
      return;
    case HostTablePart::kInputSource:
      return GetInputSource(reader, &record->input);
  }
}

}  // namespace

std::string EncodeHostRecord(const HostRecord& record) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.U8(kHostTableVersion);
  std::string part;
  ByteWriter payload(&part);
  const auto finish = [&](HostTablePart tag) {
    writer.U8(static_cast<uint8_t>(tag));
    writer.Bytes(part);
    part.clear();
  };
  if (record.run.has_value()) {
    Put(record.run->arguments, &payload);
    Put(record.run->environment, &payload);
    PERDURE_CHECK(part.size() <= kRunBytesMax, "a run began with more than a host table can hold");
    finish(HostTablePart::kRun);
  }
  if (!record.preopens.empty()) {
    payload.Varint(record.preopens.size());
    for (const PreopenRecord& preopen : record.preopens) {
      payload.Bytes(preopen.name);
      Put(preopen.identity, &payload);
    }
    finish(HostTablePart::kPreopens);
  }
  payload.Varint(record.next_serial);
  payload.Varint(record.descriptors.size());
  for (const auto& [number, descriptor] : record.descriptors) {
    PERDURE_CHECK(IsConsistent(descriptor, record), "a descriptor contradicts its own table");
    Put(number, descriptor, &payload);
  }
  finish(HostTablePart::kDescriptors);
  if (record.clock != ClockRecord{}) {
    payload.Varint(record.clock.monotonic_floor_ns);
    payload.Varint(record.clock.cpu_ns);
    payload.Varint(record.clock.waiting_since_ns);
    finish(HostTablePart::kClock);
  }
  if (record.random.has_value()) {
    payload.Raw(record.random->key.data(), kRandomKeyBytes);
    payload.Varint(record.random->next_block);
    finish(HostTablePart::kRandom);
  }
  if (!record.input.bytes.empty()) {
    payload.Raw(record.input.bytes);
    finish(HostTablePart::kInput);
  }
  if (record.input.source.has_value()) {
    payload.U64(record.input.source->dev);
    payload.U64(record.input.source->ino);
    payload.Varint(record.input.source->waiting_bytes);
    finish(HostTablePart::kInputSource);
  }
  return bytes;
}

Result<HostRecord> DecodeHostRecord(std::string_view bytes) {
  HostRecord record;
  ByteReader reader(bytes);
  const uint8_t version = reader.U8();
  if (version != kHostTableVersion) {
    return Status(StatusCode::kIncompatible,
                  StrCat("the host table has version ", version, ", this program reads ",
                         kHostTableVersion, "; use a program built by a perdure that knows it"));
  }
  uint8_t last = 0;
  bool descriptors_seen = false;
  while (!reader.AtEnd()) {
    const uint8_t tag = reader.U8();
    ByteReader payload(reader.Bytes());
    if (tag <= last || PartName(tag) == nullptr || !reader.ok()) {
      return Status(StatusCode::kCorrupt, "the host table has a part out of place");
    }
    last = tag;
    descriptors_seen = descriptors_seen || HostTablePart{tag} == HostTablePart::kDescriptors;
    GetPart(tag, &payload, &record);
    if (!payload.ok() || !payload.AtEnd()) {
      return Status(StatusCode::kCorrupt,
                    StrCat("the host table's part '", PartName(tag), "' is malformed"));
    }
  }
  if (!descriptors_seen) {
    return Status(StatusCode::kCorrupt, "the host table has no descriptors");
  }
  return record;
}

}  // namespace perdure::wasi
