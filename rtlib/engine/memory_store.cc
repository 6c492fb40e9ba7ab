#include "rtlib/engine/memory_store.h"

#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Of rows that may be changed or not.
template <typename Rows>
auto& Chunks(Image image, Rows* rows) {
  return image == Image::kBase ? rows->chunks : rows->past_chunks;
}
template <typename Rows>
auto& Sections(Image image, Rows* rows) {
  return image == Image::kBase ? rows->sections : rows->past_sections;
}

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(MemoryDisk* disk) : disk_(*disk) { disk_.in_use = true; }
  ~MemoryStore() override { (void)Close(); }

  Result<std::optional<StateHeader>> ReadHeader() override { return Rows().header; }

  Status Begin() override {
    if (open_.has_value()) return Misuse("Begin inside a transaction");
    PERDURE_TRY(Operation(0));
    open_ = disk_.rows;
    return OkStatus();
  }

  Status Commit() override {
    if (!open_.has_value()) return Misuse("Commit without a transaction");
    Status status = Operation(0);
    if (status.ok() || disk_.failed_commit_is_durable) disk_.rows = *std::move(open_);
    open_.reset();
    if (status.ok()) ++disk_.commits;
    return status;
  }

  void Abort() override { open_.reset(); }

  Status Clear() override {
    PERDURE_TRY(Write(0));
    *open_ = {};
    return OkStatus();
  }
  Status PutHeader(const StateHeader& header) override {
    PERDURE_TRY(Write(sizeof(header)));
    open_->header = header;
    return OkStatus();
  }
  Status PutChunk(Image image, uint64_t id, std::string_view blob) override {
    PERDURE_TRY(Write(blob.size()));
    Chunks(image, &*open_)[id] = blob;
    return OkStatus();
  }
  Status DeleteChunk(Image image, uint64_t id) override {
    PERDURE_TRY(Write(0));
    Chunks(image, &*open_).erase(id);
    return OkStatus();
  }
  Status PutSection(Image image, uint32_t tag, std::string_view blob) override {
    PERDURE_TRY(Write(blob.size()));
    Sections(image, &*open_)[tag] = blob;
    return OkStatus();
  }
  Status DeleteSections(Image image) override {
    PERDURE_TRY(Write(0));
    Sections(image, &*open_).clear();
    return OkStatus();
  }
  Status PutGlobalMirror(const GlobalMirror& mirror) override {
    PERDURE_TRY(Write(mirror.value.size()));
    open_->globals[mirror.index] = mirror;
    return OkStatus();
  }
  Status AppendEvent(const EventRecord& event) override {
    PERDURE_TRY(Write(event.delta.size()));
    if (!open_->events.emplace(event.seq, event).second) return Misuse("an event's number twice");
    return OkStatus();
  }
  Result<bool> DeleteEventsThrough(uint64_t seq) override {
    PERDURE_TRY(Write(0));
    open_->events.erase(open_->events.begin(), open_->events.upper_bound(seq));
    return true;
  }

  Status ForEachChunk(Image image, const BlobVisitor& visit) override {
    return ForEachBlob(Chunks(image, &Rows()), visit);
  }
  Status ForEachSection(Image image, const BlobVisitor& visit) override {
    return ForEachBlob(Sections(image, &Rows()), visit);
  }
  Result<bool> ReadChunk(Image image, uint64_t id, std::string* blob) override {
    const auto& chunks = Chunks(image, &Rows());
    const auto found = chunks.find(id);
    if (found == chunks.end()) return false;
    *blob = found->second;
    return true;
  }
  Result<std::optional<uint64_t>> NextChunk(Image image, uint64_t from) override {
    const auto& chunks = Chunks(image, &Rows());
    const auto found = chunks.lower_bound(from);
    if (found == chunks.end()) return std::optional<uint64_t>();
    return std::optional<uint64_t>(found->first);
  }
  Status ForEachEvent(uint64_t after, const EventVisitor& visit) override {
    const auto& events = Rows().events;
    for (auto at = events.upper_bound(after); at != events.end(); ++at) {
      PERDURE_TRY(visit(at->second));
    }
    return OkStatus();
  }

  Result<bool> ReadEventRow(uint64_t seq, EventRecord* event, uint64_t* pieces) override {
    const auto found = Rows().events.lower_bound(seq);
    if (found == Rows().events.end()) return false;
    if (found->first - found->second.earlier_count > seq) return false;
    *event = found->second;
    *pieces = event->delta.empty() ? 0 : (event->delta.size() - 1) / disk_.piece_bytes;
    event->delta.resize(std::min(event->delta.size(), disk_.piece_bytes));
    return true;
  }
  Result<std::string> ReadDeltaPiece(uint64_t seq, uint64_t number) override {
    const auto found = Rows().events.find(seq);
    const uint64_t at = (number + 1) * disk_.piece_bytes;
    if (found == Rows().events.end() || at >= found->second.delta.size()) {
      return Misuse("a piece that is not there");
    }
    return found->second.delta.substr(at, disk_.piece_bytes);
  }
  Result<uint64_t> OldestEvent() override {
    return Rows().events.empty() ? uint64_t{0} : Rows().events.begin()->first;
  }

  Status PutMark(std::string_view mark) override {
    PERDURE_TRY(Operation(mark.size()));
    disk_.mark = mark;
    return OkStatus();
  }
  Result<std::string> ReadMark() override { return disk_.mark; }
  Status DropMark() override {
    disk_.mark.clear();
    return OkStatus();
  }

  Status Maintain(const StateHeader& sealed, Moment moment) override {
    if (open_.has_value()) return Misuse("Maintain inside a transaction");
    PERDURE_TRY(Operation(0));
    if (moment == Moment::kClosing || disk_.seals_always) disk_.rows.header = sealed;
    return OkStatus();
  }
  // Never in idle moments, so that they come to an end.
  bool MaintenanceIsDue(Moment moment) const override {
    return moment == Moment::kClosing || (moment == Moment::kBusy && disk_.seals_always);
  }

  Status Close() override {
    if (!closed_) disk_.in_use = false;
    closed_ = true;
    open_.reset();
    return OkStatus();
  }

  uint64_t BytesWritten() const override { return disk_.bytes_written; }
  uint64_t BytesOnDisk() const override {
    uint64_t bytes = 0;
    for (const auto& [id, blob] : disk_.rows.chunks) bytes += blob.size();
    for (const auto& [id, blob] : disk_.rows.past_chunks) bytes += blob.size();
    for (const auto& [seq, event] : disk_.rows.events) bytes += event.delta.size();
    return bytes;
  }

 private:
  const MemoryRows& Rows() const { return open_.has_value() ? *open_ : disk_.rows; }

  static Status ForEachBlob(const std::map<uint64_t, std::string>& blobs,
                            const BlobVisitor& visit) {
    for (const auto& [id, blob] : blobs) PERDURE_TRY(visit(id, blob));
    return OkStatus();
  }

  static Status Misuse(std::string_view what) {
    return Status(StatusCode::kFailedPrecondition, StrCat("store misused: ", what));
  }

  Status Operation(uint64_t bytes) {
    if (closed_) return Misuse("used after Close");
    if (failed_ || ++disk_.operations == disk_.fail_at) {
      failed_ = true;
      return Status(StatusCode::kIo, "injected failure");
    }
    disk_.bytes_written += bytes;
    return OkStatus();
  }

  Status Write(uint64_t bytes) {
    if (!open_.has_value()) return Misuse("write outside a transaction");
    return Operation(bytes);
  }

  MemoryDisk& disk_;
  std::optional<MemoryRows> open_;
  bool failed_ = false;
  bool closed_ = false;
};

}  // namespace

MemoryDisk& MemoryDiskAt(const std::string& path) {
  static auto* disks = new std::map<std::string, MemoryDisk>();
  return (*disks)[path];
}

Result<std::unique_ptr<Store>> OpenMemoryStore(const StoreOptions& options) {
  MemoryDisk& disk = MemoryDiskAt(options.path);
  if (disk.in_use) return Status(StatusCode::kLocked, "the state is in use by this process");
  return std::unique_ptr<Store>(std::make_unique<MemoryStore>(&disk));
}

}  // namespace perdure
