// Instructions are an opcode and immediates, and the immediates of all the instructions that the
// frontend lets pass have few shapes. So a table says for each opcode which those are, a letter
// each, and one loop copies: an index is mapped, everything else is taken over as it stands.
//
//   f T m g x t e d   an index: function, table, memory, global, tag, type, element or data segment
//   b   a block's type: one byte, or an index of a type as a signed number. Opens a block.
//   c   nothing: closes a block (end, delegate)
//   a   a memory access: alignment, memory if bit 6 of it is set, offset
//   n   a number in LEB128 (constants, labels, locals, offsets)
//   B   a vector of one-byte value types or of labels, then nothing
//   L   br_table: a vector of labels, then one more
//   1 4 8 6   so many bytes as they are (6: sixteen)
//
// An opcode that is not in a table ends the copy: a proposal that the frontend learns must be
// learnt here as well, and a module that uses it cannot be linked until then. (Rejected: wabt's
// intermediate tree and its writer, which take a gigabyte for a large module and recurse as deep as
// blocks are nested.)
#include "compiler/link/code_copy.h"

#include <iterator>
#include <string_view>

#include "compiler/link/wasm_writer.h"
#include "rtlib/base/bytes.h"

namespace perdure {
namespace {

constexpr const char* kUnknown = nullptr;
constexpr uint8_t kEnd = 0x0b;
constexpr uint8_t kGlobalGet = 0x23;

const char* CoreImmediates(uint8_t opcode) {
  switch (opcode) {
    case 0x02:  // block
    case 0x03:  // loop
    case 0x04:  // if
    case 0x06:  // try
      return "b";
    case 0x07:  // catch
    case 0x08:  // throw
      return "x";
    case 0x09:  // rethrow
    case 0x0c:  // br
    case 0x0d:  // br_if
    case 0x20:  // local.get
    case 0x21:  // local.set
    case 0x22:  // local.tee
    case 0x41:  // i32.const
    case 0x42:  // i64.const
      return "n";
    case kEnd:
      return "c";
    case 0x0e:  // br_table
      return "L";
    case 0x10:  // call
    case 0x12:  // return_call
    case 0xd2:  // ref.func
      return "f";
    case 0x11:  // call_indirect
    case 0x13:  // return_call_indirect
      return "tT";
    case 0x18:  // delegate
      return "nc";
    case 0x1c:  // select with types
      return "B";
    case kGlobalGet:
    case 0x24:  // global.set
      return "g";
    case 0x25:  // table.get
    case 0x26:  // table.set
      return "T";
    case 0x3f:  // memory.size
    case 0x40:  // memory.grow
      return "m";
    case 0x43:  // f32.const
      return "4";
    case 0x44:  // f64.const
      return "8";
    case 0xd0:  // ref.null
      return "1";
    case 0x00:  // unreachable
    case 0x01:  // nop
    case 0x05:  // else
    case 0x0f:  // return
    case 0x19:  // catch_all
    case 0x1a:  // drop
    case 0x1b:  // select
    case 0xd1:  // ref.is_null
      return "";
    default:
      if (opcode >= 0x28 && opcode <= 0x3e) return "a";  // loads and stores
      if (opcode >= 0x45 && opcode <= 0xc4) return "";   // numeric
      return kUnknown;
  }
}

const char* BulkImmediates(uint32_t opcode) {
  constexpr const char* kTable[] = {
      "",   "", "", "", "", "", "", "",  // saturating conversions
      "dm",                              // memory.init
      "d",                               // data.drop
      "mm",                              // memory.copy
      "m",                               // memory.fill
      "eT",                              // table.init
      "e",                               // elem.drop
      "TT",                              // table.copy
      "T",                               // table.grow
      "T",                               // table.size
      "T",                               // table.fill
  };
  return opcode < std::size(kTable) ? kTable[opcode] : kUnknown;
}

const char* VectorImmediates(uint32_t opcode) {
  if (opcode <= 11) return "a";                   // loads, v128.store
  if (opcode <= 13) return "6";                   // v128.const, i8x16.shuffle
  if (opcode >= 21 && opcode <= 34) return "1";   // extract_lane, replace_lane
  if (opcode >= 84 && opcode <= 91) return "a1";  // load_lane, store_lane
  if (opcode == 92 || opcode == 93) return "a";   // load32_zero, load64_zero
  return opcode <= 0xff ? "" : kUnknown;          // relaxed SIMD begins at 0x100
}

const char* AtomicImmediates(uint32_t opcode) {
  if (opcode <= 2) return "a";  // notify, wait
  if (opcode == 3) return "1";  // fence
  return opcode >= 0x10 && opcode <= 0x4e ? "a" : kUnknown;
}

Space SpaceOf(char letter) {
  switch (letter) {
    case 'f':
      return Space::kFunction;
    case 'T':
      return Space::kTable;
    case 'm':
      return Space::kMemory;
    case 'g':
      return Space::kGlobal;
    case 'x':
      return Space::kTag;
    case 't':
      return Space::kType;
    case 'e':
      return Space::kElem;
    default:
      return Space::kData;
  }
}

class Copier {
 public:
  Copier(WasmReader* reader, const IndexMap& map, const GlobalValues* values, std::string* out)
      : reader_(*reader), map_(map), values_(values), out_(out), writer_(out) {}

