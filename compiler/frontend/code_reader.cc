#include "compiler/frontend/code_reader.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "compiler/frontend/body_outline.h"
#include "compiler/frontend/limits.h"
#include "compiler/frontend/omissions.h"
#include "compiler/frontend/opcodes.h"
#include "compiler/frontend/supported_features.h"
#include "rtlib/base/text.h"
#include "wabt/binary-reader.h"
#include "wabt/opcode.h"

namespace perdure {
namespace {

using wabt::Address;
using wabt::Index;
using wabt::Opcode;
using wabt::Result;
using wabt::Type;

// Instructions: one callback each, in the order of wabt's header.
class CodeReader final : public DeclarationReader {
 public:
  explicit CodeReader(Module* module) : DeclarationReader(module), outline_(module) {}

  bool OnError(const wabt::Error& error) override {
    wabt::Error placed = error;
    // The reader reports after what it has read; what is wrong here is the instruction.
    if (error.message.starts_with("unexpected opcode")) placed.loc = wabt::Location(instruction_);
    return DeclarationReader::OnError(placed);
  }

  // ---- function bodies and constant expressions

  Result BeginCodeSection(wabt::Offset size) override {
    module_.code_section_bytes = size;
    return Result::Ok;
  }
  Result BeginFunctionBody(Index index, wabt::Offset size) override {
    function_ = index;
    depth_ = 1;
    instruction_ = position();
    Function& function = module_.functions[index];
    function.offset = position();
    function.code_bytes = size;
    outline_.BeginBody(&function);
    module_.nesting_max = std::max(module_.nesting_max, depth_);
    return validator_.BeginFunctionBody(At(), index);
  }
  Result OnLocalDecl(Index, Index count, Type type) override {
    instruction_ = position();
    Function& function = module_.functions[*function_];
    if (count > kLocalsMax - function.local_count) {
      return Fail(position(),
                  StrCat("too many local variables, at most ", kLocalsMax, " are supported"));
    }
    function.local_count += count;
    outline_.AddLocals(count, UseType(type));
    return validator_.OnLocalDecl(At(), count, type);
  }
  Result EndFunctionBody(Index index) override {
    outline_.EndBody(&module_.functions[index]);
    if (depth_ != 0) return Fail(position(), "the function body ends inside of a block");
    const Result result = validator_.EndFunctionBody(At());
    if (wabt::Succeeded(result)) function_.reset();
    return result;
  }
  Result BeginConstant(Type type) override {
    depth_ = 1;
    in_constant_ = true;
    instruction_ = position();
    return validator_.BeginInitExpr(At(), type);
  }
  Result EndConstant() override {
    if (depth_ != 0) return Fail(position(), "the initializer expression has no end");
    in_constant_ = false;
    return validator_.EndInitExpr();
  }

  // ---- before each instruction

  Result OnOpcode(Opcode opcode) override {
    instruction_ = position() - OpcodeLength(opcode);
    opcode_ = opcode;
    // wabt's validator asserts that there is an open block.
    if (depth_ == 0) return Fail(instruction_, "instruction after the end of the function");
    if (opcode.IsInvalid()) return Result::Ok;  // wabt's reader reports it
    outline_.Instruction(opcode == Opcode::End, PartInLoop(opcode));
    Features& features = module_.features;
    const uint8_t prefix = opcode.GetPrefix();
    features.simd |= prefix == 0xfd;
    features.threads |= prefix == 0xfe;
    features.extended_const |= in_constant_ && IsExtendedConstant(opcode);
    return Result::Ok;
  }

  // ---- control

