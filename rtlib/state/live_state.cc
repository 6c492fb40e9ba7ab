#include "rtlib/state/live_state.h"

#include <cstring>

#include "rtlib/abi/memory.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

std::string Label(std::string_view kind, const char* name, uint32_t index) {
  return name != nullptr && *name != '\0' ? StrCat(kind, " '", name, "'")
                                          : StrCat(kind, " ", index);
}

Status CaptureTable(const perdure_table& table, void* instance, const FunctionRefs& functions,
                    std::vector<uint32_t>* captured) {
  const TableElements elements = ElementsOf(table, instance);
  captured->resize(elements.size);
  const uint8_t* element = static_cast<const uint8_t*>(elements.data);
  for (uint32_t& function : *captured) {
    PortableValue value;
    PERDURE_TRY(CaptureValue(table.type, element, functions, &value));
    function = value.reference();
    element += elements.element_bytes;
  }
  return OkStatus();
}

bool ResizeTableTo(const perdure_table& table, void* instance, uint32_t size) {
  if (table.type == PERDURE_FUNCREF) {
    return abi::ResizeTable(FieldAt<wasm_rt_funcref_table_t>(instance, table.offset), size);
  }
  return abi::ResizeTable(FieldAt<wasm_rt_externref_table_t>(instance, table.offset), size);
}

// Table `index` becomes `wanted`.
Status ApplyTable(const perdure_program& program, uint32_t index,
                  const std::vector<uint32_t>& wanted, void* instance,
                  const FunctionRefs& functions) {
  const perdure_table& table = program.tables[index];
  if (!table.is_mutable) {
    std::vector<uint32_t> present;
    PERDURE_TRY(CaptureTable(table, instance, functions, &present));
    if (present == wanted) return OkStatus();
    return Status(StatusCode::kCorrupt, StrCat(TableLabel(program, index),
                                               " is not as the program defines it, and nothing "
                                               "could have changed it"));
  }
  if (!ResizeTableTo(table, instance, static_cast<uint32_t>(wanted.size()))) {
    return Status(
        StatusCode::kResourceExhausted,
        StrCat("no memory for ", wanted.size(), " elements of ", TableLabel(program, index)));
  }
  const TableElements elements = ElementsOf(table, instance);
  uint8_t* element = static_cast<uint8_t*>(elements.data);
  for (const uint32_t function : wanted) {
    ApplyValue(table.type, PortableValue::Reference(function), functions, element);
    element += elements.element_bytes;
  }
  return OkStatus();
}

}  // namespace

TableElements ElementsOf(const perdure_table& table, void* instance) {
  if (table.type == PERDURE_FUNCREF) {
    const auto* live = FieldAt<wasm_rt_funcref_table_t>(instance, table.offset);
    return {live->data, live->size, sizeof(*live->data)};
  }
  const auto* live = FieldAt<wasm_rt_externref_table_t>(instance, table.offset);
  return {live->data, live->size, sizeof(*live->data)};
}

Status CaptureValue(uint8_t type, const void* native, const FunctionRefs& functions,
                    PortableValue* value) {
  *value = {};
  if (type == PERDURE_FUNCREF) {
    wasm_rt_funcref_t ref;
    std::memcpy(&ref, native, sizeof(ref));
    uint32_t index;
    if (!functions.IndexOf(ref, &index)) {
      return Status(StatusCode::kInvalidArgument, "a function of another instance");
    }
    *value = PortableValue::Reference(index);
  } else if (type == PERDURE_EXTERNREF) {
    wasm_rt_externref_t ref;
    std::memcpy(&ref, native, sizeof(ref));
    uint32_t name = kNullRef;
    if (ref != nullptr && !perdure_reference_name(ref, &name)) {
      return Status(StatusCode::kInvalidArgument, "a reference to a host object");
    }
    *value = PortableValue::Reference(name);
  } else {
    std::memcpy(value->bytes.data(), native, NativeBytes(type));
  }
  return OkStatus();
}

void ApplyValue(uint8_t type, const PortableValue& value, const FunctionRefs& functions,
                void* native) {
  if (type == PERDURE_FUNCREF) {
    const wasm_rt_funcref_t ref = functions.RefOf(value.reference());
    std::memcpy(native, &ref, sizeof(ref));
  } else if (type == PERDURE_EXTERNREF) {
    const uint32_t name = value.reference();
    const wasm_rt_externref_t ref = name == kNullRef ? nullptr : perdure_named_reference(name);
    std::memcpy(native, &ref, sizeof(ref));
  } else {
    std::memcpy(native, value.bytes.data(), NativeBytes(type));
  }
}

std::string GlobalLabel(const perdure_program& program, uint32_t index) {
  return Label("global", program.globals[index].name, index);
}

std::string TableLabel(const perdure_program& program, uint32_t index) {
  return Label("table", program.tables[index].name, index);
}

Result<SmallState> CaptureSmallState(const perdure_program& program, void* instance,
                                     const perdure_host& host, const FunctionRefs& functions) {
  SmallState state(program);
  const auto holds = [](std::string label, const Status& reason) {
    return Status(reason.code(), StrCat(label, " holds ", reason.message()));
  };
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    state.memory_pages[i] = FieldAt<wasm_rt_memory_t>(instance, program.memories[i].offset)->pages;
  }
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const perdure_global& global = program.globals[i];
    if (!global.is_mutable) continue;
    Status captured = CaptureValue(global.type, FieldAt<uint8_t>(instance, global.offset),
                                   functions, &state.globals[i]);
    if (!captured.ok()) return holds(GlobalLabel(program, i), captured);
  }
  for (uint32_t i = 0; i < program.table_count; ++i) {
    Status captured = CaptureTable(program.tables[i], instance, functions, &state.tables[i]);
    if (!captured.ok()) return holds(TableLabel(program, i), captured);
  }
  for (uint32_t i = 0; i < program.segment_count; ++i) {
    state.dropped[i] = program.segments[i].is_dropped(instance) != 0 ? 1 : 0;
  }
  state.host_table = host.table;
  return state;
}

Status ApplySmallState(const SmallState& state, const perdure_program& program, void* instance,
                       perdure_host* host, const FunctionRefs& functions) {
  for (uint32_t i = 0; i < program.global_count; ++i) {
    const perdure_global& global = program.globals[i];
    if (!global.is_mutable) continue;
    ApplyValue(global.type, state.globals[i], functions, FieldAt<uint8_t>(instance, global.offset));
  }
  for (uint32_t i = 0; i < program.table_count; ++i) {
    PERDURE_TRY(ApplyTable(program, i, state.tables[i], instance, functions));
  }
  for (uint32_t i = 0; i < program.segment_count; ++i) {
    program.segments[i].set_dropped(instance, state.dropped[i]);
  }
  host->table = state.host_table;
  return OkStatus();
}

}  // namespace perdure