  bool Run() {
    while (depth_ > 0 && reader_.ok()) Instruction();
    return reader_.ok();
  }

 private:
  void Instruction() {
    const size_t begin = reader_.position();
    const uint8_t opcode = reader_.Byte();
    const char* immediates = kUnknown;
    switch (opcode) {
      case 0xfc:
        immediates = BulkImmediates(reader_.U32());
        break;
      case 0xfd:
        immediates = VectorImmediates(reader_.U32());
        break;
      case 0xfe:
        immediates = AtomicImmediates(reader_.U32());
        break;
      default:
        immediates = CoreImmediates(opcode);
    }
    if (immediates == kUnknown) return reader_.Fail();
    if (opcode == kGlobalGet && values_ != nullptr) return ConstantGlobal();
    out_->append(reader_.Since(begin));
    for (const char* letter = immediates; *letter != '\0' && reader_.ok(); ++letter) {
      Immediate(*letter);
    }
  }

  void ConstantGlobal() {
    const uint32_t index = reader_.U32();
    if (index >= values_->size()) return reader_.Fail();
    const std::string& value = (*values_)[index];
    out_->append(value);
    if (!value.empty()) return;
    writer_.U8(kGlobalGet);
    Index(Space::kGlobal, index);
  }

  void Immediate(char letter) {
    switch (letter) {
      case 'b':
        ++depth_;
        return BlockType();
      case 'c':
        --depth_;
        return;
      case 'a':
        return MemoryAccess();
      case 'n':
        return writer_.Raw(reader_.LebBytes());
      case 'B':
      case 'L':
        return Vector(letter == 'L' ? 1 : 0);
      case '1':
      case '4':
      case '8':
        return writer_.Raw(reader_.Raw(static_cast<uint64_t>(letter - '0')));
      case '6':
        return writer_.Raw(reader_.Raw(16));
      default:
        return Index(SpaceOf(letter), reader_.U32());
    }
  }

  void Index(Space space, uint32_t index) {
    const std::vector<uint32_t>& map = map_[space];
    if (index >= map.size()) return reader_.Fail();
    writer_.Varint(map[index]);
  }

  // Value types and the empty type are one byte, negative as a signed number.
  void BlockType() {
    const std::string_view bytes = reader_.LebBytes();
    if (bytes.empty()) return;
    if (bytes.size() == 1 && (bytes[0] & 0x40) != 0) return writer_.Raw(bytes);
    uint64_t index = 0;
    for (size_t i = bytes.size(); i-- > 0;) index = index << 7 | (bytes[i] & 0x7f);
    if (index >= map_[Space::kType].size()) return reader_.Fail();
    AppendSignedLeb(map_[Space::kType][index], out_);
  }

  void MemoryAccess() {
    constexpr uint32_t kHasMemory = 0x40;
    const uint32_t flags = reader_.U32();
    const uint32_t old_index = (flags & kHasMemory) != 0 ? reader_.U32() : 0;
    if (old_index >= map_[Space::kMemory].size()) return reader_.Fail();
    const uint32_t index = map_[Space::kMemory][old_index];
    writer_.Varint((flags & ~kHasMemory) | (index != 0 ? kHasMemory : 0));
    if (index != 0) writer_.Varint(index);
    writer_.Raw(reader_.LebBytes());
  }

  void Vector(uint32_t more) {
    const uint32_t count = reader_.U32();
    writer_.Varint(count);
    for (uint64_t i = 0; i < uint64_t{count} + more && reader_.ok(); ++i) {
      writer_.Raw(reader_.LebBytes());
    }
  }

  WasmReader& reader_;
  const IndexMap& map_;
  const GlobalValues* const values_;
  std::string* const out_;
  ByteWriter writer_;
  uint64_t depth_ = 1;
};

}  // namespace

bool CopyExpression(WasmReader* reader, const IndexMap& map, const GlobalValues* values,
                    std::string* out) {
  return Copier(reader, map, values, out).Run();
}

bool CopyBody(WasmReader* reader, const IndexMap& map, std::string* out) {
  const size_t begin = reader->position();
  const uint32_t groups = reader->U32();
  for (uint32_t i = 0; i < groups && reader->ok(); ++i) {
    reader->U32();   // how many
    reader->Byte();  // of which type
  }
  out->append(reader->Since(begin));
  return CopyExpression(reader, map, nullptr, out) && reader->AtEnd();
}

}  // namespace perdure
