#include "tests/bench/run/contender.h"

#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

namespace perdure::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGuestC =
    "clang-19 --target=wasm32-wasi -O3 -ffp-contract=off -mexec-model=reactor -w";
constexpr const char* kGuestCpp =
    "clang++-19 --target=wasm32-wasi -stdlib=libc++ -fno-exceptions -O3 -ffp-contract=off "
    "-mexec-model=reactor -w";

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// env(1) finds programs on PATH and gives its process to them.
std::vector<std::string> OnPathArgv(const std::string& line) {
  return Words("/usr/bin/env " + line);
}

// Runs a command line (words separated by spaces; no path here has any). Empty, or what it said.
std::string Shell(const std::string& line, std::map<std::string, std::string> env = {}) {
  test::Command command{.argv = OnPathArgv(line), .env = std::move(env)};
  command.timeout = std::chrono::minutes(10);
  const test::Finished finished = test::Run(command);
  return finished.status == 0 ? "" : line + ": " + finished.Text();
}

bool OnPath(const std::string& program) {
  std::istringstream path(getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

class Maker {
 public:
  Maker(const Workload& workload, const Tools& tools) : workload_(workload), tools_(tools) {
    loops_ = tools.repository + "/tests/bench/run/loops/";
    source_ = tools.repository + "/tests/bench/run/kernels/" + workload.source;
    std::string name = workload.name;
    for (char& c : name) {
      if (isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    base_ = tools.work + "/" + name;
    wasm_ = base_ + ".wasm";
    flags_ = " " + workload.both_flags;
    if (!workload.include.empty()) flags_ += " -I" + workload.include;
  }

  std::string MakeWasm() const {
    return Shell(std::string(workload_.IsCpp() ? kGuestCpp : kGuestC) + flags_ + " " +
                 workload_.guest_flags + " -I" + tools_.repository +
                 "/tests/bench/run/kernels/guest_include " + source_ + " -o " + wasm_);
  }

  Contender Native(const std::string& column, const std::string& c, const std::string& cpp) const {
    const std::string output = base_ + "." + c;
    std::string problem = Shell(c + " -O3 -c " + loops_ + "native.c -o " + output + ".o");
    if (problem.empty()) {
      problem = Shell((workload_.IsCpp() ? cpp : c) + " -O3 -ffp-contract=off -w" + flags_ + " " +
                      source_ + " " + output + ".o -o " + output + " -lm");
    }
    return Done(column, problem, {output});
  }

  // The generated code without the engine.
  Contender Engineless(const std::string& column, const std::string& without,
                       const std::string& cc) {
    const std::string output = base_ + ".program" + std::to_string(++count_),
                      folder = output + ".d";
    std::string problem = Shell(tools_.perdure + " build -q " + wasm_ + " --cc=" + cc +
                                    " --keep=" + folder + " --name=bench -o " + output + ".full",
                                {{"PERDURE_WITHOUT", without}});
    std::string objects;
    if (problem.empty()) {
      for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.ends_with(".o") && name != "app.main.o") objects += " " + entry.path().string();
      }
      problem = Shell(cc + " -O2 -w -I" + folder + " -isystem " + tools_.libraries +
                      "/../include " + loops_ + "engineless.c" + objects + " -o " + output +
                      " -Wl,--gc-sections " + tools_.libraries + "/libperdure_sqlite.a " +
                      tools_.libraries + "/libperdure_rt.a -lsqlite3 -llz4 -lstdc++ -lm");
    }
    if (full_.empty()) full_ = output + ".full";
    return Done(column, problem, {output});
  }

  // The first program that was built, as a user would run it.
  Contender Persisting(const std::string& column) const {
    const std::string state = base_ + ".state.db";
    for (const char* suffix : {"", "-wal", "-shm"}) unlink((state + suffix).c_str());
    Contender made = Done(column, "", {full_, "-"});
    made.command.env = {{"PERDURE_STATE", state}};
    return made;
  }

  Contender Engine(const std::string& column, const std::string& command) const {
    return Done(column, "", OnPathArgv(command + " " + wasm_));
  }

  const std::string& loops() const { return loops_; }

 private:
  static Contender Done(const std::string& column, const std::string& problem,
                        std::vector<std::string> argv) {
    Contender made{column, {}, problem};
    if (problem.empty()) made.command.argv = std::move(argv);
    made.command.timeout = std::chrono::hours(1);
    return made;
  }

  const Workload& workload_;
  const Tools& tools_;
  std::string loops_, source_, base_, wasm_, flags_, full_;
  int count_ = 0;
};

}  // namespace

std::vector<Contender> BuildContenders(const Workload& workload, const Tools& tools) {
  Maker maker(workload, tools);
  if (std::string problem = maker.MakeWasm(); !problem.empty()) return {{"", {}, problem}};
  std::vector<Contender> made = {maker.Native("native clang", "clang-19", "clang++-19")};
  if (tools.tricks) {
    made.push_back(maker.Engineless("all tricks", "", "clang-19"));
    for (std::istringstream names(tools.without);
         std::getline(names, made.emplace_back().column, ',');) {
      const std::string name = made.back().column;
      made.back() = maker.Engineless("without " + name, name, "clang-19");
    }
    made.back() = maker.Engineless("no tricks", "all", "clang-19");
    return made;
  }
  made.push_back(maker.Engineless("perdure", "", "clang-19"));
  made.push_back(maker.Persisting("perdure, persisting"));
  if (OnPath("gcc")) {
    made.push_back(maker.Engineless("perdure --cc=gcc", "", "gcc"));
    made.push_back(maker.Native("native gcc", "gcc", "g++"));
  }
  made.push_back(maker.Engineless("plain wasm2c", "all", "clang-19"));
  if (OnPath("node")) {
    made.push_back(maker.Engine("V8 (node)", "node --no-liftoff " + maker.loops() + "in_node.mjs"));
  }
  const std::string python = tools.work + "/venv/bin/python";
  if (access(python.c_str(), X_OK) == 0) {
    made.push_back(maker.Engine("wasmtime", python + " " + maker.loops() + "in_wasmtime.py"));
  }
  return made;
}

Race::Race(const Contender& contender)
    : process_(std::make_unique<test::Process>(contender.command)),
      line_(contender.command.argv.back() == "-" ? "run\n" : "\n") {}

double Race::CpuSeconds() const {
  clockid_t clock = {};
  timespec now = {};
  if (clock_getcpuclockid(process_->pid(), &clock) != 0 || clock_gettime(clock, &now) != 0) {
    return -1;
  }
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double Race::Ask() {
  const double before = CpuSeconds();
  if (before < 0 || !process_->Write(line_)) return -1;
  const std::optional<std::string> answer = process_->ReadLine(std::chrono::minutes(2));
  const double after = CpuSeconds();
  if (!answer || after < 0) return -1;
  answer_ = *answer;
  return after - before;
}

}  // namespace perdure::bench
