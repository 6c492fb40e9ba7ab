// The C names wasm2c gave to a module's fields and functions, learnt from the files it wrote.
//
// wasm2c derives names from export names by rules of its own. They are not repeated here: the
// generated headers declare everything one a line and in index order, so the n-th line is the n-th
// global. Count and type of every line are checked against the Module, and a line of a shape that
// is not expected is an error that quotes it, never a guess. What is read:
//
//     app.h                                        app-impl.h
//       typedef struct w2c_app {                     u32 w2c_app_f2(w2c_app*, u32);
//         struct w2c_env* w2c_env_instance;          void wasm_tailcall_w2c_app_f2(void**, ...
//         u32 w2c_g0;                              app_0.c
//         wasm_rt_memory_t w2c_memory;               FUNC_TYPE_EXTERN_T(w2c_app_t0) = "...";
//         wasm_rt_funcref_table_t w2c_T0;
//         bool data_segment_dropped_w2c_app_d1 : 1;
//       } w2c_app;
//       void wasm2c_app_instantiate(w2c_app*, struct w2c_env*);
//       /* import: 'env' 'now' */
//       u64 w2c_env_now(struct w2c_env*);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "perdure/status.h"

namespace perdure {

struct FunctionName {
  std::string symbol;
  std::string tailcallee;  // empty unless wasm2c made one
};

struct ImportPrototype {
  uint32_t function = 0;    // the first function imported under this name
  std::string declaration;  // "u64 w2c_env_now(struct w2c_env*);"
};

struct SegmentFlag {
  bool is_elem = false;
  uint32_t index = 0;
  std::string field;
};

struct Wasm2cNames {
  std::string prefix;  // "app" of w2c_app
  // "w2c_env": the struct of each import module, in the order instantiate takes them.
  std::vector<std::string> import_structs;
  std::vector<FunctionName> functions;                 // by function index, imports included
  std::vector<ImportPrototype> import_prototypes;      // one per distinct import, in header order
  std::vector<std::string> globals, memories, tables;  // fields, by index
  std::vector<std::string> tags;                       // objects, by index
  std::vector<SegmentFlag> segments;                   // data before element segments, by index
  std::vector<uint32_t>
      canonical_type;  // by type index: the first type equal to it, which has the hash
};

// The texts of the three files that are read.
struct Wasm2cText {
  std::string_view header;  // app.h
  std::string_view impl;    // app-impl.h
  std::string_view source;  // app_0.c
};

// The function that stands for an import in tables, if it may wait (rewrite/import_wrappers.h).
std::string ImportWrapperName(const std::string& symbol);

// A failure is an internal error: the module is fine, this compiler and that wasm2c do not fit.
Result<Wasm2cNames> ReadWasm2cNames(const Module& module, const Wasm2cText& text);

}  // namespace perdure
