#include "rtlib/state/stack_codec.h"

#include <cstring>
#include <span>
#include <vector>

#include "rtlib/base/bytes.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/state/live_state.h"
#include "rtlib/state/stack_verifier.h"

namespace perdure {
namespace {

// A caught exception as a frame of this process holds it.
struct NativeException {
  wasm_rt_tag_t tag;
  uint32_t size;
};
constexpr size_t kNativeExceptionBytes = sizeof(wasm_rt_tag_t) + sizeof(uint32_t);

NativeException ReadNativeException(const uint8_t* at) {
  NativeException exception;
  std::memcpy(&exception.tag, at, sizeof(exception.tag));
  std::memcpy(&exception.size, at + sizeof(exception.tag), sizeof(exception.size));
  return exception;
}

std::span<const perdure_live> LiveOf(const perdure_capture& capture, const perdure_site& site) {
  return {capture.live + site.live_begin, site.live_count};
}

// Index of a tag of this module; tag_count if it is none.
uint32_t TagIndex(const perdure_capture& capture, wasm_rt_tag_t tag) {
  uint32_t i = 0;
  while (i < capture.tag_count && capture.tags[i] != tag) ++i;
  return i;
}

Status Unstorable(const perdure_site& site, std::string_view what) {
  return Status(StatusCode::kInvalidArgument,
                StrCat("function ", site.function, " holds ", what, " in a local value"));
}

class Encoder {
 public:
  Encoder(const perdure_program& program, const FunctionRefs& functions, std::string* out)
      : capture_(*program.capture), functions_(functions), writer_(out), verifier_(program) {}

  Status Frame(const abi::FrameBuffer::Frame& frame) {
    if (frame.site >= capture_.site_count) return NoStack("a frame of no site");
    const perdure_site& site = capture_.sites[frame.site];
    Status fits = verifier_.Add(site);
    if (!fits.ok()) return NoStack(fits.message());
    writer_.Varint(uint64_t{site.function} + 1);
    writer_.U8(site.kind);
    writer_.Varint(site.ordinal);
    writer_.Varint(site.live_count);
    const uint8_t* at = frame.values;
    const uint8_t* end = at + frame.bytes;
    for (const perdure_live& live : LiveOf(capture_, site)) {
      writer_.U8(live.place);
      writer_.Varint(live.index);
      writer_.U8(live.type);
      PERDURE_TRY(Value(site, live.type, end, &at));
    }
    if (at != end) return NoStack("a frame of another size than its site");
    if (writer_.size() <= kStackBytesMax) return OkStatus();
    return Status(StatusCode::kResourceExhausted,
                  StrCat("the call stack takes more than ", kStackBytesMax, " bytes"));
  }

  Status Finish(const abi::ActiveException& exception, StackInfo* info) {
    writer_.Varint(0);
    Status fits = verifier_.Finish();
    if (!fits.ok()) return NoStack(fits.message());
    const perdure_site& innermost = *verifier_.innermost();
    *info = {};
    info->frames = verifier_.frames();
    if (innermost.kind == PERDURE_SITE_IMPORT) info->host_call = innermost.target;
    writer_.Varint(info->host_call == PERDURE_NO_INDEX ? 0 : uint64_t{info->host_call} + 1);
    const uint32_t tag = TagIndex(capture_, exception.tag);
    if (exception.tag == nullptr || tag == capture_.tag_count) {
      writer_.Varint(0);
      return OkStatus();
    }
    info->exception_tag = tag;
    info->exception.assign(static_cast<const char*>(exception.values), exception.size);
    writer_.Varint(uint64_t{tag} + 1);
    writer_.Bytes(info->exception);
    return OkStatus();
  }

 private:
  static Status NoStack(std::string_view what) {
    return Status(StatusCode::kFailedPrecondition,
                  StrCat("a host function called the guest, and was running when the call stack "
                         "had to be saved (",
                         what, ")"));
  }

  // Writes the value at *at and moves behind it.
  Status Value(const perdure_site& site, uint8_t type, const uint8_t* end, const uint8_t** at) {
    const auto left = static_cast<size_t>(end - *at);
    if (type == PERDURE_LIVE_EXCEPTION) {
      if (left < kNativeExceptionBytes) return NoStack("a frame is cut short");
      const NativeException exception = ReadNativeException(*at);
      *at += kNativeExceptionBytes;
      const uint32_t tag = TagIndex(capture_, exception.tag);
      if (tag == capture_.tag_count) return Unstorable(site, "an exception of another module");
      if (left - kNativeExceptionBytes < exception.size) return NoStack("a frame is cut short");
      writer_.Varint(tag);
      writer_.Varint(exception.size);
      writer_.Raw(*at, exception.size);
      *at += exception.size;
      return OkStatus();
    }
    if (left < NativeBytes(type)) return NoStack("a frame is cut short");
    PortableValue value;
    Status captured = CaptureValue(type, *at, functions_, &value);
    if (!captured.ok()) return Unstorable(site, captured.message());
    WriteValue(type, value, &writer_);
    *at += NativeBytes(type);
    return OkStatus();
  }

