#include "rtlib/track/tracker.h"

#include <cstdlib>
#include <mutex>

#include "rtlib/base/text.h"
#include "rtlib/track/missing_pages.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

struct ModeName {
  TrackMode mode;
  std::string_view name;
};
// Best first. compare is last and always works.
constexpr ModeName kModes[] = {
    {TrackMode::kWpAsync, "wp-async"},
    {TrackMode::kWpSync, "wp-sync"},
    {TrackMode::kMprotect, "mprotect"},
    {TrackMode::kCompare, "compare"},
};

class CompareTracker final : public Tracker {
 public:
  Status Arm(uint64_t) override { return OkStatus(); }
  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    dirty->clear();
    AppendRange(dirty, 0, size_bytes / kChunkBytes);
    return OkStatus();
  }
  Status Rearm(const std::vector<uint64_t>&) override { return OkStatus(); }
  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return Collect(size_bytes, dirty);
  }
  TrackMode mode() const override { return TrackMode::kCompare; }
};

bool IsForced() {
  const char* forced = std::getenv("PERDURE_TRACK");
  return forced != nullptr && *forced != '\0';
}

Result<TrackMode> ForcedMode(std::string_view name) {
  const std::optional<TrackMode> mode = ParseTrackMode(name);
  if (!mode.has_value()) {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("PERDURE_TRACK: no mode '", name,
                         "'; the modes are wp-async, wp-sync, mprotect and compare"));
  }
  PERDURE_TRY(TrackModeVerdict(*mode).WithContext(
      StrCat("PERDURE_TRACK=", name, " does not work here (unset it to have a mode chosen)")));
  return *mode;
}

bool CanBeObserved(TrackMode mode) {
  return mode == TrackMode::kWpSync || mode == TrackMode::kMprotect;
}

}  // namespace

Status TrackModeVerdict(TrackMode mode) {
  static std::mutex mutex;
  static std::optional<Status> verdicts[std::size(kModes)];
  const std::lock_guard lock(mutex);
  std::optional<Status>& verdict = verdicts[static_cast<size_t>(mode)];
  if (!verdict.has_value()) verdict = SelfTest(mode);
  return *verdict;
}

std::string_view TrackModeName(TrackMode mode) { return kModes[static_cast<size_t>(mode)].name; }

std::optional<TrackMode> ParseTrackMode(std::string_view name) {
  for (const ModeName& mode : kModes) {
    if (mode.name == name) return mode.mode;
  }
  return std::nullopt;
}

Result<TrackMode> ChooseTrackMode() {
  if (IsForced()) return ForcedMode(std::getenv("PERDURE_TRACK"));
  for (const ModeName& candidate : kModes) {
    if (TrackModeVerdict(candidate.mode).ok()) return candidate.mode;
  }
  return TrackModeVerdict(TrackMode::kCompare);
}

Result<TrackMode> ChooseObservedMode() {
  if (IsForced()) {
    PERDURE_ASSIGN_OR_RETURN(const TrackMode forced, ForcedMode(std::getenv("PERDURE_TRACK")));
    if (CanBeObserved(forced)) return forced;
    return Status(StatusCode::kInvalidArgument, StrCat("PERDURE_TRACK=", TrackModeName(forced),
                                                       ": low memory needs wp-sync or mprotect"));
  }
  for (const ModeName& candidate : kModes) {
    if (CanBeObserved(candidate.mode) && TrackModeVerdict(candidate.mode).ok()) {
      return candidate.mode;
    }
  }
  return TrackModeVerdict(TrackMode::kMprotect).WithContext("low memory does not work here");
}

bool IsComparedAtFirst(uint64_t size_bytes) {
  return size_bytes <= kComparedBytesMax && !IsForced();
}

Result<std::unique_ptr<Tracker>> CreateTracker(TrackMode mode, uint8_t* base,
                                               uint64_t reserved_bytes, MissingPages* missing,
                                               WriteObserver observer) {
  switch (mode) {
    case TrackMode::kWpAsync:
      return CreateWpAsyncTracker(base, reserved_bytes, missing);
    case TrackMode::kWpSync:
      return CreateWpSyncTracker(base, reserved_bytes, missing, observer, /*keeps_hot=*/false);
    case TrackMode::kMprotect:
      if (missing != nullptr) PERDURE_TRY(missing->RegisterAlone());
      return CreateMprotectTracker(base, reserved_bytes, observer);
    case TrackMode::kCompare:
      if (missing != nullptr) PERDURE_TRY(missing->RegisterAlone());
      break;
  }
  return std::unique_ptr<Tracker>(std::make_unique<CompareTracker>());
}

Result<std::unique_ptr<Tracker>> CreateBestTracker(uint8_t* base, uint64_t reserved_bytes,
                                                   uint64_t size_bytes, MissingPages* missing,
                                                   WriteObserver observer) {
  if (missing == nullptr && observer.about_to_write == nullptr && IsComparedAtFirst(size_bytes)) {
    return CreateLateTracker(base, reserved_bytes);
  }
  PERDURE_ASSIGN_OR_RETURN(const TrackMode mode, observer.about_to_write == nullptr
                                                     ? ChooseTrackMode()
                                                     : ChooseObservedMode());
  if (mode == TrackMode::kWpAsync && !IsForced())
    return CreateAdaptiveTracker(base, reserved_bytes, {}, missing);
  if (mode == TrackMode::kWpSync && !IsForced() && observer.about_to_write == nullptr)
    return CreateWpSyncTracker(base, reserved_bytes, missing, observer, /*keeps_hot=*/true);
  return CreateTracker(mode, base, reserved_bytes, missing, observer);
}

}  // namespace perdure
