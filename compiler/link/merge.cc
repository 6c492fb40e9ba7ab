// Sections in the order of the format. Everything is written as it comes out of the inputs, with
// its indices mapped (layout.h); what the linked module has beyond that are the functions that
// instantiate it (link.h, L2) and, staged, those that read globals. They are the last ones of
// their index space.
#include "compiler/link/merge.h"

#include <algorithm>
#include <utility>

#include "compiler/frontend/sections.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

enum SectionId : uint8_t {
  kTypeSection = 1,
  kImportSection = 2,
  kFunctionSection = 3,
  kTableSection = 4,
  kMemorySection = 5,
  kGlobalSection = 6,
  kExportSection = 7,
  kElementSection = 9,
  kCodeSection = 10,
  kDataSection = 11,
  kDataCountSection = 12,
  kTagSection = 13,
};

constexpr uint8_t kEnd = 0x0b;
constexpr uint8_t kCall = 0x10;
constexpr uint8_t kLocalGet = 0x20;
constexpr uint8_t kGlobalGet = 0x23;
constexpr uint8_t kGlobalSet = 0x24;

void Append(std::string* out, std::initializer_list<uint8_t> bytes) {
  for (const uint8_t byte : bytes) out->push_back(static_cast<char>(byte));
}

void AppendLimits(uint64_t min, const std::optional<uint64_t>& max, uint8_t flags,
                  std::string* out) {
  out->push_back(static_cast<char>(flags | (max ? 1 : 0)));
  AppendUnsignedLeb(min, out);
  if (max) AppendUnsignedLeb(*max, out);
}

void AppendTable(const Table& table, std::string* out) {
  out->push_back(static_cast<char>(table.type));
  AppendLimits(table.min_size, table.max_size, 0, out);
}

void AppendMemory(const Memory& memory, std::string* out) {
  const uint8_t flags = static_cast<uint8_t>((memory.shared ? 2 : 0) | (memory.is64 ? 4 : 0));
  AppendLimits(memory.min_pages, memory.max_pages, flags, out);
}

class Merger {
 public:
  Merger(std::span<const LinkInput> inputs, const LinkOptions& options,
         const Resolution& resolution, Layout layout)
      : inputs_(inputs),
        options_(options),
        resolution_(resolution),
        layout_(std::move(layout)),
        plain_type_(layout_.AddType({})) {}

  Result<MergedBinary> Run() {
    ReadImports();
    WrapHostImports();
    for (uint32_t i = 0; i < inputs_.size() && ok_; ++i) ReadInput(i);
    if (merged_.caller_global) {
      Append(globals_.Add(), {0x7f, 1, 0x41, 0, kEnd});  // mutable i32, 0
    }
    if (!ok_) {
      return Status(StatusCode::kInvalidArgument, "the linker cannot read what was validated");
    }
    if (!instantiate_.empty()) start_ = AddFunction(plain_type_, instantiate_);
    WriteSections();
    return std::move(merged_);
  }

 private:
  const Module& ModuleOf(uint32_t input) const { return *inputs_[input].module; }
  bool IsMain(uint32_t input) const { return options_.staged || input + 1 == inputs_.size(); }

  // The index of a function that only the linked module has.
  uint32_t AddFunction(uint32_t type, std::string_view code) {
    const auto index =
        static_cast<uint32_t>(layout_.Items(ExternalKind::kFunc).size()) + generated_.size();
    AppendUnsignedLeb(type, &generated_types_);
    std::string body(1, '\0');  // no local variables
    StrAppend(&body, code, static_cast<char>(kEnd));
    generated_.push_back(std::move(body));
    return static_cast<uint32_t>(index);
  }

  void ReadImports() {
    for (const ItemRef ref : layout_.imports) {
      const Module& module = ModuleOf(ref.input);
      const Import& import = module.imports[ref.index];
      std::string* out = imports_.Add();
      ByteWriter(out).Bytes(import.module);
      ByteWriter(out).Bytes(import.field);
      out->push_back(static_cast<char>(import.kind));
      const IndexMap& map = layout_.maps[ref.input];
      switch (import.kind) {
        case ExternalKind::kFunc:
          AppendUnsignedLeb(map[Space::kType][module.functions[import.index].type], out);
          break;
        case ExternalKind::kTable:
          AppendTable(module.tables[import.index], out);
          break;
        case ExternalKind::kMemory:
          AppendMemory(module.memories[import.index], out);
          break;
        case ExternalKind::kGlobal:
          Append(out, {static_cast<uint8_t>(module.globals[import.index].type),
                       module.globals[import.index].is_mutable});
          break;
        case ExternalKind::kTag:
          out->push_back('\0');
          AppendUnsignedLeb(map[Space::kType][module.tags[import.index].type], out);
          break;
      }
    }
  }