  const perdure_capture& capture_;
  const FunctionRefs& functions_;
  ByteWriter writer_;
  StackVerifier verifier_;
};

std::string FunctionName(const perdure_program& program, uint32_t function) {
  for (uint32_t i = 0; i < program.import_count && program.functions[function].imported; ++i) {
    const perdure_import& import = program.imports[i];
    if (import.kind == PERDURE_FUNC && import.index == function) return import.field;
  }
  const char* name = program.functions[function].name;
  return name == nullptr ? "" : name;
}

Status Corrupt(std::string_view what) {
  return Status(StatusCode::kCorrupt, StrCat("the call stack ", what));
}

// Gives frames, if it is asked for them, and the sites they are at, if it is asked for those.
class Decoder {
 public:
  Decoder(std::string_view stack, const perdure_program& program, const FunctionRefs& functions,
          abi::FrameBuffer* frames, std::vector<const perdure_site*>* sites)
      : reader_(stack),
        program_(program),
        capture_(*program.capture),
        functions_(functions),
        frames_(frames),
        sites_(sites),
        verifier_(program) {}

  Result<StackInfo> Run() {
    if (reader_.U8() != kStackVersion) return Corrupt("has an unknown version");
    while (true) {
      const uint64_t function = reader_.Varint();
      if (!reader_.ok()) return Corrupt("does not decode");
      if (function == 0) break;
      PERDURE_TRY(Frame(function - 1));
    }
    PERDURE_TRY(verifier_.Finish());
    return Rest();
  }

 private:
  Status Frame(uint64_t function) {
    const uint8_t kind = reader_.U8();
    const uint64_t ordinal = reader_.Varint();
    if (!reader_.ok()) return Corrupt("does not decode");
    const perdure_site* site = nullptr;
    if (function < program_.function_count && ordinal <= UINT32_MAX) {
      site =
          FindSite(capture_, static_cast<uint32_t>(function), kind, static_cast<uint32_t>(ordinal));
    }
    if (site == nullptr) return NoSite(function, kind, ordinal);
    PERDURE_TRY(verifier_.Add(*site));
    values_.clear();
    if (reader_.Varint() != site->live_count) return OtherValues(*site);
    for (const perdure_live& live : LiveOf(capture_, *site)) {
      const uint8_t place = reader_.U8();
      const uint64_t index = reader_.Varint();
      const uint8_t type = reader_.U8();
      if (!reader_.ok()) return Corrupt("does not decode");
      if (place != live.place || index != live.index || type != live.type) {
        return OtherValues(*site);
      }
      PERDURE_TRY(Value(type));
    }
    return Push(*site);
  }

  // Not in this build. A build without polls lacks the callers of a loop as well as the loop; that
  // case is told apart, as it is the user's choice.
  Status NoSite(uint64_t function, uint8_t kind, uint64_t ordinal) {
    if (capture_.polls == 0 && EndsAtPoll(kind)) return NeedsPolls();
    return Status(StatusCode::kIncompatible,
                  StrCat("the run waits in function ", function, " at ",
                         kind == PERDURE_SITE_POLL ? "loop " : "call ", ordinal,
                         ", where this build cannot resume; use the one it was started with, or "
                         "begin again with --perdure-fresh"));
  }

  // Whether the innermost frame, from one of `kind` on whose values are still to be read, is at a
  // loop head. Nothing is checked but that it decodes.
  bool EndsAtPoll(uint8_t kind) {
    while (true) {
      for (uint64_t values = reader_.Varint(); reader_.ok() && values > 0; --values) {
        reader_.U8();
        reader_.Varint();
        const uint8_t type = reader_.U8();
        if (type == PERDURE_LIVE_EXCEPTION) {
          reader_.Varint();
          reader_.Bytes();
        } else {
          (void)ReadValue(type, program_.function_count, &reader_);
        }
      }
      const uint64_t function = reader_.Varint();
      if (!reader_.ok() || function == 0) return reader_.ok() && kind == PERDURE_SITE_POLL;
      kind = reader_.U8();
      reader_.Varint();
    }
  }

  static Status OtherValues(const perdure_site& site) {
    return Status(StatusCode::kIncompatible,
                  StrCat("the run's frame of function ", site.function,
                         " holds other values than this build expects; use the one it was started "
                         "with, or begin again with --perdure-fresh"));
  }

