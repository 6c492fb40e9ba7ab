// Element and data segments (core specification 5.5.12 and 5.5.14).
//
// The flags of an element segment: bit 0, passive or declared and not active; bit 1, declared, or
// active with a table of its own; bit 2, expressions and not indices of functions. Flags 0 and 4
// leave the type out, which is then funcref.
#include <string_view>

#include "compiler/link/merge.h"

namespace perdure {
namespace {

constexpr uint8_t kElementSection = 9;
constexpr uint8_t kDataSection = 11;
constexpr uint8_t kEnd = 0x0b;

// The instructions that place segment `segment` and drop it.
Step PlaceSegment(std::string_view offset, uint32_t length, std::string_view init, uint32_t segment,
                  uint32_t target, std::string_view drop) {
  Step step(offset);
  AppendI32Const(0, &step);
  AppendI32Const(length, &step);
  step += init;
  AppendUnsignedLeb(segment, &step);
  AppendUnsignedLeb(target, &step);
  step += drop;
  AppendUnsignedLeb(segment, &step);
  return step;
}

// An offset without its `end`.
std::string CopyOffset(WasmReader* reader, const IndexMap& map, const GlobalValues& values) {
  std::string offset;
  if (!CopyExpression(reader, map, &values, &offset)) return {};
  offset.pop_back();
  return offset;
}

uint32_t Mapped(const IndexMap& map, Space space, uint32_t index, WasmReader* reader) {
  if (index < map[space].size()) return map[space][index];
  reader->Fail();
  return 0;
}

class ElementCopier {
 public:
  ElementCopier(WasmReader* reader, const IndexMap& map, const GlobalValues& values,
                std::vector<Step>* deferred_steps)
      : reader_(*reader), map_(map), values_(values), steps_(deferred_steps) {}

  // Segment `index` of the input.
  void Copy(uint32_t index, std::string* out) {
    const uint32_t flags = reader_.U32();
    const bool active = (flags & 1) == 0;
    const bool has_type = (flags & 3) != 0;
    const uint32_t expressions = flags & 4;
    uint32_t table = 0;
    std::string offset;
    if (active) {
      table = Mapped(map_, Space::kTable, (flags & 2) != 0 ? reader_.U32() : 0, &reader_);
      offset = CopyOffset(&reader_, map_, values_);
    }
    const uint8_t funcref = expressions != 0 ? 0x70 : 0x00;  // a type, or a kind of item
    const uint8_t type = has_type ? reader_.Byte() : funcref;
    const bool stays_active = active && steps_ == nullptr;
    if (stays_active) {
      AppendUnsignedLeb(expressions | 2, out);
      AppendUnsignedLeb(table, out);
      *out += offset;
      *out += static_cast<char>(kEnd);
    } else {
      AppendUnsignedLeb(expressions | (active ? 1 : flags & 3), out);
    }
    *out += static_cast<char>(type);
    const uint32_t count = CopyItems(expressions != 0, out);
    if (!active || stays_active) return;
    const uint32_t segment = Mapped(map_, Space::kElem, index, &reader_);
    steps_->push_back(PlaceSegment(offset, count, "\xfc\x0c", segment, table, "\xfc\x0d"));
  }

 private:
  uint32_t CopyItems(bool expressions, std::string* out) {
    const uint32_t count = reader_.U32();
    AppendUnsignedLeb(count, out);
    for (uint32_t i = 0; i < count && reader_.ok(); ++i) {
      if (!expressions) {
        AppendUnsignedLeb(Mapped(map_, Space::kFunction, reader_.U32(), &reader_), out);
      } else if (!CopyExpression(&reader_, map_, &values_, out)) {
        reader_.Fail();
      }
    }
    return count;
  }

  WasmReader& reader_;
  const IndexMap& map_;
  const GlobalValues& values_;
  std::vector<Step>* const steps_;  // nullptr: active segments stay active
};

}  // namespace

bool CopyElements(const Module& input, const IndexMap& map, const GlobalValues& values,
                  bool deferred, WasmVector* out, std::vector<Step>* steps) {
  WasmReader reader(SectionPayload(input, kElementSection));
  if (input.elems.empty()) return true;
  const uint32_t count = reader.U32();
  ElementCopier copier(&reader, map, values, deferred ? steps : nullptr);
  for (uint32_t i = 0; i < count && reader.ok(); ++i) copier.Copy(i, out->Add());
  return reader.ok() && reader.AtEnd() && count == input.elems.size();
}

bool CopyData(const Module& input, const IndexMap& map, const GlobalValues& values, bool deferred,
              WasmVector* out, std::vector<Step>* steps) {
  WasmReader reader(SectionPayload(input, kDataSection));
  if (input.data.empty()) return true;
  const uint32_t count = reader.U32();
  for (uint32_t i = 0; i < count && reader.ok(); ++i) {
    const uint32_t flags = reader.U32();
    const bool active = (flags & 1) == 0;
    uint32_t memory = 0;
    std::string offset;
    if (active) {
      memory = Mapped(map, Space::kMemory, (flags & 2) != 0 ? reader.U32() : 0, &reader);
      offset = CopyOffset(&reader, map, values);
    }
    const std::string_view bytes = reader.Bytes();
    std::string* entry = out->Add();
    if (active && !deferred) {
      AppendUnsignedLeb(memory == 0 ? 0 : 2, entry);
      if (memory != 0) AppendUnsignedLeb(memory, entry);
      *entry += offset;
      *entry += static_cast<char>(kEnd);
    } else {
      AppendUnsignedLeb(1, entry);
    }
    ByteWriter(entry).Bytes(bytes);
    if (!active || !deferred) continue;
    const uint32_t segment = Mapped(map, Space::kData, i, &reader);
    steps->push_back(PlaceSegment(offset, static_cast<uint32_t>(bytes.size()), "\xfc\x08", segment,
                                  memory, "\xfc\x09"));
  }
  return reader.ok() && reader.AtEnd() && count == input.data.size();
}

}  // namespace perdure