  // (L6)
  void WrapHostImports() {
    if (layout_.imports.empty() || layout_.Items(ExternalKind::kMemory).size() < 2) return;
    const auto global = static_cast<uint32_t>(layout_.Items(ExternalKind::kGlobal).size());
    const auto set_caller = [&](uint32_t input, std::string* code) {
      AppendI32Const(input, code);
      code->push_back(static_cast<char>(kGlobalSet));
      AppendUnsignedLeb(global, code);
    };
    for (const ItemRef ref : layout_.imports) {
      const Import& import = ModuleOf(ref.input).imports[ref.index];
      if (import.kind != ExternalKind::kFunc) continue;
      const uint32_t old_type = ModuleOf(ref.input).functions[import.index].type;
      const uint32_t type = layout_.maps[ref.input][Space::kType][old_type];
      std::string code;
      set_caller(ref.input, &code);
      for (size_t i = 0; i < layout_.types[type].params.size(); ++i) {
        code.push_back(static_cast<char>(kLocalGet));
        AppendUnsignedLeb(i, &code);
      }
      code.push_back(static_cast<char>(kCall));
      AppendUnsignedLeb(layout_.maps[ref.input][Space::kFunction][import.index], &code);
      set_caller(0, &code);
      Redirect({ref.input, import.index}, AddFunction(type, code));
      merged_.caller_global = global;
    }
  }

  // Whoever refers to the function `item` refers to `index` instead.
  void Redirect(ItemRef item, uint32_t index) {
    for (uint32_t i = 0; i < inputs_.size(); ++i) {
      std::vector<uint32_t>& map = layout_.maps[i][Space::kFunction];
      for (uint32_t at = 0; at < map.size(); ++at) {
        if (resolution_.Of(ExternalKind::kFunc, i, at) == item) map[at] = index;
      }
    }
  }

  void ReadInput(uint32_t input) {
    const Module& module = ModuleOf(input);
    const IndexMap& map = layout_.maps[input];
    for (const Function& function : module.functions) {
      if (!function.imported) AppendUnsignedLeb(map[Space::kType][function.type], functions_.Add());
    }
    for (const Table& table : module.tables) {
      if (!table.imported) AppendTable(table, tables_.Add());
    }
    for (const Memory& memory : module.memories) {
      if (!memory.imported) AppendMemory(memory, memories_.Add());
    }
    for (const Tag& tag : module.tags) {
      if (tag.imported) continue;
      tags_.Add()->push_back('\0');
      AppendUnsignedLeb(map[Space::kType][tag.type], &tags_.entries);
    }
    ReadGlobals(input);
    ReadCode(input);
    ReadInstantiation(input);
    if (IsMain(input)) ReadExports(input);
  }

  // Where the initial value of an imported constant is wanted, it is put in its place: only a
  // global that comes from outside of the module may be read there.
  void ReadGlobals(uint32_t input) {
    const Module& module = ModuleOf(input);
    GlobalValues values;
    WasmReader reader(SectionPayload(module, kGlobalSection));
    if (!reader.AtEnd()) reader.U32();
    std::vector<std::string>& initial = initial_.emplace_back();
    for (uint32_t i = 0; i < module.globals.size() && ok_; ++i) {
      const Global& global = module.globals[i];
      if (global.imported) {
        const ItemRef item = resolution_.Of(ExternalKind::kGlobal, input, i);
        const bool bound = item.input != input;
        initial.push_back(bound ? initial_[item.input][item.index] : std::string());
        values.push_back(global.is_mutable ? std::string() : initial.back());
        continue;
      }
      values.emplace_back();
      std::string* out = globals_.Add();
      Append(out, {reader.Byte(), reader.Byte()});
      std::string& value = initial.emplace_back();
      ok_ = CopyExpression(&reader, layout_.maps[input], &values, &value);
      *out += value;
      if (ok_) value.pop_back();
    }
    ok_ = ok_ && reader.AtEnd();
    values_.push_back(std::move(values));
  }

