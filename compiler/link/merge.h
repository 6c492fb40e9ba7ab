// Writing the linked module: section by section, from the inputs' bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/link/layout.h"
#include "compiler/link/link.h"
#include "compiler/link/wasm_writer.h"
#include "perdure/status.h"

namespace perdure {

struct MergedBinary {
  std::string bytes;
  std::vector<ItemRef> exports;  // of the inputs, in order: index of the export in its input
  std::vector<uint32_t> steps;   // staged: by input
  std::optional<uint32_t> caller_global;
};

// A failure is an internal error: the inputs are valid, and their imports are resolved.
Result<MergedBinary> Merge(std::span<const LinkInput> inputs, const LinkOptions& options,
                           const Resolution& resolution, Layout layout);

// The parts of it.

// The contents of the section `id`; empty if there is none.
std::span<const uint8_t> SectionPayload(const Module& module, uint8_t id);

// Code that does a piece of an instantiation.
using Step = std::string;

// Copies the element (data) segments of an input to *out. If `deferred`, active segments become
// passive ones, and for each a step that places it is appended to *steps. False: see Merge().
bool CopyElements(const Module& input, const IndexMap& map, const GlobalValues& values,
                  bool deferred, WasmVector* out, std::vector<Step>* steps);
bool CopyData(const Module& input, const IndexMap& map, const GlobalValues& values, bool deferred,
              WasmVector* out, std::vector<Step>* steps);

// A step that traps if a memory or table that `input` imports from another is smaller than wanted;
// none if it imports none.
void AddSizeChecks(const Module& module, uint32_t input, const IndexMap& map,
                   const Resolution& resolution, std::vector<Step>* steps);

// The `_initialize` of an input that is not the main one, unless another input imports it.
std::optional<uint32_t> InitializeToCall(std::span<const LinkInput> inputs, uint32_t input,
                                         const Resolution& resolution);

// The name section: "alloc.heap_end" for what the input "alloc" calls heap_end.
void AppendNames(std::span<const LinkInput> inputs, const Layout& layout,
                 const std::optional<uint32_t>& caller_global, std::string* out);

}  // namespace perdure
