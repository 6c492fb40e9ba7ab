// Module: what the rest of the compiler knows about a wasm file. Plain data, in index-space order
// (imports first), with byte offsets into the binary. Only frontend/ sees wabt.
//
// For a .wat input, the module is assembled first; `binary` is the assembled bytes and offsets
// point into them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"

namespace perdure {

// Bytes of the binary format (core spec 5.3).
enum class ValueType : uint8_t {
  kI32 = 0x7f,
  kI64 = 0x7e,
  kF32 = 0x7d,
  kF64 = 0x7c,
  kV128 = 0x7b,
  kFuncref = 0x70,
  kExternref = 0x6f,
};
std::string_view ValueTypeName(ValueType type);

enum class ExternalKind : uint8_t { kFunc = 0, kTable = 1, kMemory = 2, kGlobal = 3, kTag = 4 };
std::string_view ExternalKindName(ExternalKind kind);  // "function", "table", "memory" ...

struct FuncType {
  std::vector<ValueType> params;
  std::vector<ValueType> results;
  bool operator==(const FuncType&) const = default;
};
std::string FuncTypeText(const FuncType& type);  // "(i32, i64) -> f32", "() -> ()"

struct Import {
  std::string module, field;
  ExternalKind kind = ExternalKind::kFunc;
  uint32_t index = 0;   // in the index space of kind
  uint64_t offset = 0;  // of the import entry
};

struct Export {
  std::string name;
  ExternalKind kind = ExternalKind::kFunc;
  uint32_t index = 0;
  uint64_t offset = 0;
};

struct Function {
  uint32_t type = 0;  // index into Module::types
  bool imported = false;
  std::string name;          // name section, else first export name, else empty
  uint64_t offset = 0;       // of the body (or of the import entry)
  uint32_t local_count = 0;  // declared in the body; parameters are not counted
  uint64_t code_bytes = 0;
  bool is_referenced = false;                   // ref.func or an element segment names it
  uint32_t locals_begin = 0, locals_end = 0;    // in Module::locals
  uint32_t outline_begin = 0, outline_end = 0;  // in Module::outline
};

// Consecutive locals of one type.
struct LocalRun {
  uint32_t count = 0;
  ValueType type = ValueType::kI32;
};

// A call or a loop in a function body.
enum class OutlineKind : uint8_t {
  kCall,                // target: the function
  kCallIndirect,        // target: the type
  kReturnCall,          // as kCall
  kReturnCallIndirect,  // as kCallIndirect
  kLoop,                // target: 0
};
struct OutlineItem {
  uint32_t target = 0;
  OutlineKind kind = OutlineKind::kCall;
  // It never runs and wasm2c writes no C for it: it comes after an unconditional branch in the same
  // block, or is a loop without instructions.
  bool is_dead = false;
  bool needs_no_poll = false;  // a loop, see loop_turns.h
};

struct Global {
  ValueType type = ValueType::kI32;
  bool is_mutable = false;
  bool imported = false;
  std::string name;
  uint64_t offset = 0;
};

struct Memory {
  uint64_t min_pages = 0;
  std::optional<uint64_t> max_pages;
  bool is64 = false, shared = false, imported = false;
  std::string name;
  uint64_t offset = 0;
};

struct Table {
  ValueType type = ValueType::kFuncref;
  uint64_t min_size = 0;
  std::optional<uint64_t> max_size;
  bool imported = false;
  std::string name;
  uint64_t offset = 0;
};

enum class SegmentMode : uint8_t { kActive, kPassive, kDeclared };

struct DataSegment {
  SegmentMode mode = SegmentMode::kActive;
  uint32_t memory = 0;
  uint64_t bytes = 0, offset = 0;
  uint64_t contents = 0;  // where the bytes begin in Module::binary
};

struct ElemSegment {
  SegmentMode mode = SegmentMode::kActive;
  ValueType type = ValueType::kFuncref;
  uint32_t table = 0;
  uint64_t count = 0, offset = 0;
};

struct Tag {
  uint32_t type = 0;
  bool imported = false;
  uint64_t offset = 0;
};

// Proposals a module uses beyond wasm 2.0; each needs its wasm2c flag, so only those used are
// enabled.
struct Features {
  bool exceptions = false, tail_call = false, multi_memory = false, memory64 = false,
       extended_const = false, threads = false, simd = false;
};

// A place where an instruction of interest stands.
struct InstructionUse {
  std::string opcode;  // "table.set"
  uint32_t function = 0;
  uint32_t immediate = 0;  // the table or global changed, else the memory, else the segment
  std::optional<uint32_t> segment;  // of memory.init, table.init, data.drop and elem.drop
  uint64_t offset = 0;
};

// Where an item of a linked module was read from.
struct Origin {
  uint64_t offset = 0;       // in the linked module
  uint32_t file = 0;         // index into Module::origin_files
  uint64_t file_offset = 0;  // there
};

// A place as a person knows it.
struct Place {
  std::string file;
  uint64_t offset = 0;
};

// The memories of one of the modules that were linked, as host functions know them.
struct InputMemories {
  std::vector<uint32_t> memories;  // by the input's own index: the linked module's
  uint32_t exported = 0;           // own index of the one it exports as "memory", else 0
};

struct Module {
  std::string path;             // as the user named it; of a linked module, the main one's
  std::vector<uint8_t> binary;  // the whole module
  uint8_t hash[16] = {};        // XXH3-128 of binary, canonical form