  Status Value(uint8_t type) {
    if (type == PERDURE_LIVE_EXCEPTION) {
      const uint64_t tag = reader_.Varint();
      const std::string_view values = reader_.Bytes();
      if (!reader_.ok() || tag >= capture_.tag_count ||
          values.size() > WASM_RT_MAX_EXCEPTION_SIZE) {
        return Corrupt("holds an impossible exception");
      }
      const auto size = static_cast<uint32_t>(values.size());
      Append(&capture_.tags[tag], sizeof(wasm_rt_tag_t));
      Append(&size, sizeof(size));
      Append(values.data(), values.size());
      return OkStatus();
    }
    const PortableValue value = ReadValue(type, program_.function_count, &reader_);
    if (!reader_.ok()) return Corrupt("holds an impossible value");
    alignas(perdure_value) uint8_t native[sizeof(perdure_value)];
    ApplyValue(type, value, functions_, native);
    Append(native, NativeBytes(type));
    return OkStatus();
  }

  void Append(const void* bytes, size_t length) {
    values_.append(static_cast<const char*>(bytes), length);
  }

  Status Push(const perdure_site& site) {
    if (sites_ != nullptr) sites_->push_back(&site);
    if (frames_ == nullptr) return OkStatus();
    uint8_t* values = frames_->Push(static_cast<uint32_t>(&site - capture_.sites),
                                    static_cast<uint32_t>(values_.size()));
    if (values == nullptr) {
      return Status(StatusCode::kResourceExhausted, "no memory for the call stack");
    }
    std::memcpy(values, values_.data(), values_.size());
    return OkStatus();
  }

  Result<StackInfo> Rest() {
    StackInfo info;
    info.frames = verifier_.frames();
    const perdure_site& innermost = *verifier_.innermost();
    if (innermost.kind == PERDURE_SITE_IMPORT) info.host_call = innermost.target;
    const uint64_t expected = info.host_call == PERDURE_NO_INDEX ? 0 : uint64_t{info.host_call} + 1;
    if (reader_.Varint() != expected || !reader_.ok())
      return Corrupt("waits for another host call");
    const uint64_t tag = reader_.Varint();
    if (!reader_.ok() || tag > capture_.tag_count) return Corrupt("has an impossible exception");
    if (tag != 0) {
      info.exception_tag = static_cast<uint32_t>(tag - 1);
      info.exception = reader_.Bytes();
      if (!reader_.ok() || info.exception.size() > WASM_RT_MAX_EXCEPTION_SIZE) {
        return Corrupt("has an impossible exception");
      }
    }
    if (!reader_.ok() || !reader_.AtEnd()) return Corrupt("does not decode");
    return info;
  }

  ByteReader reader_;
  const perdure_program& program_;
  const perdure_capture& capture_;
  const FunctionRefs& functions_;
  abi::FrameBuffer* frames_;
  std::vector<const perdure_site*>* sites_;
  StackVerifier verifier_;
  std::string values_;  // of the frame being read
};

}  // namespace

Status EncodeStack(const FunctionRefs& functions, const perdure_program& program,
                   const abi::ActiveException& exception, abi::FrameBuffer* frames,
                   std::string* stack, StackInfo* info) {
  std::vector<abi::FrameBuffer::Frame> innermost_first;
  innermost_first.reserve(frames->count());
  for (frames->Rewind(); !frames->AtEnd();) innermost_first.push_back(frames->Next());
  stack->assign(1, static_cast<char>(kStackVersion));
  Encoder encoder(program, functions, stack);
  for (auto frame = innermost_first.rbegin(); frame != innermost_first.rend(); ++frame) {
    PERDURE_TRY(encoder.Frame(*frame));
  }
  return encoder.Finish(exception, info);
}

Result<StackInfo> DecodeStack(std::string_view stack, const FunctionRefs& functions,
                              const perdure_program& program, abi::FrameBuffer* frames) {
  frames->Clear();
  return Decoder(stack, program, functions, frames, nullptr).Run();
}

std::vector<RunFrame> DescribeStack(std::string_view stack, const FunctionRefs& functions,
                                    const perdure_program& program, size_t count_max) {
  std::vector<const perdure_site*> sites;
  const Result<StackInfo> info = Decoder(stack, program, functions, nullptr, &sites).Run();
  PERDURE_CHECK(info.ok(), "a call stack that was accepted before");
  std::vector<RunFrame> frames;
  if (info->host_call != PERDURE_NO_INDEX) {
    frames.push_back({info->host_call, FunctionName(program, info->host_call), true, false, 0});
  }
  for (auto site = sites.rbegin(); site != sites.rend() && frames.size() < count_max; ++site) {
    const uint32_t function = (*site)->function;
    // The frame that keeps the arguments of an import in a table is no function of the program's.
    if (program.functions[function].imported) continue;
    frames.push_back({function, FunctionName(program, function), false,
                      (*site)->kind == PERDURE_SITE_POLL, (*site)->ordinal});
  }
  return frames;
}

}  // namespace perdure
