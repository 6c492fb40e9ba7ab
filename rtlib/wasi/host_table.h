// HostTable: a guest's descriptors, clock, random numbers and run, live in this process.
//
//     HostRecord (values, state) ──EncodeHostTable──► perdure_host::table ──► commit
//          ▲                                                │ restored, or rolled back
//          └──────────────────DecodeHostTable───────────────┘
//     open files (of this process), joined to descriptors by their serial numbers
//
// Invariants
//  (H1) Between events the record is what perdure_host::table says; an empty table stands for the
//       record a program begins with.
//  (H2) A descriptor that was open when the event began keeps its open file until the event is
//       committed, though the guest closes it: a rollback has it back.
//  (H3) A descriptor that does not come back (another process, and its file is gone or another one)
//       is reported on standard error once, and gives the guest errno `stale` until it closes it.
//       Once it has given that errno it stays lost, in every later process.
//  (H4) What a guest can reach is decided by the options of this process alone. The state says only
//       which of the directories given here it had open, and what below them.
//
// Threads: confined to the instance's thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/host.h"
#include "perdure/status.h"
#include "perdure/wasi.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/host_record.h"
#include "rtlib/wasi/system_fd.h"

namespace perdure::wasi {

// An entry of a directory as fd_readdir gives it out.
struct DirectoryEntry {
  uint64_t cookie = 0;
  uint64_t ino = 0;
  Filetype filetype = Filetype::kUnknown;
  std::string name;
};

// What this process holds for a descriptor that has a file of its own.
struct OpenFile {
  SystemFd fd;
  std::vector<DirectoryEntry> listing;  // of a directory, since it was last read from its beginning
  bool repeats = false;                 // an event may write again what is there (file_io.cc)
};

// A descriptor as a host function uses it. Valid until the descriptor is closed.
struct Descriptor {
  uint32_t number = 0;
  const DescriptorRecord* record = nullptr;
  int system_fd = -1;
};

class HostTable {
 public:
  // `options` and `program_name` must outlive the table.
  HostTable(const WasiOptions& options, const char* program_name);

  // Opens the directories of the options. kInvalidArgument names the one that cannot be opened.
  Status OpenDirectories();

  // The record a program begins with (also each run of it): standard descriptors, then the
  // directories and sockets of the options. Clock and random numbers go on.
  void Reset();
  // Takes `record` over and opens what is not open (H3).
  void Adopt(HostRecord record);
  void StartRun(RunRecord run);

  const HostRecord& record() const { return record_; }
  HostRecord& Change() {
    changed_ = true;
    return record_;
  }
  bool changed() const { return changed_; }
  void MarkUnchanged() { changed_ = false; }
  const WasiOptions& options() const { return options_; }

  // This event has asked the system for something, or done something to it, beyond what is in the
  // record: executing it again may not do the same. Find() says so of all descriptors but standard
  // output and error, where writing is an effect.
  void ReachOutside() { reached_outside_ = true; }
  void ExpectNothingOutside() { reached_outside_ = false; }
  bool reached_outside() const { return reached_outside_; }

  // The descriptor, if it is open and has all of `rights`; else kBadf, kStale or kNotcapable.
  Errno Find(uint32_t number, uint64_t rights, Descriptor* found);
  // REQUIRES: open.
  DescriptorRecord& ChangeDescriptor(uint32_t number);
  // Gives `descriptor` the lowest free number and a serial. kMfile: there is none.
  Errno Add(DescriptorRecord descriptor, SystemFd fd, uint32_t* number);
  Errno Close(uint32_t number);
  Errno Renumber(uint32_t from, uint32_t to);
  // After a rename below a preopen: descriptors at `from` and below it are at `to` now.
  void RenamePaths(uint32_t preopen, std::string_view from, std::string_view to);

  // The file that `descriptor` has for itself; nullptr for those of the process.
  OpenFile* FileOf(const DescriptorRecord& descriptor);
  // What guests of this program read at descriptor `fd` of the process: a run sees what it is, a
  // reactor's call a character device (stdio.cc says why).
  Filetype StandardFiletype(int fd) const;

  // Nothing was committed yet in this process: what is open belongs to a record that is about to be
  // replaced by one with serials of its own.
  void ForgetUncommitted();
  // The event's changes are committed: closes what it closed (H2).
  void Advance();

  // What clock.cc knows of this process: see there.
  std::optional<uint64_t> monotonic_offset_ns, cpu_base_ns;

 private:
  struct GivenDirectory {
    SystemFd fd;
    FileIdentity identity;
  };

  int RootOf(uint32_t preopen) const;
  int SystemFdOf(const DescriptorRecord& descriptor);
  void AddPreopens();
  // reopen.cc
  void FindRoots(std::vector<bool>* moved);
  bool Reopen(DescriptorRecord* descriptor, bool moved);
  void ReportLost(uint32_t number, const DescriptorRecord& descriptor);
  void MeetInput();

  DescriptorRecord StandardRecord(uint32_t number);
  bool IsReferenced(uint64_t serial) const;

  const WasiOptions& options_;
  const char* const program_name_;
  HostRecord record_;
  bool changed_ = false;
  bool reached_outside_ = false;
  uint64_t committed_serial_ = 0;       // descriptors below it may be in the committed record
  std::vector<GivenDirectory> given_;   // as the options list them
  std::vector<int> roots_;              // per preopen of the record: its place in given_, or -1
  std::map<uint64_t, OpenFile> files_;  // by descriptor serial
  std::set<uint64_t> reported_;         // serials of descriptors that were reported lost
};

// The hooks of the engine, in the order of an instance's life.

// Makes the live table of a host that has its program and options, and points the host at it. The
// host must not outlive it.
Result<std::unique_ptr<HostTable>> CreateHostTable(perdure_host* host);

// Before an event; and after it, whether executing it again may do something else because of what
// it has asked or done outside.
void ExpectNothingOutside(perdure_host* host);
bool ReachedOutside(const perdure_host& host);

// Before an event is settled (not one that trapped): brings host->table up to date. Does nothing
// when nothing changed. All of them do nothing for a host without a live table.
void EncodeHostTable(perdure_host* host);

// After the event's changes became the committed image.
void AdvanceHostTable(perdure_host* host);

// After host->table was restored or rolled back: makes the live table what it says, reopening what
// is not open. kCorrupt if it does not decode; a descriptor that does not come back is no error.
Status DecodeHostTable(perdure_host* host);

// Before the first event of a run: the descriptors begin anew, `arguments` (the program's name
// first) and the environment of the options are what the guest sees from now on.
// kInvalidArgument: more than a host table can hold.
Status BeginRun(perdure_host* host, std::span<const std::string> arguments);

}  // namespace perdure::wasi