  std::vector<FuncType> types;
  std::vector<Import> imports;
  std::vector<Function> functions;
  std::vector<Table> tables;
  std::vector<Memory> memories;
  std::vector<Global> globals;
  std::vector<Tag> tags;
  std::vector<Export> exports;
  std::vector<DataSegment> data;
  std::vector<ElemSegment> elems;
  std::optional<uint32_t> start;
  uint64_t start_section_begin = 0,
           start_section_end = 0;  // bytes of the whole section; equal: none
  uint64_t code_section_bytes = 0;
  Features features;

  std::vector<LocalRun> locals;      // of all functions, see Function::locals_begin
  std::vector<OutlineItem> outline;  // likewise, in the order of the bytecode

  uint32_t nesting_max = 0;  // of blocks, in any function; 1: no blocks. C compilers have limits.

  // Where the module changes a table (table.set/grow/fill/copy/init), reads a segment (memory.init,
  // table.init) or drops one (data.drop, elem.drop), or sets a global that holds a reference
  // (global.set): for each instruction and operand, the first place.
  std::vector<InstructionUse> uses;

  // Of a linked module: its inputs, and its items by offset.
  std::vector<std::string> origin_files;
  std::vector<Origin> origins;
  // Set if its host functions have to know which input calls: by input, and the mutable global
  // that holds the caller's number during such a call.
  std::vector<InputMemories> input_memories;
  std::optional<uint32_t> caller_global;

  // For messages: where the item at `offset` is in the file it came from.
  Place PlaceOf(uint64_t offset) const;
};

// Reads and validates `path` (.wasm or .wat by content; "-" is standard input). nullopt:
// diagnostics has errors.
std::optional<Module> ReadModule(const std::string& path, Diagnostics* diagnostics);

// The same for a binary that is in memory already. `path` is for messages.
std::optional<Module> ReadModuleBinary(std::string path, std::vector<uint8_t> binary,
                                       Diagnostics* diagnostics);

// The module's bytes for wasm2c: without its start section, because the runtime runs the start
// function itself, as the `start` event, and never again on restore; without custom sections, which
// wasm2c would read and may refuse although they mean nothing to it; and with no memory shared,
// because there is one thread.
std::vector<uint8_t> BinaryForWasm2c(const Module& module);

}  // namespace perdure
