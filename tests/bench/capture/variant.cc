#include "tests/bench/capture/variant.h"

#include <elf.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "tests/support/process.h"

namespace perdure::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGuestC = "clang-19 --target=wasm32-wasi -O3 -ffp-contract=off -w";
// What may block (compiler/analysis/runtime_imports.cc), as Asyncify is told it.
constexpr const char* kBlocking[] = {"fd_read",     "fd_write",  "poll_oneoff", "sched_yield",
                                     "sock_accept", "sock_recv", "sock_send"};

// Runs a command line (words separated by spaces; no path here has any). Empty, or what it said.
std::string Shell(const std::string& line) {
  test::Command command;
  command.argv = {"/usr/bin/env"};
  std::istringstream words(line);
  for (std::string word; words >> word;) command.argv.push_back(word);
  command.env = {{"CCACHE_DISABLE", "1"}};  // what it costs is measured
  command.timeout = std::chrono::minutes(30);
  const test::Finished finished = test::Run(command);
  return finished.status == 0 ? "" : line + ": " + finished.Text();
}

// CPU seconds of all processes that this one has waited for.
double ChildSeconds() {
  rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string ReadBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Adds the code of a 64-bit object file, section by section.
void AddText(const std::string& object, Text* text) {
  const std::string bytes = ReadBytes(object);
  Elf64_Ehdr header;
  if (bytes.size() < sizeof header) return;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  std::memcpy(sections.data(), bytes.data() + header.e_shoff, header.e_shnum * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& section : sections) {
    if ((section.sh_flags & SHF_EXECINSTR) == 0) continue;
    const std::string_view name =
        bytes.data() + sections[header.e_shstrndx].sh_offset + section.sh_name;
    const bool is_cold = name.starts_with(".text.resume") || name.starts_with(".text.unlikely");
    text->all += section.sh_size;
    if (!is_cold) text->hot += section.sh_size;
  }
}

class Builder {
 public:
  Builder(const Guest& guest, const CaptureTools& tools) : guest_(guest), tools_(tools) {
    base_ = tools.work + "/" + guest.name;
  }

  // The module as a command; and as a program that nothing is captured of, because its function is
  // not called _start.
  std::string MakeModules() {
    const std::string problem =
        Shell(std::string(kGuestC) + " " + guest_.flags + " -I" + tools_.repository + " -I" +
              tools_.repository + "/tests/bench/run/kernels/guest_include " + guest_.source +
              " -o " + base_ + ".wasm");
    if (!problem.empty()) return problem;
    constexpr std::string_view kStart = "\6_start", kOther = "\6_begin";
    std::string bytes = ReadBytes(base_ + ".wasm");
    const size_t at = bytes.find(kStart);
    if (at == std::string::npos || bytes.find(kStart, at + 1) != std::string::npos)
      return base_ + ".wasm: expected one name _start";
    std::ofstream(base_ + ".plain.wasm", std::ios::binary)
        << bytes.replace(at, kOther.size(), kOther);
    return "";
  }

  Variant Build(const std::string& column, const std::string& module, const std::string& options) {
    Variant made{column, "", "", {}, 0};
    const std::string output = base_ + "." + std::to_string(++count_), folder = output + ".d";
    const double before = ChildSeconds();
    made.problem =
        Shell(tools_.perdure + " build -q " + options + module +
              " --cc=clang-19 --name=bench --keep=" + folder + " -o " + output + ".full");
    made.build_seconds = ChildSeconds() - before;
    if (!made.problem.empty()) return made;
    std::string objects;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      if (!name.ends_with(".o") || name == "app.main.o") continue;
      objects += " " + entry.path().string();
      if (name != "app.persist.o") AddText(entry.path(), &made.text);
    }
    made.problem = Shell("clang-19 -pie -Wl,--gc-sections" + objects + " " + tools_.host + " " +
                         tools_.libraries + "/libperdure_rt.a -lstdc++ -lm -o " + output);
    if (made.problem.empty()) made.program = output;
    return made;
  }

  Variant BuildAsyncify() {
    std::string imports;
    for (const char* name : kBlocking) {
      imports += std::string(imports.empty() ? "" : ",") + "wasi_snapshot_preview1." + name;
    }
    const std::string module = base_ + ".asyncify.wasm";
    const double before = ChildSeconds();
    const std::string problem = Shell("wasm-opt --asyncify -O2 --pass-arg=asyncify-imports@" +
                                      imports + " " + base_ + ".plain.wasm -o " + module);
    const double seconds = ChildSeconds() - before;
    if (!problem.empty()) return {kAsyncify, "", problem, {}, 0};
    Variant made = Build(kAsyncify, module, "");
    made.build_seconds += seconds;
    return made;
  }

  std::string module() const { return base_ + ".wasm"; }
  std::string plain_module() const { return base_ + ".plain.wasm"; }

 private:
  const Guest& guest_;
  const CaptureTools& tools_;
  std::string base_;
  int count_ = 0;
};

}  // namespace

std::vector<Variant> BuildVariants(const Guest& guest, const CaptureTools& tools) {
  Builder builder(guest, tools);
  if (const std::string problem = builder.MakeModules(); !problem.empty())
    return {{kPlain, "", problem, {}, 0}};
  return {builder.Build(kPlain, builder.plain_module(), ""),
          builder.Build(kCapture, builder.module(), "--no-preempt "),
          builder.Build(kPolls, builder.module(), ""), builder.BuildAsyncify()};
}

std::vector<Guest> CaptureGuests(const std::string& repository, const std::string& sources) {
  const std::string guests = repository + "/tests/bench/capture/guests/";
  std::vector<Guest> all;
  if (access((sources + "/lua/lua.h").c_str(), R_OK) == 0) {
    all.push_back({"Lua", guests + "lua.c", "-I" + sources + "/lua", {"fib", "nbody", "strings"}});
  }
  if (access((sources + "/sqlite/sqlite3.c").c_str(), R_OK) == 0) {
    all.push_back({"SQLite", guests + "sqlite.c", "-I" + sources + "/sqlite", {"in memory"}});
  }
  return all;
}

}  // namespace perdure::bench
