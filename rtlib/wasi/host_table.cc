#include "rtlib/wasi/host_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rtlib/abi/host_context.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/wasi/file_identity.h"
#include "rtlib/wasi/host_record_codec.h"
#include "rtlib/wasi/host_table_format.h"

namespace perdure::wasi {

HostTable::HostTable(const WasiOptions& options, const char* program_name)
    : options_(options), program_name_(program_name) {}

Status HostTable::OpenDirectories() {
  if (options_.directories.size() > kPreopensMax) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat(options_.directories.size(), " directories for the guest are more than ",
                         kPreopensMax));
  }
  for (const WasiDirectory& directory : options_.directories) {
    if (directory.guest_name.size() >= kPathBytesMax) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("directory '", directory.host_path, "': the guest's name for it has ",
                           directory.guest_name.size(), " bytes, more than ", kPathBytesMax - 1));
    }
    SystemFd fd(open(directory.host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.ok()) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("directory '", directory.host_path, "' for the guest's '",
                           directory.guest_name, "': ", std::strerror(errno)));
    }
    const FileIdentity identity = IdentityOf(fd.get());
    given_.push_back({std::move(fd), identity});
  }
  return OkStatus();
}

DescriptorRecord HostTable::StandardRecord(uint32_t number) {
  DescriptorRecord descriptor;
  descriptor.serial = record_.next_serial++;
  descriptor.number = number;
  descriptor.filetype = Filetype::kCharacterDevice;
  descriptor.reads = number == kStdin;
  descriptor.writes = number != kStdin;
  descriptor.fdflags = number == kStdin ? 0 : kFdflagsAppend;
  descriptor.rights_base = kRightsOfStream & ~(number == kStdin ? kRightsFdWrite : kRightsFdRead);
  return descriptor;
}

void HostTable::Reset() {
  record_.run.reset();
  record_.preopens.clear();
  record_.descriptors.clear();
  record_.input = InputRecord();
  record_.clock.waiting_since_ns = 0;
  roots_.clear();
  for (const uint32_t number : {kStdin, kStdout, kStderr}) {
    record_.descriptors.emplace(number, StandardRecord(number));
  }
  AddPreopens();
  for (uint32_t i = 0; i < options_.sockets.size(); ++i) {
    DescriptorRecord socket;
    socket.origin = Origin::kInherited;
    socket.number = i;
    const Filetype filetype = FiletypeOfFd(options_.sockets[i]);
    if (IsSocketType(filetype)) socket.filetype = filetype;  // else a stream of no known type
    socket.reads = socket.writes = true;
    socket.rights_base = kRightsOfSocket;
    socket.rights_inheriting = kRightsOfSocket;
    uint32_t number;
    if (Add(std::move(socket), SystemFd(), &number) != Errno::kSuccess) break;
  }
  // What only standard descriptors are in is as every program begins: an empty table says it.
  changed_ = record_.descriptors.size() > kStderr + 1;
}

