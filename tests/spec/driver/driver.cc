// The spec driver: instances of the modules of one .wast file under remote control. It judges
// nothing. Linked with the modules and a table of them (spec_programs) for each file.
//
// One command a line on standard input, one answer a line on standard output:
//
//     open SLOT PROGRAM STATE     opened | trapped WHY | failed WHY     new, or restored from STATE
//     invoke SLOT NAME ARG...     returned RESULT... | trapped WHY | exited STATUS | failed WHY
//     get SLOT NAME               returned VALUE | failed WHY
//     close SLOT                  closed
//     discard                     discarded        all instances; those to come lie elsewhere
//
// NAMEs are hex, values as values.h says. WHY is the rest of the line.
#include <sys/mman.h>
#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "perdure/sqlite.h"
#include "tests/spec/driver/wire.h"

extern "C" const perdure_program* const spec_programs[];

// The runtime's only over-aligned allocations are instances. What one has left stays taken, so that
// none is ever where another was; the process does not live long enough to mind.
void* operator new(size_t bytes, std::align_val_t align, const std::nothrow_t&) noexcept {
  const size_t unit = static_cast<size_t>(align);
  return std::aligned_alloc(unit, (bytes + unit - 1) / unit * unit);
}
void operator delete(void*, std::align_val_t) noexcept {}

namespace perdure::spec {
namespace {

// The struct of the newest instantiation: the runtime hands it to nobody else.
const perdure_program* g_original = nullptr;
void* g_newest = nullptr;

void RecordingInstantiate(void* instance, perdure_host* host) {
  g_newest = instance;
  g_original->instantiate(instance, host);
}

struct Slot {
  perdure_program program = {};
  std::unique_ptr<Instance> instance;
  void* raw = nullptr;
  // Where it was before it was discarded.
  void* raw_before = nullptr;
  std::vector<void*> memories_before;

  std::vector<void*> Memories() const {
    std::vector<void*> bases;
    for (uint32_t i = 0; i < program.memory_count; ++i) {
      bases.push_back(Field<wasm_rt_memory_t>(raw, program.memories[i].offset)->data);
    }
    return bases;
  }
};

class Driver {
 public:
  std::string Execute(const std::string& line);

 private:
  std::string Open(Slot* slot, size_t program, const std::string& state);
  std::string Invoke(Slot* slot, const std::string& name, const std::vector<std::string>& words);
  std::string Get(const Slot& slot, const std::string& name);
  void Discard();

  std::map<size_t, Slot> slots_;
};

std::string Driver::Open(Slot* slot, size_t program, const std::string& state) {
  g_original = spec_programs[program];
  slot->program = *g_original;
  slot->program.instantiate = RecordingInstantiate;
  Options options;
  options.state_path = state;
  options.durability = Durability::kOff;
  auto opened = Instance::Open(slot->program, options, OpenSqliteStore);
  if (!opened.ok()) {
    const bool trapped = opened.status().code() == StatusCode::kFailedPrecondition;
    return std::string(trapped ? "trapped " : "failed ") + std::string(opened.status().message());
  }
  slot->instance = std::move(*opened);
  slot->raw = g_newest;
  if (slot->raw == slot->raw_before) return "failed the new instance is where the old one was";
  const std::vector<void*> memories = slot->Memories();
  for (size_t i = 0; i < slot->memories_before.size(); ++i) {
    if (memories[i] == slot->memories_before[i]) return "failed a memory is where it was before";
  }
  return "opened";
}

const perdure_export* FindExport(const perdure_program& program, const std::string& name,
                                 uint8_t kind) {
  for (uint32_t i = 0; i < program.export_count; ++i) {
    const perdure_export& item = program.exports[i];
    if (item.kind == kind && name == item.name) return &item;
  }
  return nullptr;
}

std::string Driver::Invoke(Slot* slot, const std::string& name,
                           const std::vector<std::string>& words) {
  const perdure_program& program = slot->program;
  const perdure_export* item = FindExport(program, name, PERDURE_FUNC);
  if (item == nullptr) return "failed there is no such exported function";
  const perdure_type& type = program.types[program.functions[item->index].type];
  if (words.size() != type.param_count) return "failed another number of arguments";
  std::vector<perdure_value> args(words.size()), results(type.result_count);
  for (size_t i = 0; i < words.size(); ++i) {
    if (!FromWire(type.params[i], words[i], &args[i])) return "failed argument of another type";
  }
  auto outcome = slot->instance->Call(static_cast<uint32_t>(item - program.exports), args, results);
  if (!outcome.ok()) return "failed " + std::string(outcome.status().message());
  switch (outcome->kind) {
    case Outcome::Kind::kTrapped:
      return "trapped " + outcome->message;
    case Outcome::Kind::kExited:
      return "exited " + std::to_string(outcome->exit_status);
    case Outcome::Kind::kStopped:
      return "failed stopped by signal " + std::to_string(outcome->stop_signal);
    case Outcome::Kind::kReturned:
      break;
  }
  std::string answer = "returned";
  for (uint32_t i = 0; i < type.result_count; ++i) {
    answer += " " + ToWire(program, type.results[i], results[i]);
  }
  return answer;
}

std::string Driver::Get(const Slot& slot, const std::string& name) {
  const perdure_export* item = FindExport(slot.program, name, PERDURE_GLOBAL);
  if (item == nullptr) return "failed there is no such exported global";
  const perdure_global& global = slot.program.globals[item->index];
  perdure_value value = {};
  std::memcpy(&value, Field<char>(slot.raw, global.offset), NativeBytes(global.type));
  return "returned " + ToWire(slot.program, global.type, value);
}

// A page stays where each memory began, so that the next one begins elsewhere; instances never come
// back to an address (below).
void Driver::Discard() {
  for (auto& [number, slot] : slots_) {
    if (slot.instance == nullptr) continue;
    slot.raw_before = slot.raw;
    slot.memories_before = slot.Memories();
    slot.instance.reset();
    for (void* base : slot.memories_before) {
      mmap(base, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    }
  }
}

std::string Driver::Execute(const std::string& line) {
  std::istringstream stream(line);
  std::string verb, name;
  size_t number = 0;
  stream >> verb;
  if (verb == "discard") {
    Discard();
    return "discarded";
  }
  stream >> number;
  Slot& slot = slots_[number];
  if (verb == "open") {
    size_t program = 0;
    stream >> program >> name;
    return Open(&slot, program, name);
  }
  if (slot.instance == nullptr) return "failed there is no such instance";
  if (verb == "close") {
    slots_.erase(number);
    return "closed";
  }
  stream >> name;
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  // An empty name is no word.
  const std::string field = name == "-" ? "" : FromHex(name);
  if (verb == "invoke") return Invoke(&slot, field, words);
  if (verb == "get") return Get(slot, field);
  return "failed unknown command";
}

int Main() {
  // Three descriptors an instance.
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  Driver driver;
  std::string line;
  while (std::getline(std::cin, line)) std::cout << driver.Execute(line) << std::endl;
  return 0;
}

}  // namespace
}  // namespace perdure::spec

int main() { return perdure::spec::Main(); }