  void ReadCode(uint32_t input) {
    const std::span<const uint8_t> payload = SectionPayload(ModuleOf(input), kCodeSection);
    if (payload.empty()) return;
    WasmReader reader(payload);
    const uint32_t count = reader.U32();
    std::string body;
    for (uint32_t i = 0; i < count && ok_; ++i) {
      const std::string_view bytes = reader.Bytes();
      WasmReader inner(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
      body.clear();
      ok_ = CopyBody(&inner, layout_.maps[input], &body);
      ByteWriter(code_.Add()).Bytes(body);
    }
    ok_ = ok_ && reader.ok() && reader.AtEnd();
  }

  // (L2)
  void ReadInstantiation(uint32_t input) {
    const Module& module = ModuleOf(input);
    const IndexMap& map = layout_.maps[input];
    const bool deferred = options_.staged || !instantiate_.empty();
    std::vector<Step> steps;
    if (options_.staged) AddSizeChecks(module, input, map, resolution_, &steps);
    ok_ = ok_ && CopyElements(module, map, values_[input], deferred, &elements_, &steps) &&
          CopyData(module, map, values_[input], deferred, &data_, &steps);
    const auto call = [&](uint32_t function) {
      Step step(1, static_cast<char>(kCall));
      AppendUnsignedLeb(map[Space::kFunction][function], &step);
      steps.push_back(std::move(step));
    };
    if (module.start) call(*module.start);
    if (!IsMain(input)) {
      const std::optional<uint32_t> initialize = InitializeToCall(inputs_, input, resolution_);
      if (initialize) call(*initialize);
    }
    if (!options_.staged) {
      for (const Step& step : steps) instantiate_ += step;
      return;
    }
    for (size_t i = 0; i < steps.size(); ++i) {
      AddExport(StrCat(inputs_[input].name, ':', i), ExternalKind::kFunc,
                AddFunction(plain_type_, steps[i]));
    }
    merged_.steps.push_back(static_cast<uint32_t>(steps.size()));
  }

  void AddExport(std::string_view name, ExternalKind kind, uint32_t index) {
    std::string* out = exports_.Add();
    ByteWriter(out).Bytes(name);
    out->push_back(static_cast<char>(kind));
    AppendUnsignedLeb(index, out);
  }

  void ReadExports(uint32_t input) {
    const Module& module = ModuleOf(input);
    for (uint32_t i = 0; i < module.exports.size(); ++i) {
      const Export& item = module.exports[i];
      const uint32_t index = layout_.maps[input][static_cast<Space>(item.kind)][item.index];
      if (!options_.staged) {
        merged_.exports.push_back({input, i});
        AddExport(item.name, item.kind, index);
        continue;
      }
      const std::string name = StrCat(inputs_[input].name, '.', item.name);
      if (item.kind != ExternalKind::kGlobal) {
        AddExport(name, item.kind, index);
        continue;
      }
      std::string code(1, static_cast<char>(kGlobalGet));
      AppendUnsignedLeb(index, &code);
      const uint32_t type = layout_.AddType({{}, {module.globals[item.index].type}});
      AddExport(name, ExternalKind::kFunc, AddFunction(type, code));
    }
  }

  void WriteSections() {
    std::string* out = &merged_.bytes;
    out->append("\0asm\1\0\0\0", kModuleHeaderBytes);
    WasmVector types;
    for (const FuncType& type : layout_.types) {
      types.Add()->push_back('\x60');
      AppendValueTypes(type.params, &types.entries);
      AppendValueTypes(type.results, &types.entries);
    }
    functions_.entries += generated_types_;
    functions_.count += generated_.size();
    for (const std::string& body : generated_) ByteWriter(code_.Add()).Bytes(body);
    AppendSection(kTypeSection, types, out);
    AppendSection(kImportSection, imports_, out);
    AppendSection(kFunctionSection, functions_, out);
    AppendSection(kTableSection, tables_, out);
    AppendSection(kMemorySection, memories_, out);
    AppendSection(kTagSection, tags_, out);
    AppendSection(kGlobalSection, globals_, out);
    AppendSection(kExportSection, exports_, out);
    if (start_) AppendNumberSection(kStartSection, *start_);
    AppendSection(kElementSection, elements_, out);
    if (data_.count > 0) AppendNumberSection(kDataCountSection, data_.count);
    AppendSection(kCodeSection, code_, out);
    AppendSection(kDataSection, data_, out);
    AppendNames(inputs_, layout_, merged_.caller_global, out);
  }

  void AppendNumberSection(uint8_t id, uint64_t number) {
    std::string payload;
    AppendUnsignedLeb(number, &payload);
    merged_.bytes.push_back(static_cast<char>(id));
    ByteWriter(&merged_.bytes).Bytes(payload);
  }

  const std::span<const LinkInput> inputs_;
  const LinkOptions& options_;
  const Resolution& resolution_;
  Layout layout_;
  const uint32_t plain_type_;  // () -> ()
  MergedBinary merged_;
  WasmVector imports_, functions_, tables_, memories_, tags_, globals_, exports_, elements_, code_,
      data_;
  std::string generated_types_;
  std::vector<std::string> generated_;             // bodies
  std::vector<std::vector<std::string>> initial_;  // of globals, by input; without `end`
  std::vector<GlobalValues> values_;               // by input
  std::string instantiate_;                        // code of the start function
  std::optional<uint32_t> start_;
  bool ok_ = true;
};

}  // namespace

Result<MergedBinary> Merge(std::span<const LinkInput> inputs, const LinkOptions& options,
                           const Resolution& resolution, Layout layout) {
  return Merger(inputs, options, resolution, std::move(layout)).Run();
}

}  // namespace perdure
