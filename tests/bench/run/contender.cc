#include "tests/bench/run/contender.h"

#include <time.h>
#include <unistd.h>

#include <sstream>

namespace perdure::bench {
namespace {

constexpr const char* kGuestC = "clang-19 --target=wasm32-wasi -O3 -ffp-contract=off -w";
constexpr const char* kGuestCpp =
    "clang++-19 --target=wasm32-wasi -stdlib=libc++ -fno-exceptions -O3 -ffp-contract=off -w";

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
    if (workload_.IsGo()) {
      return Shell("go build -C " + source_ + " -buildmode=c-shared -o " + wasm_ + " .",
                   GoEnvironment({{"GOOS", "wasip1"}, {"GOARCH", "wasm"}}));
    }
    return Shell(GuestCompiler() + " -mexec-model=reactor " + source_ + " -o " + wasm_);
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

  Contender NativeGo(const std::string& column) const {
    const std::string output = base_ + ".go";
    return Done(column, Shell("go build -C " + source_ + " -o " + output + " .", GoEnvironment({})),
                {output});
  }

  // The generated code without the engine, which is in the program and does not begin.
  Contender Engineless(const std::string& column, const std::string& without,
                       const std::string& cc) {
    const std::string output = base_ + ".program" + std::to_string(++count_);
    const std::string loop = base_ + ".engineless.o";
    std::string problem = Shell("clang-19 -O2 -c " + loops_ + "engineless.c -isystem " +
                                tools_.libraries + "/../include -o " + loop);
    if (problem.empty()) {
      problem = Shell(tools_.perdure + " build -q " + wasm_ + " --cc=" + cc + " --host=" + loop +
                          " -o " + output,
                      {{"PERDURE_WITHOUT", without}});
    }
    if (program_.empty()) program_ = output;
    Contender made = Done(column, problem, {output});
    made.command.env = {{"PERDURE_BENCH_ENGINELESS", "1"}};
    return made;
  }

  // The first of these programs, or one that is built now, as a user would run it.
  Contender Persisting(const std::string& column) {
    std::string problem;
    if (program_.empty()) {
      program_ = base_ + ".program";
      problem = Shell(tools_.perdure + " build -q " + wasm_ + " --cc=clang-19 -o " + program_);
    }
    return OnState(Done(column, problem, {program_, "-"}), base_ + ".state.db");
  }

  // The workload as a command: it reads its lines itself, and its calls are captured when it does.
  Contender Captured(const std::string& column, const std::string& flags) {
    const std::string output = base_ + ".command" + flags;
    std::string problem = MakeCommand();
    if (problem.empty()) {
      problem = Shell(tools_.perdure + " build -q " + command_ + " " + flags +
                      " --cc=clang-19 -o " + output);
    }
    return OnState(Done(column, problem, {output}), output + ".state.db");
  }

  Contender CompiledByWasmEdge(const std::string& column, const std::string& wasmedge) {
    const std::string output = base_ + ".wasmedge.so";
    std::string problem = MakeCommand();
    if (problem.empty()) problem = Shell(wasmedge + " compile " + command_ + " " + output);
    return Done(column, problem, {wasmedge, output});
  }

  Contender Engine(const std::string& column, const std::string& command) const {
    return Done(column, "", OnPathArgv(command + " " + wasm_));
  }

  // The same source with a main, as a command.
  std::string MakeCommand() {
    if (!command_.empty()) return "";
    const std::string loop = base_ + ".loop.o", wasm = base_ + ".command.wasm";
    std::string problem = Shell(std::string(kGuestC) + " -c " + loops_ + "native.c -o " + loop);
    if (problem.empty()) {
      problem = Shell(GuestCompiler() + " -DPERDURE_BENCH_COMMAND " + source_ + " " + loop +
                      " -o " + wasm);
    }
    if (problem.empty()) command_ = wasm;
    return problem;
  }

  const std::string& library() const { return wasm_; }
  const std::string& command() const { return command_; }
  const std::string& loops() const { return loops_; }

 private:
  std::string GuestCompiler() const {
    return std::string(workload_.IsCpp() ? kGuestCpp : kGuestC) + flags_ + " " +
           workload_.guest_flags + " -I" + tools_.repository +
           "/tests/bench/run/kernels/guest_include";
  }