void HostTable::AddPreopens() {
  for (uint32_t i = 0; i < given_.size(); ++i) {
    record_.preopens.push_back({options_.directories[i].guest_name, given_[i].identity});
    roots_.push_back(static_cast<int>(i));
    DescriptorRecord directory;
    directory.origin = Origin::kPreopen;
    directory.number = i;
    directory.filetype = Filetype::kDirectory;
    directory.reads = true;
    directory.rights_base = kRightsOfDirectory;
    directory.rights_inheriting = kRightsAll;
    directory.identity = given_[i].identity;
    // A descriptor of its own: it has a listing of its own.
    SystemFd fd(openat(given_[i].fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    uint32_t number;
    if (Add(std::move(directory), std::move(fd), &number) != Errno::kSuccess) break;
  }
}

int HostTable::RootOf(uint32_t preopen) const {
  const int given = preopen < roots_.size() ? roots_[preopen] : -1;
  return given < 0 ? -1 : given_[static_cast<size_t>(given)].fd.get();
}

OpenFile* HostTable::FileOf(const DescriptorRecord& descriptor) {
  const auto file = files_.find(descriptor.serial);
  return file == files_.end() ? nullptr : &file->second;
}

int HostTable::SystemFdOf(const DescriptorRecord& descriptor) {
  switch (descriptor.origin) {
    case Origin::kStandard:
      return descriptor.number == kStdin ? options_.stdin_fd : static_cast<int>(descriptor.number);
    case Origin::kInherited:
      return descriptor.number < options_.sockets.size() ? options_.sockets[descriptor.number] : -1;
    case Origin::kPreopen:
    case Origin::kPath:
    case Origin::kAccepted:
      break;
  }
  const OpenFile* file = FileOf(descriptor);
  return file == nullptr ? -1 : file->fd.get();
}

Errno HostTable::Find(uint32_t number, uint64_t rights, Descriptor* found) {
  const auto place = record_.descriptors.find(number);
  if (place == record_.descriptors.end()) return Errno::kBadf;
  const DescriptorRecord& descriptor = place->second;
  if (descriptor.origin != Origin::kStandard || descriptor.number == kStdin) ReachOutside();
  *found = {number, &descriptor, SystemFdOf(descriptor)};
  // Standard input at its end has no descriptor of the system, and has not been lost.
  const bool lost =
      descriptor.lost || (found->system_fd < 0 && descriptor.origin != Origin::kStandard);
  if (lost) {
    if (!descriptor.lost) ChangeDescriptor(number).lost = true;  // (H3)
    return Errno::kStale;
  }
  return (descriptor.rights_base & rights) == rights ? Errno::kSuccess : Errno::kNotcapable;
}

DescriptorRecord& HostTable::ChangeDescriptor(uint32_t number) {
  const auto place = record_.descriptors.find(number);
  PERDURE_CHECK(place != record_.descriptors.end(), "no such descriptor");
  changed_ = true;
  return place->second;
}

Errno HostTable::Add(DescriptorRecord descriptor, SystemFd fd, uint32_t* number) {
  uint32_t free = 0;
  for (const auto& [taken, record] : record_.descriptors) {
    if (taken != free) break;
    ++free;
  }
  if (free >= kDescriptorsMax) return Errno::kMfile;
  descriptor.serial = record_.next_serial++;
  if (fd.ok()) files_[descriptor.serial].fd = std::move(fd);
  record_.descriptors.emplace(free, std::move(descriptor));
  changed_ = true;
  *number = free;
  return Errno::kSuccess;
}

Errno HostTable::Close(uint32_t number) {
  const auto place = record_.descriptors.find(number);
  if (place == record_.descriptors.end()) return Errno::kBadf;
  const uint64_t serial = place->second.serial;
  if (serial >= committed_serial_) {  // (H2)
    files_.erase(serial);
    // An event that only looks into files leaves the table as it was, and no row in the log.
    if (serial + 1 == record_.next_serial) --record_.next_serial;
  }
  record_.descriptors.erase(place);
  changed_ = true;
  return Errno::kSuccess;
}

Errno HostTable::Renumber(uint32_t from, uint32_t to) {
  const auto place = record_.descriptors.find(from);
  if (place == record_.descriptors.end() || !record_.descriptors.contains(to)) return Errno::kBadf;
  if (from == to) return Errno::kSuccess;
  DescriptorRecord moved = std::move(place->second);
  record_.descriptors.erase(place);
  const Errno closed = Close(to);
  PERDURE_CHECK(closed == Errno::kSuccess, "a descriptor that was open a moment ago");
  record_.descriptors.emplace(to, std::move(moved));
  return Errno::kSuccess;
}

void HostTable::RenamePaths(uint32_t preopen, std::string_view from, std::string_view to) {
  for (auto& [number, descriptor] : record_.descriptors) {
    if (descriptor.origin != Origin::kPath || descriptor.number != preopen) continue;
    const std::string_view path = descriptor.path;
    if (!path.starts_with(from) || (path.size() != from.size() && path[from.size()] != '/')) {
      continue;
    }
    std::string moved = StrCat(to, path.substr(from.size()));
    // One that is too long to be opened again keeps the old path, where there is nothing.
    if (moved.size() >= kPathBytesMax) continue;
    descriptor.path = std::move(moved);
    changed_ = true;
  }
}

bool HostTable::IsReferenced(uint64_t serial) const {
  for (const auto& [number, descriptor] : record_.descriptors) {
    if (descriptor.serial == serial) return true;
  }
  return false;
}

void HostTable::ForgetUncommitted() {
  if (committed_serial_ == 0) files_.clear();
}

void HostTable::Advance() {
  std::erase_if(files_, [&](const auto& file) { return !IsReferenced(file.first); });
  committed_serial_ = record_.next_serial;
}

// The hooks.

namespace {
const WasiOptions kNothing;
}  // namespace

Result<std::unique_ptr<HostTable>> CreateHostTable(perdure_host* host) {
  const WasiOptions& options = host->wasi == nullptr ? kNothing : *host->wasi;
  auto table = std::make_unique<HostTable>(options, host->program->name);
  PERDURE_TRY(table->OpenDirectories());
  table->Reset();
  host->live_table = table.get();
  return table;
}

void ExpectNothingOutside(perdure_host* host) {
  if (host->live_table != nullptr) host->live_table->ExpectNothingOutside();
}

bool ReachedOutside(const perdure_host& host) {
  return host.live_table != nullptr && host.live_table->reached_outside();
}

void EncodeHostTable(perdure_host* host) {
  HostTable* table = host->live_table;
  if (table == nullptr || !table->changed()) return;
  host->table = EncodeHostRecord(table->record());
  table->MarkUnchanged();
}

void AdvanceHostTable(perdure_host* host) {
  if (host->live_table != nullptr) host->live_table->Advance();
}

Status DecodeHostTable(perdure_host* host) {
  HostTable* table = host->live_table;
  if (table == nullptr) return OkStatus();
  table->ForgetUncommitted();
  if (host->table.empty()) {
    table->Adopt({});
    table->Reset();
  } else {
    PERDURE_ASSIGN_OR_RETURN(HostRecord record, DecodeHostRecord(host->table));
    table->Adopt(std::move(record));
  }
  table->Advance();
  return OkStatus();
}

Status BeginRun(perdure_host* host, std::span<const std::string> arguments) {
  HostTable* table = host->live_table;
  if (table == nullptr) return OkStatus();
  RunRecord run;
  run.arguments.assign(arguments.begin(), arguments.end());
  run.environment = table->options().environment;
  uint64_t bytes = 0;
  for (const auto* list : {&run.arguments, &run.environment}) {
    for (const std::string& text : *list) bytes += text.size() + sizeof(uint64_t);
  }
  if (bytes + 2 * sizeof(uint64_t) > kRunBytesMax) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("arguments and environment of the guest have ", bytes,
                         " bytes, more than the ", kRunBytesMax, " a run can begin with"));
  }
  table->Reset();
  table->StartRun(std::move(run));
  return OkStatus();
}

}  // namespace perdure::wasi
