#include "rtlib/engine/outbox.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "rtlib/abi/stop_request.h"
#include "rtlib/base/bytes.h"
#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/state/effects.h"
#include "rtlib/wasi/file_identity.h"

namespace perdure {
namespace {

constexpr uint64_t kMarkSeed = 0x6f75746d61726b31;  // tells a mark from other data
constexpr int kStdout = 1;

uint64_t TotalBytes(const std::vector<perdure_effect>& effects) {
  uint64_t total = 0;
  for (const perdure_effect& effect : effects) total += effect.bytes.size();
  return total;
}

OutletPlace PresentPlace(int fd) {
  OutletPlace place;
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return place;
  const bool appends = (fcntl(fd, F_GETFL) & O_APPEND) != 0;
  const off_t offset = appends ? info.st_size : lseek(fd, 0, SEEK_CUR);
  if (offset < 0) return place;
  const wasi::FileIdentity identity = wasi::IdentityOf(fd);
  return {true, identity.dev, identity.ino, identity.born_ns, static_cast<uint64_t>(offset)};
}

}  // namespace

std::string EncodeMark(const OutputMark& mark) {
  std::string encoded;
  ByteWriter writer(&encoded);
  writer.U64(mark.event_hash);
  writer.U64(mark.bytes);
  writer.U8(mark.done ? 1 : 0);
  writer.U64(Hash64(encoded, kMarkSeed));
  return encoded;
}

std::optional<OutputMark> DecodeMark(std::string_view encoded) {
  ByteReader reader(encoded);
  OutputMark mark;
  mark.event_hash = reader.U64();
  mark.bytes = reader.U64();
  mark.done = reader.U8() == 1;
  if (EncodeMark(mark) != encoded) return std::nullopt;
  return mark;
}

std::array<OutletPlace, kOutletCount> PresentPlaces() {
  return {PresentPlace(kStdout), PresentPlace(kStdout + 1)};
}

uint64_t BytesInFiles(const std::vector<perdure_effect>& effects, uint64_t known,
                      const std::array<OutletPlace, kOutletCount>& then,
                      const std::array<OutletPlace, kOutletCount>& now) {
  uint64_t out = known;
  for (size_t i = 0; i < kOutletCount; ++i) {
    if (!then[i].IsSameFile(now[i]) || now[i].offset <= then[i].offset) continue;
    uint64_t in_file = now[i].offset - then[i].offset;
    uint64_t at = 0;
    for (const perdure_effect& effect : effects) {
      const auto place = static_cast<size_t>(effect.fd - kStdout);
      const bool is_there = then[place] == then[i];  // both descriptors may lead to it
      const uint64_t taken = is_there ? std::min<uint64_t>(in_file, effect.bytes.size()) : 0;
      in_file -= taken;
      if (taken != 0) out = std::max(out, at + taken);
      at += effect.bytes.size();
    }
    if (in_file != 0) return known;  // somebody else has written: it tells nothing
  }
  return out;
}

// Events at or before the base were not read when the state was restored.
Status Outbox::Verify(const StateHeader& header, const EventRecord& event,
                      LogPosition newest) const {
  EventRecord before;
  uint64_t ignored;
  PERDURE_ASSIGN_OR_RETURN(const bool has_before,
                           store_.ReadEventRow(event.seq - 1, &before, &ignored));
  uint64_t hash_before = before.hash;
  if (!has_before) {
    if (header.past.seq + 1 != event.seq) return OkStatus();  // a pass of the fold is under way
    hash_before = header.past.hash;
  }
  if (event.hash == EventHash(event, hash_before) &&
      (event.seq != newest.seq || event.hash == newest.hash)) {
    return OkStatus();
  }
  return Status(StatusCode::kCorrupt, StrCat("event ", event.seq, " does not match its hash"));
}

Status Outbox::TakeOutlet(const StateHeader& header, const EventRecord& event) {
  PERDURE_ASSIGN_OR_RETURN(const Outlet outlet, DecodeOutlet(event.outlet));
  if (outlet.released_seq >= event.seq) {
    return Status(StatusCode::kCorrupt,
                  StrCat("event ", event.seq, " says that later ones have left"));
  }
  ahead_ = outlet.ahead;
  if (event.seq <= header.released_seq) return OkStatus();
  released_seq_ = std::max(header.released_seq, outlet.released_seq);
  if (released_seq_ == outlet.released_seq) found_ = outlet;
  return OkStatus();
}

Status Outbox::Restore(const StateHeader& header, LogPosition newest) {
  PERDURE_ASSIGN_OR_RETURN(const std::string encoded, store_.ReadMark());
  const std::optional<OutputMark> mark = DecodeMark(encoded);
  released_seq_ = newest.seq;  // unless the log has an outlet that says something else
  uint64_t marked_seq = 0;
  EventRecord event;
  // Only the newest can say what is ahead of the state, and nothing is owed that the header says
  // has left.
  for (uint64_t seq = newest.seq; seq > header.released_seq || seq == newest.seq; --seq) {
    PERDURE_ASSIGN_OR_RETURN(const bool is_there, store_.ReadEvent(seq, &event));
    if (!is_there) break;
    PERDURE_TRY(Verify(header, event, newest));
    if (mark.has_value() && event.hash == mark->event_hash) marked_seq = seq;
    if (seq == newest.seq) found_exit_ = event.outcome == EventOutcome::kExited;
    if (event.outlet.empty()) continue;
    PERDURE_TRY(TakeOutlet(header, event));
    break;
  }
  if (marked_seq > released_seq_ && mark->done) {
    released_seq_ = newest.seq;  // what came after the marked event had nothing to send
    found_.reset();
  } else if (marked_seq > released_seq_) {
    bytes_out_ = mark->bytes;
  }
  found_exit_ = found_exit_ && released_seq_ != newest.seq;
  return OkStatus();
}

// `effects` without the output that is out already; *matched bytes of ahead_ are dropped, and
// *differs says that the guest now writes something else.
std::vector<perdure_effect> Outbox::DropRepeated(const std::vector<perdure_effect>& effects,
                                                 size_t* matched, bool* differs) const {
  std::vector<perdure_effect> kept;
  for (const perdure_effect& effect : effects) {
    size_t same = 0;
    if (effect.fd == kStdout && !*differs) {
      const std::string_view left = std::string_view(ahead_).substr(*matched);
      const size_t length = std::min(left.size(), effect.bytes.size());
      while (same < length && left[same] == effect.bytes[same]) ++same;
      *matched += same;
      *differs = same < length;
    }
    if (same < effect.bytes.size()) kept.push_back({effect.fd, effect.bytes.substr(same)});
  }
  return kept;
}

void Outbox::Prepare(EventRecord* record, std::vector<perdure_effect>* effects) {
  const bool was_ahead = !ahead_.empty();
  if (was_ahead) {
    size_t matched = 0;
    bool differs = false;
    *effects = DropRepeated(*effects, &matched, &differs);
    if (record->outcome == EventOutcome::kTrapped) {
      if (differs) ahead_.resize(matched);
    } else {
      ahead_.erase(0, matched);
      if (differs) ahead_.clear();
    }
  }
  if (record->outcome == EventOutcome::kTrapped) {
    for (const perdure_effect& effect : *effects) {
      if (effect.fd == kStdout) ahead_ += effect.bytes;
    }
  }
  if (record->outcome == EventOutcome::kExited) {
    exit_is_owed_ = true;
    ahead_.clear();
  }
  if (effects->empty() && !exit_is_owed_ && !was_ahead && ahead_.empty()) return;
  record->outlet = EncodeOutlet({released_seq_, PresentPlaces(), ahead_});
}

Status Outbox::PutMark(bool done) {
  return store_.PutMark(EncodeMark({marked_hash_, bytes_out_, done}));
}

// Looks at what kept a write from happening. True: it can be tried again.
bool Outbox::WriteFailed(int fd, int error) {
  if (error == EAGAIN || error == EWOULDBLOCK) {
    pollfd wait = {fd, POLLOUT, 0};
    error = poll(&wait, 1, -1) < 0 ? errno : 0;
  }
  if (error == 0 || (error == EINTR && abi::StopRequested() == 0)) return true;
  if (error == EPIPE) closed_ = true;
  if (error != EPIPE && error != EINTR) {
    failure_ =
        Status(StatusCode::kIo, StrCat("writing to standard ", fd == kStdout ? "output" : "error",
                                       ": ", std::strerror(error),
                                       "; the run goes on from here when it is "
                                       "started again, and writes that first"));
  }
  return false;
}

// Writes the effect but for its first `skip` bytes. *goes_on: all of it has left.
Status Outbox::Write(const perdure_effect& effect, size_t skip, uint64_t total, bool* goes_on) {
  std::string_view bytes = std::string_view(effect.bytes).substr(skip);
  const bool is_file = PresentPlace(effect.fd).is_file;
  *goes_on = true;
  while (!bytes.empty()) {
    const size_t length = is_file ? bytes.size() : std::min(bytes.size(), kPieceBytes);
    ssize_t written = write(effect.fd, bytes.data(), length);
    // A descriptor that the process does not have: nobody is waiting for it.
    if (written < 0 && errno == EBADF) written = static_cast<ssize_t>(bytes.size());
    if (written < 0) {
      *goes_on = WriteFailed(effect.fd, errno);
      if (!*goes_on) return PutMark(false);
      continue;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
    bytes_out_ += static_cast<uint64_t>(written);
    if (!is_file && bytes_out_ < total) PERDURE_TRY(PutMark(false));
  }
  return OkStatus();
}

// All of the effects after released_seq_, but for the first `skip` bytes, which have left. Marks.
Status Outbox::WriteAll(const std::vector<perdure_effect>& effects, uint64_t skip) {
  closed_ = false;
  failure_ = OkStatus();
  bytes_out_ = skip;
  const uint64_t total = TotalBytes(effects);
  for (const perdure_effect& effect : effects) {
    const uint64_t left_out = std::min<uint64_t>(skip, effect.bytes.size());
    skip -= left_out;
    bool goes_on = true;
    PERDURE_TRY(Write(effect, left_out, total, &goes_on));
    if (!goes_on) return OkStatus();
  }
  return PutMark(!exit_is_owed_);
}

Status Outbox::Release(const std::vector<perdure_effect>& effects, LogPosition newest) {
  if (effects.empty() && !exit_is_owed_) {
    released_seq_ = newest.seq;
    return OkStatus();
  }
  found_.reset();
  marked_hash_ = newest.hash;
  PERDURE_TRY(WriteAll(effects, 0));
  if (bytes_out_ == TotalBytes(effects) && !exit_is_owed_) released_seq_ = newest.seq;
  return OkStatus();
}

Result<std::optional<uint32_t>> Outbox::ReleaseOwed(LogPosition newest) {
  std::optional<uint32_t> exit_status;
  if (released_seq_ == newest.seq) return exit_status;
  std::vector<perdure_effect> effects;
  PERDURE_TRY(store_.ForEachEvent(released_seq_, [&](const EventRecord& event) {
    PERDURE_ASSIGN_OR_RETURN(std::vector<perdure_effect> of_event, DecodeEffects(event.effects));
    std::move(of_event.begin(), of_event.end(), std::back_inserter(effects));
    if (event.seq != newest.seq || event.outcome != EventOutcome::kExited) return OkStatus();
    uint32_t status = 0;
    const char* end = event.result.data() + event.result.size();
    const auto parsed = std::from_chars(event.result.data(), end, status);
    if (parsed.ec != std::errc() || parsed.ptr != end) {
      return Status(StatusCode::kCorrupt, "the exit status of the run is no number");
    }
    exit_status = status;
    return OkStatus();
  }));
  uint64_t out = std::min(bytes_out_, TotalBytes(effects));
  if (found_.has_value()) out = BytesInFiles(effects, out, found_->places, PresentPlaces());
  exit_is_owed_ = exit_status.has_value();
  found_exit_ = false;
  marked_hash_ = newest.hash;
  PERDURE_TRY(WriteAll(effects, out));
  if (bytes_out_ < TotalBytes(effects)) return std::optional<uint32_t>();
  if (!exit_is_owed_) released_seq_ = newest.seq;
  return exit_status;
}

void Outbox::ExitSeen(LogPosition newest) {
  if (!exit_is_owed_ || closed_ || !failure_.ok()) return;
  exit_is_owed_ = false;
  released_seq_ = newest.seq;
}

}  // namespace perdure
