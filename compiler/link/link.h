// Linking: several modules that import from each other become one module, before anything else
// looks at them.
//
//     heap.wasm --+   resolve: which item is which import?
//                 +-> merge: one index space of each kind --> one Module, read and validated like
//     main.wasm --+                                           a file; then analysis, wasm2c ...
//
// The linked module behaves as its inputs do when they are instantiated one after the other, each
// import bound to the export of an earlier one:
//
//  (L1)  What two modules share (a memory, a table, a global, a tag, a function) is one item of the
//        linked module; everything else is there once for each of them.
//  (L2)  Input after input: element segments, data segments, start function, and `_initialize` (see
//        below). Segments stay active, and are placed before all code, until an input has brought
//        code that runs at instantiation; those after it become passive and are placed by the
//        generated start function, in their turn.
//  (L3)  An import binds only to what its type allows (core specification, 4.5.3: limits by what
//        is there, everything else by equality); otherwise the link fails and names both places.
//  (L4)  The same inputs with the same names in the same order give the same bytes, so the module's
//        hash stands for all of them.
//  (L5)  The last input is the main one: its exports are the program's. What is not exported any
//        more the C compiler may leave out or inline.
//  (L6)  A host function sees the memories of the module that calls it, under that module's
//        indices. If there are several memories, each host import is called through a generated
//        function that leaves the caller's number in a global. It is an ordinary global, so it is
//        there again when a host call that blocks is issued again by another process.
//
// `_initialize` of type () -> () is what toolchains export in place of a start function. That of
// the last input is the runtime's business, as in a module that is alone. That of another is called
// after its start function, unless some input imports it: then the call is that one's business.
//
// Imports bind to earlier inputs only, so modules cannot import from each other in a circle, and
// order of instantiation is order on the command line. What no input supplies stays an import.
//
// Why merge and not compile each module by itself and join them in C: one module is what everything
// behind this folder knows. The state format, the descriptor, the capture of call stacks, the C++
// class work for linked programs without knowing of them; there is no second kind of instance
// pointer to verify in a state; and a call from module to module is a call within one C program,
// which the compiler inlines. The price is an instruction copier (code_copy.h), which must know
// every instruction, and that a flag one module needs (64-bit memories: no guard pages) holds for
// all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/module.h"

namespace perdure {

struct LinkInput {
  const Module* module = nullptr;
  std::string name;  // others import under it; unique among the inputs
};

struct LinkOptions {
  // For a test that plays the embedder: instantiation is not one event but many, and every input is
  // the main one. Nothing runs at instantiation and every segment is passive. Functions
  // "NAME:0", "NAME:1" ... are exported in place of that, of type () -> (): the instantiation of
  // input NAME in steps, to be called in this order. A step that traps ends it, and what the steps
  // before did stays, as the specification has it. Exports of all inputs come as "NAME.FIELD":
  // functions, and for each global a function that returns its value. The size of an imported
  // memory or table is compared when the importing input is instantiated: if it is too small, step
  // 0 traps.
  bool staged = false;
};

// An import that another input supplies, to be shown.
struct LinkedImport {
  std::string importer;  // name of the input
  std::string module, field;
  ExternalKind kind = ExternalKind::kFunc;
  uint32_t index = 0;  // of the item, in the linked module
};

struct LinkedModule {
  Module module;
  std::vector<LinkedImport> imports;
  // Staged: per input, the number of steps.
  std::vector<uint32_t> steps;
};

// nullopt: diagnostics has errors, all that there are; those about imports begin with "unlinkable".
// A single input without `staged` gives a copy of itself but for names, order of types and custom
// sections.
std::optional<LinkedModule> LinkModules(std::span<const LinkInput> inputs,
                                        const LinkOptions& options, Diagnostics* diagnostics);

}  // namespace perdure
