#include "rtlib/engine/guest.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <span>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
namespace {

struct Instantiation {
  const perdure_program* program;
  void* instance;
  perdure_host* host;
};

struct Entry {
  const perdure_type* type;
  const perdure_function* function;
  void* self;
  const perdure_value* args;
  perdure_value* results;
};

// Both run on the guest stack and may be left by longjmp: no destructors here.
void EnterInstantiate(void* argument) {
  const auto* of = static_cast<const Instantiation*>(argument);
  of->program->instantiate(of->instance, of->host);
}

void EnterFunction(void* argument) {
  const auto* entry = static_cast<const Entry*>(argument);
  entry->type->call(entry->function->func, entry->self, entry->args, entry->results);
}

bool ImportsWasi(const perdure_program& program) {
  const std::span imports(program.imports, program.import_count);
  return std::any_of(imports.begin(), imports.end(), [](const perdure_import& import) {
    return std::strcmp(import.module, "wasi_snapshot_preview1") == 0;
  });
}

}  // namespace

Guest::Guest(const perdure_program& program, const Options& options, void* instance)
    : program_(program), instance_(instance), functions_(program, instance, &host_) {
  host_.program = &program;
  host_.instance = instance;
  host_.host_data = options.host_data;
  host_.wasi = options.wasi;
}

Guest::~Guest() {
  if (instantiated_) program_.free(instance_);
  ::operator delete(instance_, std::align_val_t(std::max<size_t>(program_.instance_align, 16)));
}

Result<std::unique_ptr<Guest>> Guest::Create(const perdure_program& program,
                                             const Options& options) {
  if (program.abi != PERDURE_PROGRAM_ABI) {
    return Status(StatusCode::kIncompatible,
                  StrCat("program '", program.name, "' was compiled for runtime interface ",
                         program.abi, ", this runtime has ", PERDURE_PROGRAM_ABI,
                         "; build it again with this version of perdure"));
  }
  void* instance =
      ::operator new(std::max<size_t>(program.instance_size, 1),
                     std::align_val_t(std::max<size_t>(program.instance_align, 16)), std::nothrow);
  if (instance == nullptr)
    return Status(StatusCode::kResourceExhausted, "no memory for an instance");
  std::unique_ptr<Guest> guest(new Guest(program, options, instance));
  if (ImportsWasi(program)) {
    PERDURE_ASSIGN_OR_RETURN(guest->host_table_, wasi::CreateHostTable(&guest->host_));
  }
  if (!abi::ReserveGuestStack()) {
    return Status(StatusCode::kResourceExhausted,
                  StrCat("no address space for the guest's call stack: ", std::strerror(errno)));
  }
  PERDURE_TRY(guest->Instantiate());
  return guest;
}

Status Guest::Reinstantiate() {
  program_.free(instance_);
  instantiated_ = false;
  host_.effects.clear();
  host_.queued_bytes = 0;
  host_.table.clear();
  stack_.clear();
  return Instantiate();
}

Status Guest::Instantiate() {
  std::memset(instance_, 0, program_.instance_size);
  Instantiation of = {&program_, instance_, &host_};
  const abi::GuestEnd end = abi::RunGuest(EnterInstantiate, &of);
  instantiated_ = true;  // a trap leaves the rest zeroed, which free() takes as not allocated
  if (end.kind != abi::GuestEnd::Kind::kReturned) {
    return Status(StatusCode::kFailedPrecondition,
                  StrCat("instantiating '", program_.name, "' trapped: ", end.message));
  }
  return OkStatus();
}

abi::GuestEnd Guest::Run(uint32_t function, const perdure_value* args, perdure_value* results,
                         abi::HandlerCheck check) {
  PERDURE_CHECK(function < program_.function_count, "no such function");
  const perdure_function& entered = program_.functions[function];
  const perdure_type& type = program_.types[entered.type];
  PERDURE_CHECK(type.call != nullptr, "function cannot be entered");
  void* self = entered.imported ? static_cast<void*>(&host_) : instance_;
  Entry entry = {&type, &entered, self, args, results};
  return abi::RunGuest(EnterFunction, &entry, check);
}

}  // namespace perdure
