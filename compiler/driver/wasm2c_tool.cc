// FindWasm2c: the wasm2c part of toolchain.h.
#include <charconv>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diag/printable.h"
#include "compiler/driver/files.h"
#include "compiler/driver/subprocess.h"
#include "compiler/driver/toolchain.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::string FirstLine(std::string_view text) {
  const size_t end = text.find('\n');
  return std::string(text.substr(0, end));
}

// npm's wabt is wasm2c compiled to JavaScript: its 64 KiB stack breaks, sometimes silently, on
// functions nested deeper than about 190 blocks. It comes as a script for node, or as a shell
// script that starts one.
bool IsJavaScriptBuild(const std::string& path) {
  constexpr size_t kHeadBytes = 4096;
  const Result<std::string> text = ReadFile(path);
  if (!text.ok() || !text->starts_with("#!")) return false;
  const std::string_view head = std::string_view(*text).substr(0, kHeadBytes);
  const std::string interpreter = FirstLine(head);
  for (const char* engine : {"node", "deno", "bun"}) {
    if (interpreter.find(engine) != std::string::npos) return true;
  }
  return head.find("node") != std::string_view::npos && head.find(".js") != std::string_view::npos;
}

std::string VersionText(const int version[3]) {
  return StrCat(version[0], '.', version[1], '.', version[2]);
}

std::string WantedText() {
  const std::string oldest = VersionText(kWasm2cOldest), newest = VersionText(kWasm2cNewest);
  return oldest == newest ? StrCat("wasm2c ", oldest) : StrCat("wasm2c ", oldest, " to ", newest);
}

int Compare(const int a[3], const int b[3]) {
  for (int i = 0; i < 3; ++i) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

// A Wasm2c, or why the file at `path` is none.
Result<Wasm2c> Probe(const std::string& path) {
  auto refuse = [&](std::string_view why) {
    return Status(StatusCode::kNotFound, StrCat("wasm2c at ", QuotePath(path), ' ', why));
  };
  if (!IsExecutableFile(path)) return refuse("is not an executable file");
  if (IsJavaScriptBuild(path)) {
    return refuse(
        "is npm's JavaScript build, which fails on deeply nested functions; a native one is "
        "needed");
  }
  const Result<ProcessEnd> end = Run({{path, "--version"}, "", ""});
  if (!end.ok()) return refuse(end.status().message());
  if (!end->ok())
    return refuse(StrCat("fails when asked for its --version: ", FirstLine(end->output)));
  const std::string version = FirstLine(end->output);
  const std::string problem = Wasm2cVersionProblem(version);
  if (!problem.empty()) return refuse(problem);
  return Wasm2c{Absolute(path), version};
}

}  // namespace

std::string Wasm2cVersionProblem(std::string_view version) {
  int found[3] = {0, 0, 0};
  const char* at = version.data();
  const char* const end = version.data() + version.size();
  for (int i = 0; i < 3; ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return StrCat("has no version: ", Quote(version));
      ++at;
    }
    const auto parsed = std::from_chars(at, end, found[i]);
    if (parsed.ec != std::errc()) return StrCat("has no version: ", Quote(version));
    at = parsed.ptr;
  }
  if (Compare(found, kWasm2cOldest) < 0) {
    return StrCat("is version ", VersionText(found), ", which is too old (", WantedText(),
                  " is needed)");
  }
  if (Compare(found, kWasm2cNewest) > 0) {
    return StrCat("is version ", VersionText(found), ", newer than this perdure can use (",
                  WantedText(), " is needed)");
  }
  return "";
}

Result<Wasm2c> FindWasm2c(const std::string& prefix) {
  const char* named = std::getenv("PERDURE_WASM2C");
  if (named != nullptr && *named != '\0') {
    const std::string path = FindOnPath(named);
    Result<Wasm2c> tool = Probe(path.empty() ? named : path);
    if (tool.ok()) return tool;
    return std::move(tool).TakeStatus().WithContext("$PERDURE_WASM2C");
  }
  std::string refused;
  for (const std::string& path : {FindOnPath("wasm2c"), prefix + "/libexec/perdure/wasm2c"}) {
    if (path.empty() || !IsRegularFile(path)) continue;
    Result<Wasm2c> tool = Probe(path);
    if (tool.ok()) return tool;
    StrAppend(&refused, refused.empty() ? "" : "; ", tool.status().message());
  }
  if (refused.empty()) refused = StrCat(WantedText(), " was not found on PATH or beside perdure");
  return Status(StatusCode::kNotFound, refused);
}

}  // namespace perdure
