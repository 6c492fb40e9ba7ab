// The state driver: one instance under remote control, so that tests can look at all of its state.
//
//     driver STATE [every:N] [history:N] [forget]       commands on standard input, one a line
//
// With "forget" the descriptor calls every global and table immutable, so that they do not persist:
// tests of the tests see the difference.
//
//     call NAME ARG...             delivers an event, prints how it ended
//     random SEED FROM TO          delivers the random events FROM..TO-1 of SEED, each followed by
//     a digest dump                         prints the whole state: memories (hashed), globals,
//     tables, segments digest                       prints a hash of what dump prints flush ends
//     the group of events close                        closes the instance kill SIGKILL, here info
//     prints the tracker in use and the newest event
//
// The state is read through the descriptor from the instance's own bytes, not through anything the
// runtime reports about itself: the descriptor's `instantiate` is wrapped to learn where the
// instance is.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "perdure/sqlite.h"
#include "rtlib/base/hash.h"
#include "rtlib/state/value_text.h"
#include "tests/support/random_call.h"
#include "tests/support/state_dump.h"

extern "C" const perdure_program perdure_app_program;

namespace perdure::test {
namespace {

void* g_instance = nullptr;  // of the newest instantiation

void RecordingInstantiate(void* instance, perdure_host* host) {
  g_instance = instance;
  perdure_app_program.instantiate(instance, host);
}

class Driver {
 public:
  explicit Driver(const Options& options) : program_(perdure_app_program), options_(options) {
    program_.instantiate = RecordingInstantiate;
  }

  void Forget() {
    globals_.assign(program_.globals, program_.globals + program_.global_count);
    tables_.assign(program_.tables, program_.tables + program_.table_count);
    for (perdure_global& global : globals_) global.is_mutable = 0;
    for (perdure_table& table : tables_) table.is_mutable = 0;
    program_.globals = globals_.data();
    program_.tables = tables_.data();
  }

  bool Open() {
    auto opened = Instance::Open(program_, options_, OpenSqliteStore);
    if (!opened.ok()) {
      std::cerr << "driver: " << opened.status().message() << std::endl;
      return false;
    }
    instance_ = std::move(*opened);
    return true;
  }

  bool Execute(const std::string& line);

 private:
  bool Call(const std::string& name, const std::vector<std::string>& words);
  bool Deliver(uint32_t export_index, const std::vector<perdure_value>& args);
  bool Random(uint64_t seed, uint64_t from, uint64_t to);
  bool Report(const Status& status) {
    if (!status.ok()) std::cerr << "driver: " << status.message() << std::endl;
    return status.ok();
  }
  std::string Dump() const { return DumpState(program_, g_instance); }

  perdure_program program_;
  std::vector<perdure_global> globals_;  // Forget()'s
  std::vector<perdure_table> tables_;
  Options options_;
  std::unique_ptr<Instance> instance_;
};

bool Driver::Deliver(uint32_t export_index, const std::vector<perdure_value>& args) {
  const perdure_export& entry = program_.exports[export_index];
  const perdure_type& type = program_.types[program_.functions[entry.index].type];
  std::vector<perdure_value> results(type.result_count);
  auto outcome = instance_->Call(export_index, args, results);
  if (!outcome.ok()) return Report(outcome.status());
  std::cout << entry.name;
  switch (outcome->kind) {
    case Outcome::Kind::kReturned:
      for (uint32_t i = 0; i < type.result_count; ++i) {
        uint32_t function = IndexOfFunction(program_, results[i].funcref);
        std::cout << (i == 0 ? " = " : ", ") << FormatValue(type.results[i], results[i], function);
      }
      break;
    case Outcome::Kind::kTrapped:
      std::cout << " trapped: " << outcome->message;
      break;
    case Outcome::Kind::kExited:
      std::cout << " exited: " << outcome->exit_status;
      break;
    case Outcome::Kind::kStopped:  // only runs are
      break;
  }
  std::cout << std::endl;
  return true;
}

bool Driver::Call(const std::string& name, const std::vector<std::string>& words) {
  for (uint32_t i = 0; i < program_.export_count; ++i) {
    if (program_.exports[i].kind != PERDURE_FUNC || name != program_.exports[i].name) continue;
    const perdure_type& type = program_.types[program_.functions[program_.exports[i].index].type];
    std::vector<perdure_value> args(words.size());
    for (size_t k = 0; k < words.size() && k < type.param_count; ++k) {
      uint32_t function = PERDURE_NO_INDEX;
      if (!Report(ParseValue(type.params[k], words[k], &args[k], &function))) return false;
      if (function == PERDURE_NO_INDEX) continue;
      auto funcref = instance_->FunctionRef(function);
      if (!funcref.ok()) return Report(funcref.status());
      args[k].funcref = *funcref;
    }
    return Deliver(i, args);
  }
  std::cerr << "driver: no function '" << name << "'" << std::endl;
  return false;
}

bool Driver::Random(uint64_t seed, uint64_t from, uint64_t to) {
  for (uint64_t number = from; number < to; ++number) {
    RandomCall call = MakeRandomCall(program_, *instance_, seed, number);
    if (!Deliver(call.export_index, call.args)) return false;
    std::cout << number << " " << Hash64(Dump()) << std::endl;
  }
  return true;
}

bool Driver::Execute(const std::string& line) {
  std::istringstream stream(line);
  std::string verb, word;
  stream >> verb;
  if (verb == "call") {
    std::string name;
    stream >> name;
    std::vector<std::string> words;
    while (stream >> word) words.push_back(word);
    return Call(name, words);
  }
  if (verb == "random") {
    uint64_t seed = 0, from = 0, to = 0;
    stream >> seed >> from >> to;
    return Random(seed, from, to);
  }
  if (verb == "dump") {
    std::cout << Dump() << std::flush;
  } else if (verb == "digest") {
    std::cout << "digest " << Hash64(Dump()) << std::endl;
  } else if (verb == "flush") {
    return Report(instance_->Flush());
  } else if (verb == "close") {
    return Report(instance_->Close());
  } else if (verb == "kill") {
    kill(getpid(), SIGKILL);
  } else if (verb == "info") {
    Info info = instance_->info();
    std::cout << info.tracker << " " << info.base_seq << " " << info.last_seq << std::endl;
  } else {
    std::cerr << "driver: unknown command '" << line << "'" << std::endl;
    return false;
  }
  return true;
}

int Main(int argc, char** argv) {
  Options options;
  bool forget = false;
  if (argc < 2) return 2;
  options.state_path = argv[1];
  for (int i = 2; i < argc; ++i) {
    std::string word = argv[i];
    if (word.starts_with("every:")) {
      options.commit = {CommitPolicy::Kind::kEvery, std::stoull(word.substr(6))};
    } else if (word.starts_with("history:")) {
      options.history_events = std::stoull(word.substr(8));
    } else if (word == "forget") {
      forget = true;
    } else {
      return 2;
    }
  }
  Driver driver(options);
  if (forget) driver.Forget();
  if (!driver.Open()) return 125;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (!driver.Execute(line)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace perdure::test

int main(int argc, char** argv) { return perdure::test::Main(argc, argv); }