  Result OnUnreachableExpr() override { return Leave(validator_.OnUnreachable(At())); }
  Result OnNopExpr() override { return validator_.OnNop(At()); }
  Result OnBlockExpr(Type type) override { return Open(validator_.OnBlock(At(), type)); }
  Result OnLoopExpr(Type type) override {
    CHECK_RESULT(CheckDepth(validator_.OnLoop(At(), type)));
    outline_.OpenLoop();
    return Result::Ok;
  }
  Result OnIfExpr(Type type) override { return Open(validator_.OnIf(At(), type)); }
  Result OnElseExpr() override { return NextPart(validator_.OnElse(At())); }
  Result OnEndExpr() override {
    // The last `end` closes the function or the constant; their own callbacks validate that.
    if (--depth_ == 0) return Result::Ok;
    outline_.CloseBlock();
    return validator_.OnEnd(At());
  }
  Result OnBrExpr(Index depth) override { return Leave(validator_.OnBr(At(), Label(depth))); }
  Result OnBrIfExpr(Index depth) override { return validator_.OnBrIf(At(), Label(depth)); }
  Result OnBrTableExpr(Index count, Index* depths, Index default_depth) override {
    CHECK_RESULT(validator_.BeginBrTable(At()));
    for (Index i = 0; i < count; ++i)
      CHECK_RESULT(validator_.OnBrTableTarget(At(), Label(depths[i])));
    CHECK_RESULT(validator_.OnBrTableTarget(At(), Label(default_depth)));
    return Leave(validator_.EndBrTable(At()));
  }
  Result OnReturnExpr() override { return Leave(validator_.OnReturn(At())); }
  Result OnCallExpr(Index function) override {
    outline_.Call(OutlineKind::kCall, function);
    return validator_.OnCall(At(), Var(function));
  }
  Result OnCallIndirectExpr(Index type, Index table) override {
    outline_.Call(OutlineKind::kCallIndirect, type);
    CHECK_RESULT(Refuse(CheckCallTable(module_, table)));
    return validator_.OnCallIndirect(At(), Var(type), Var(table));
  }
  Result OnReturnCallExpr(Index function) override {
    module_.features.tail_call = true;
    outline_.Call(OutlineKind::kReturnCall, function);
    return validator_.OnReturnCall(At(), Var(function));
  }
  Result OnReturnCallIndirectExpr(Index type, Index table) override {
    module_.features.tail_call = true;
    outline_.Call(OutlineKind::kReturnCallIndirect, type);
    CHECK_RESULT(Refuse(CheckCallTable(module_, table)));
    return validator_.OnReturnCallIndirect(At(), Var(type), Var(table));
  }
  Result OnDropExpr() override { return validator_.OnDrop(At()); }
  Result OnSelectExpr(Index count, Type* types) override {
    // wabt's validator asserts on more than one type, and takes none for the untyped form.
    if (opcode_ == Opcode::SelectT && count != 1) {
      return Fail(instruction_, StrCat("select with ", count, " types, expected one"));
    }
    return validator_.OnSelect(At(), count, types);
  }

  // ---- exceptions

  Result OnTryExpr(Type type) override { return Open(Throws(validator_.OnTry(At(), type))); }
  Result OnCatchExpr(Index tag) override {
    return NextPart(Throws(validator_.OnCatch(At(), Var(tag), false)));
  }
  Result OnCatchAllExpr() override {
    return NextPart(Throws(validator_.OnCatch(At(), wabt::Var(), true)));
  }
  Result OnDelegateExpr(Index depth) override {
    CHECK_RESULT(Throws(validator_.OnDelegate(At(), Var(depth))));
    outline_.CloseBlock();
    --depth_;
    return Result::Ok;
  }
  Result OnThrowExpr(Index tag) override {
    return Leave(Throws(validator_.OnThrow(At(), Var(tag))));
  }
  Result OnRethrowExpr(Index depth) override {
    return Leave(Throws(validator_.OnRethrow(At(), Var(depth))));
  }

  // ---- variables and constants

  Result OnLocalGetExpr(Index local) override { return validator_.OnLocalGet(At(), Local(local)); }
  Result OnLocalSetExpr(Index local) override { return validator_.OnLocalSet(At(), Local(local)); }
  Result OnLocalTeeExpr(Index local) override { return validator_.OnLocalTee(At(), Local(local)); }
  Result OnGlobalGetExpr(Index global) override {
    return validator_.OnGlobalGet(At(), Var(global));
  }
  Result OnGlobalSetExpr(Index global) override {
    if (global < module_.globals.size() && IsReference(module_.globals[global].type)) Use(global);
    return validator_.OnGlobalSet(At(), Var(global));
  }
  Result OnI32ConstExpr(uint32_t value) override {
    outline_.Names(value);
    return validator_.OnConst(At(), Type::I32);
  }
  Result OnI64ConstExpr(uint64_t) override { return validator_.OnConst(At(), Type::I64); }
  Result OnF32ConstExpr(uint32_t) override { return validator_.OnConst(At(), Type::F32); }
  Result OnF64ConstExpr(uint64_t) override { return validator_.OnConst(At(), Type::F64); }
  Result OnV128ConstExpr(v128) override { return validator_.OnConst(At(), Type::V128); }
  Result OnRefFuncExpr(Index function) override {
    if (function < module_.functions.size()) module_.functions[function].is_referenced = true;
    return validator_.OnRefFunc(At(), Var(function));
  }
  Result OnRefNullExpr(Type type) override { return validator_.OnRefNull(At(), type); }
  Result OnRefIsNullExpr() override { return validator_.OnRefIsNull(At()); }