  static std::map<std::string, std::string> GoEnvironment(std::map<std::string, std::string> more) {
    more.insert({{"CGO_ENABLED", "0"}, {"GOTOOLCHAIN", "local"}, {"GOFLAGS", "-trimpath"}});
    return more;
  }

  static Contender OnState(Contender made, const std::string& state) {
    made.command.env = {{"PERDURE_STATE", state}};
    return made;
  }

  static Contender Done(const std::string& column, const std::string& problem,
                        std::vector<std::string> argv) {
    Contender made{column, {}, problem};
    if (problem.empty()) made.command.argv = std::move(argv);
    made.command.timeout = std::chrono::hours(1);
    return made;
  }

  const Workload& workload_;
  const Tools& tools_;
  std::string loops_, source_, base_, wasm_, command_, flags_, program_;
  int count_ = 0;
};

std::vector<Contender> BuildTricks(Maker* maker, const Tools& tools) {
  std::vector<Contender> made = {maker->Engineless("all tricks", "", "clang-19")};
  std::istringstream names(tools.without);
  for (std::string name; std::getline(names, name, ',');) {
    made.push_back(maker->Engineless("without " + name, name, "clang-19"));
  }
  made.push_back(maker->Engineless("no tricks", "all", "clang-19"));
  return made;
}

}  // namespace

bool OnPath(const std::string& program) {
  std::istringstream path(getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    if (access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

Modules MakeModules(const Workload& workload, const Tools& tools) {
  Maker maker(workload, tools);
  Modules made;
  made.problem = maker.MakeWasm();
  if (made.problem.empty()) made.problem = maker.MakeCommand();
  made.library = maker.library();
  made.command = maker.command();
  return made;
}

std::vector<Contender> BuildContenders(const Workload& workload, const Tools& tools) {
  if (workload.IsGo() && (tools.tricks || !OnPath("go"))) return {};
  Maker maker(workload, tools);
  if (std::string problem = maker.MakeWasm(); !problem.empty()) return {{"", {}, problem}};
  std::vector<Contender> made;
  if (workload.IsGo()) {
    made.push_back(maker.NativeGo("native"));
  } else {
    made.push_back(maker.Native("native", "clang-19", "clang++-19"));
  }
  if (tools.tricks) {
    std::vector<Contender> others = BuildTricks(&maker, tools);
    made.insert(made.end(), others.begin(), others.end());
    return made;
  }
  if (!workload.IsGo()) made.push_back(maker.Engineless("perdure", "", "clang-19"));
  made.push_back(maker.Persisting("perdure, persisting"));
  if (workload.is_command_too) {
    made.push_back(maker.Captured("perdure, capture", "--no-preempt"));
    made.push_back(maker.Captured("perdure, capture + polls", ""));
  }
  if (!workload.IsGo()) {
    if (OnPath("gcc")) {
      made.push_back(maker.Engineless("perdure --cc=gcc", "", "gcc"));
      made.push_back(maker.Native("native gcc", "gcc", "g++"));
    }
    made.push_back(maker.Engineless("plain wasm2c", "all", "clang-19"));
  }
  if (OnPath("node")) {
    made.push_back(maker.Engine(
        "V8 (node)", "node --no-liftoff --no-warnings " + maker.loops() + "in_node.mjs"));
  }
  const std::string python = tools.work + "/venv/bin/python";
  if (access(python.c_str(), X_OK) == 0) {
    made.push_back(maker.Engine("wasmtime", python + " " + maker.loops() + "in_wasmtime.py"));
  }
  const std::string wasmedge = tools.work + "/wasmedge/wasmedge";
  if (!workload.IsGo() && access(wasmedge.c_str(), X_OK) == 0) {
    made.push_back(maker.CompiledByWasmEdge("WasmEdge", wasmedge));
  }
  return made;
}

Race::Race(const Contender& contender) : line_(contender.line) {
  const auto state = contender.command.env.find("PERDURE_STATE");
  if (state != contender.command.env.end()) {
    for (const char* suffix : {"", "-wal", "-shm"}) unlink((state->second + suffix).c_str());
  }
  process_ = std::make_unique<test::Process>(contender.command);
  if (line_.empty()) line_ = contender.command.argv.back() == "-" ? "run\n" : "\n";
}

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
