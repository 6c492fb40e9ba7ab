#include "compiler/rewrite/data_blob.h"

#include <charconv>
#include <optional>
#include <set>
#include <vector>

#include "compiler/diag/printable.h"
#include "compiler/wasm2c/line_reader.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr uint64_t kWantedBytes = 65536;
constexpr std::string_view kArray = "data_segment_data_w2c_";

// The number at the start of `text`, which ends with `end`.
std::optional<uint64_t> NumberBefore(std::string_view text, std::string_view end) {
  uint64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || std::string_view(stop, text.data() + text.size() - stop) != end)
    return std::nullopt;
  return value;
}

// One line of init_memories: "  LOAD_DATA(MEMORY, ADDRESS, ARRAYd7, 12);"
struct Load {
  std::string_view memory, address;
  uint32_t segment = 0;
};

// Writes consecutive loads as a table and a loop, as far as their addresses are numbers.
class LoadWriter {
 public:
  LoadWriter(const std::vector<uint64_t>& begins, std::string_view blob, std::string* out)
      : begins_(begins), blob_(blob), out_(out) {}

  void Add(const Load& load) {
    const bool is_row = NumberBefore(load.address, "u").has_value();
    if (!is_row || load.memory != memory_ || load.segment != first_ + count_) Flush();
    if (!is_row) {
      StrAppend(out_, "  LOAD_DATA(", load.memory, ", ", load.address, ", ", blob_, " + ",
                begins_[load.segment], ", ", Bytes(load.segment), ");\n");
      return;
    }
    if (count_ == 0) {
      first_ = load.segment;
      memory_ = load.memory;
    }
    ++count_;
    StrAppend(&rows_, "      {", load.address, ", ", Bytes(load.segment), "u},\n");
  }

  void Flush() {
    if (count_ == 0) return;
    StrAppend(out_, "  {\n    static const u32 rows[", count_, "][2] = {\n", rows_,
              "    };\n    const u8* from = ", blob_, " + ", begins_[first_],
              ";\n    for (u32 i = 0; i < ", count_, "; ++i) {\n      LOAD_DATA(", memory_,
              ", rows[i][0], from, rows[i][1]);\n      from += rows[i][1];\n    }\n  }\n");
    rows_.clear();
    count_ = 0;
  }

 private:
  uint64_t Bytes(uint32_t segment) const { return begins_[segment + 1] - begins_[segment]; }

  const std::vector<uint64_t>& begins_;
  const std::string_view blob_;
  std::string* const out_;
  std::string rows_;
  std::string_view memory_;
  uint32_t first_ = 0, count_ = 0;
};

// By segment, where it begins; one more at the end.
std::vector<uint64_t> Begins(const Module& module) {
  std::vector<uint64_t> begins = {0};
  for (const DataSegment& segment : module.data) begins.push_back(begins.back() + segment.bytes);
  return begins;
}

Status Unexpected(std::string_view line) {
  return Status(StatusCode::kInvalidArgument,
                StrCat("wasm2c's app_0.c: the data segment is not the module's: ", Quote(line)));
}

// nullopt: another line, or a segment without bytes.
Result<std::optional<Load>> ReadLoad(std::string_view line, std::string_view array,
                                     const Module& module) {
  constexpr std::string_view kLoad = "  LOAD_DATA(";
  const size_t named = line.find(array), comma = line.find(", ");
  if (!line.starts_with(kLoad) || named == std::string_view::npos) return std::optional<Load>();
  std::string_view rest = line.substr(named + array.size());
  Load load;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), load.segment);
  rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
  if (error != std::errc() || !rest.starts_with(", ") || load.segment >= module.data.size() ||
      NumberBefore(rest.substr(2), ");") != module.data[load.segment].bytes || comma + 2 > named)
    return Unexpected(line);
  load.memory = line.substr(kLoad.size(), comma - kLoad.size());
  load.address = line.substr(comma + 2, named - 2 - (comma + 2));
  return std::optional<Load>(load);
}

}  // namespace

bool DataBlob::IsWanted(const Module& module) {
  uint64_t bytes = 0;
  for (const DataSegment& segment : module.data) bytes += segment.bytes;
  return bytes >= kWantedBytes;
}

std::string DataBlob::Bytes() const {
  std::string bytes;
  bytes.reserve(Begins(module_).back());
  for (const DataSegment& segment : module_.data) {
    bytes.append(reinterpret_cast<const char*>(module_.binary.data()) + segment.contents,
                 segment.bytes);
  }
  return bytes;
}

std::string DataBlob::Source() const {
  const std::string symbol = StrCat("perdure_data_w2c_", prefix_);
  return StrCat(
      "/* Written by perdure: the data segments. The assembler looks for app.data.bin in its\n"
      "   working directory and in the folders given with -I. */\n"
      "__asm__(\n"
      "    \".section .rodata.",
      symbol,
      ",\\\"a\\\",%progbits\\n\"\n"
      "    \".globl ",
      symbol,
      "\\n\"\n"
      "    \".hidden ",
      symbol,
      "\\n\"\n"
      "    \".type ",
      symbol,
      ", %object\\n\"\n"
      "    \"",
      symbol,
      ":\\n\"\n"
      "    \".incbin \\\"app.data.bin\\\"\\n\"\n"
      "    \".size ",
      symbol, ", ", Begins(module_).back(),
      "\\n\"\n"
      "    \".previous\\n\");\n");
}

std::string DataBlob::RewriteHeader(std::string_view impl) const {
  const std::string declaration = StrCat("extern const u8 ", kArray, prefix_, "_d");
  const std::vector<uint64_t> begins = Begins(module_);
  std::string out;
  bool is_first = true, after_declaration = false;
  LineReader lines(impl);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    const bool is_declaration = line.starts_with(declaration);
    const bool is_gap = after_declaration && line.empty();
    after_declaration = is_declaration;
    if (is_declaration && is_first) {
      is_first = false;
      StrAppend(&out, "extern const u8 perdure_data_w2c_", prefix_,
                "[] __attribute__((visibility(\"hidden\")));\n");
      std::set<uint32_t> used;  // by memory.init
      for (const InstructionUse& use : module_.uses) {
        if (use.opcode == "memory.init" && use.segment) used.insert(*use.segment);
      }
      for (const uint32_t segment : used) {
        StrAppend(&out, "#define ", kArray, prefix_, "_d", segment, " (perdure_data_w2c_", prefix_,
                  " + ", begins[segment], ")\n");
      }
      out += '\n';
    }
    if (!is_declaration && !is_gap) StrAppend(&out, line, '\n');
  }
  return out;
}

Result<std::string> DataBlob::RewriteHead(std::string_view head) const {
  const std::string array = StrCat(kArray, prefix_, "_d");
  const std::string definition = StrCat("const u8 ", array);
  const std::string blob = StrCat("perdure_data_w2c_", prefix_);
  const std::vector<uint64_t> begins = Begins(module_);
  std::string out;
  LoadWriter loads(begins, blob, &out);
  LineReader lines(head);
  while (!lines.AtEnd()) {
    const std::string_view line = lines.Next();
    if (line.starts_with(definition)) {
      while (!lines.AtEnd() && lines.Next() != "};") {
      }
      if (!lines.AtEnd() && lines.Peek().empty()) lines.Next();
      continue;
    }
    PERDURE_ASSIGN_OR_RETURN(const std::optional<Load> load, ReadLoad(line, array, module_));
    if (load) {
      loads.Add(*load);
    } else {
      loads.Flush();
      StrAppend(&out, line, '\n');
    }
  }
  return out;
}

}  // namespace perdure