  // ---- arithmetic

  Result OnBinaryExpr(Opcode opcode) override { return validator_.OnBinary(At(), opcode); }
  Result OnCompareExpr(Opcode opcode) override { return validator_.OnCompare(At(), opcode); }
  Result OnConvertExpr(Opcode opcode) override { return validator_.OnConvert(At(), opcode); }
  Result OnUnaryExpr(Opcode opcode) override { return validator_.OnUnary(At(), opcode); }
  Result OnTernaryExpr(Opcode opcode) override { return validator_.OnTernary(At(), opcode); }
  Result OnSimdLaneOpExpr(Opcode opcode, uint64_t lane) override {
    return validator_.OnSimdLaneOp(At(), opcode, lane);
  }
  Result OnSimdShuffleOpExpr(Opcode opcode, v128 lanes) override {
    return validator_.OnSimdShuffleOp(At(), opcode, lanes);
  }

  // ---- memory

#define PERDURE_MEMORY_CALLBACK(Callback, Check)                                                  \
  Result Callback(Opcode opcode, Index memory, Address log2, Address offset) override {           \
    CHECK_RESULT(Refuse(CheckOffset(module_, memory, offset)));                                   \
    return wabt_shim::Check(validator_, At(), opcode, Var(memory), AlignmentBytes(log2), offset); \
  }
  PERDURE_MEMORY_CALLBACK(OnLoadExpr, OnLoad)
  PERDURE_MEMORY_CALLBACK(OnStoreExpr, OnStore)
  PERDURE_MEMORY_CALLBACK(OnLoadSplatExpr, OnLoadSplat)
  PERDURE_MEMORY_CALLBACK(OnLoadZeroExpr, OnLoadZero)
  PERDURE_MEMORY_CALLBACK(OnAtomicLoadExpr, OnAtomicLoad)
  PERDURE_MEMORY_CALLBACK(OnAtomicStoreExpr, OnAtomicStore)
  PERDURE_MEMORY_CALLBACK(OnAtomicRmwExpr, OnAtomicRmw)
  PERDURE_MEMORY_CALLBACK(OnAtomicRmwCmpxchgExpr, OnAtomicRmwCmpxchg)
#undef PERDURE_MEMORY_CALLBACK
  Result OnSimdLoadLaneExpr(Opcode opcode, Index memory, Address log2, Address offset,
                            uint64_t lane) override {
    CHECK_RESULT(Refuse(CheckOffset(module_, memory, offset)));
    return wabt_shim::OnSimdLoadLane(validator_, At(), opcode, Var(memory), AlignmentBytes(log2),
                                     offset, lane);
  }
  Result OnSimdStoreLaneExpr(Opcode opcode, Index memory, Address log2, Address offset,
                             uint64_t lane) override {
    CHECK_RESULT(Refuse(CheckOffset(module_, memory, offset)));
    return wabt_shim::OnSimdStoreLane(validator_, At(), opcode, Var(memory), AlignmentBytes(log2),
                                      offset, lane);
  }
  Result OnAtomicFenceExpr(uint32_t model) override {
    return validator_.OnAtomicFence(At(), model);
  }
  // Both make wasm2c abort, and with one thread a wait could only be a deadlock.
  Result OnAtomicWaitExpr(Opcode opcode, Index, Address, Address) override {
    return RefuseThreads(opcode);
  }
  Result OnAtomicNotifyExpr(Opcode opcode, Index, Address, Address) override {
    return RefuseThreads(opcode);
  }

  Result OnMemorySizeExpr(Index memory) override {
    return validator_.OnMemorySize(At(), Var(memory));
  }
  Result OnMemoryGrowExpr(Index memory) override {
    return validator_.OnMemoryGrow(At(), Var(memory));
  }
  Result OnMemoryFillExpr(Index memory) override {
    return validator_.OnMemoryFill(At(), Var(memory));
  }
  Result OnMemoryCopyExpr(Index first, Index second) override {
    return validator_.OnMemoryCopy(At(), Var(first), Var(second));
  }
  Result OnMemoryInitExpr(Index segment, Index memory) override {
    CHECK_RESULT(Refuse(CheckDataCount(data_count_)));
    Use(memory, segment);
    return validator_.OnMemoryInit(At(), Var(segment), Var(memory));
  }
  Result OnDataDropExpr(Index segment) override {
    CHECK_RESULT(Refuse(CheckDataCount(data_count_)));
    Use(segment, segment);
    return validator_.OnDataDrop(At(), Var(segment));
  }

