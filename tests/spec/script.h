// Script: one .wast file as a list of steps, read from what wast2json makes of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace perdure::spec {

// An argument, or what a result has to be. Numbers are the decimal of their bits.
struct Value {
  std::string type;                // "i32" ... "externref"
  std::string lane_type;           // of a v128: "i8" ... "f64"
  std::vector<std::string> parts;  // one, or one per lane; "nan:canonical", "nan:arithmetic",
                                   // "null"; none: any reference that is not null
};

struct Action {
  bool is_get = false;  // of a global; else a call
  std::string module;   // "$name"; empty: the newest module
  std::string field;
  std::vector<Value> args;
};

struct Step {
  std::string kind;  // "module", "assert_return" ...
  int line = 0;
  std::string name;      // module, register: "$name" or empty
  std::string as;        // register
  std::string file;      // path of the module, for steps that have one
  bool is_text = false;  // the module is text
  std::string text;      // the failure that is expected
  std::optional<Action> action;
  std::vector<Value> expected;

  // "line 12, assert_return, f", "line 20, assert_invalid, type mismatch"
  std::string Label() const;
};

struct Script {
  std::string name;  // "linking.wast"
  std::vector<Step> steps;
};

// Converts `wast` into `folder` with wast2json (at `wast2json`) and reads it. False: *problem says
// why.
bool ReadScript(const std::string& wast2json, const std::string& wast, const std::string& folder,
                Script* script, std::string* problem);

}  // namespace perdure::spec