  // ---- tables

  Result OnTableGetExpr(Index table) override { return validator_.OnTableGet(At(), Var(table)); }
  Result OnTableSizeExpr(Index table) override { return validator_.OnTableSize(At(), Var(table)); }
  Result OnTableSetExpr(Index table) override {
    Use(table);
    return validator_.OnTableSet(At(), Var(table));
  }
  Result OnTableGrowExpr(Index table) override {
    Use(table);
    return validator_.OnTableGrow(At(), Var(table));
  }
  Result OnTableFillExpr(Index table) override {
    Use(table);
    return validator_.OnTableFill(At(), Var(table));
  }
  Result OnTableCopyExpr(Index destination, Index source) override {
    Use(destination);
    return validator_.OnTableCopy(At(), Var(destination), Var(source));
  }
  Result OnTableInitExpr(Index segment, Index table) override {
    Use(table, segment);
    return validator_.OnTableInit(At(), Var(segment), Var(table));
  }
  Result OnElemDropExpr(Index segment) override {
    Use(segment, segment);
    return validator_.OnElemDrop(At(), Var(segment));
  }

 private:
  wabt::Location At() const { return wabt::Location(instruction_); }
  wabt::Var Var(Index index) const { return wabt::Var(index, At()); }
  wabt::Var Local(Index local) {
    outline_.Names(local);
    return Var(local);
  }
  wabt::Var Label(Index depth) {
    outline_.Branches(depth, opcode_ == Opcode::BrIf);
    return Var(depth);
  }

  Result Open(Result result) {
    outline_.OpenBlock();
    return CheckDepth(result);
  }
  Result NextPart(Result result) {
    outline_.NextPart();
    return result;
  }
  Result Leave(Result result) {
    outline_.Leave();
    return result;
  }
  Result CheckDepth(Result result) {
    ++depth_;
    module_.nesting_max = std::max(module_.nesting_max, depth_);
    if (depth_ <= kNestingMax) return result;
    return Fail(instruction_,
                StrCat("blocks nested more than ", kNestingMax, " deep are not supported"));
  }
  Result Throws(Result result) {
    module_.features.exceptions = true;
    return result;
  }
  Result Refuse(const Problem& problem) {
    return problem ? Fail(instruction_, *problem) : Result(Result::Ok);
  }
  Result RefuseThreads(Opcode opcode) {
    return Fail(instruction_, StrCat("unsupported thread instruction: ", opcode.GetName()));
  }
  void Use(Index immediate, std::optional<uint32_t> segment = std::nullopt) {
    if (!used_.emplace(opcode_, immediate, segment).second) return;
    module_.uses.push_back({opcode_.GetName(), *function_, immediate, segment, instruction_});
  }

  BodyOutline outline_;
  uint64_t instruction_ = 0;  // where the current instruction begins
  Opcode opcode_ = Opcode::Invalid;
  uint32_t depth_ = 0;  // open blocks, the function or constant itself among them
  bool in_constant_ = false;
  std::set<std::tuple<Opcode::Enum, Index, std::optional<uint32_t>>> used_;
};

std::optional<ReadError> ReadWith(Module* module, bool read_names) {
  CodeReader reader(module);
  wabt::ReadBinaryOptions options;
  options.features = SupportedFeatures();
  options.read_debug_names = read_names;
  options.fail_on_custom_section_error = false;
  const Result result =
      wabt::ReadBinary(module->binary.data(), module->binary.size(), &reader, options);
  return reader.TakeError(result);
}

}  // namespace

std::optional<ReadError> ReadBinary(Module* module) {
  std::vector<uint8_t> binary = std::move(module->binary);
  std::string path = std::move(module->path);
  std::optional<ReadError> error;
  // wabt wants the name section after all others, the specification does not: then go without
  // names.
  for (const bool read_names : {true, false}) {
    *module = Module();
    module->binary = std::move(binary);
    module->path = path;
    error = ReadWith(module, read_names);
    if (!error || error->message.find("after Name section") == std::string::npos) break;
    binary = std::move(module->binary);
  }
  return error;
}

}  // namespace perdure
