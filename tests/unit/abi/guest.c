#include "tests/unit/abi/guest.h"

#include <alloca.h>

#define TRAP(x) (wasm_rt_trap(WASM_RT_TRAP_##x), 0)
#define FORCE_READ(var) __asm__("" ::"r"(var));

/* Type hashes: 32 bytes each. */
static const char* const type_i_i = "0123456789abcdef0123456789abcdef";
static const char* const type_v_v = "fedcba9876543210fedcba9876543210";

const char guest_tag_a = 0;
const char guest_tag_b = 0;

void guest_instantiate(w2c_guest* instance) {
  wasm_rt_allocate_funcref_table(&instance->table, 2, 5);
  wasm_rt_allocate_memory(&instance->memory, 1, 3, 0);
  instance->table.data[0] =
      (wasm_rt_funcref_t){type_i_i, (wasm_rt_function_ptr_t)guest_increment, {NULL}, instance};
}

void guest_free(w2c_guest* instance) {
  wasm_rt_free_funcref_table(&instance->table);
  wasm_rt_free_memory(&instance->memory);
}

uint32_t guest_load(w2c_guest* instance, uint32_t address, uint32_t offset) {
  uint32_t result;
  wasm_rt_memcpy(&result, &instance->memory.data[(uint64_t)address + offset], sizeof result);
  FORCE_READ(result)
  return result;
}

void guest_store(w2c_guest* instance, uint32_t address, uint32_t offset, uint32_t value) {
  wasm_rt_memcpy(&instance->memory.data[(uint64_t)address + offset], &value, sizeof value);
}

void guest_fill(w2c_guest* instance, uint32_t address, uint32_t value, uint32_t length) {
  if (UNLIKELY(address + (uint64_t)length > instance->memory.size)) TRAP(OOB);
  memset(&instance->memory.data[address], (int)value, length);
}

uint32_t guest_grow(w2c_guest* instance, uint32_t pages) {
  return (uint32_t)wasm_rt_grow_memory(&instance->memory, pages);
}

uint32_t guest_divide(uint32_t a, uint32_t b) {
  if (UNLIKELY(b == 0)) TRAP(DIV_BY_ZERO);
  if (UNLIKELY(a == 0x80000000u && b == 0xffffffffu)) TRAP(INT_OVERFLOW);
  return (uint32_t)((int32_t)a / (int32_t)b);
}

uint32_t guest_truncate(double value) {
  if (UNLIKELY(value != value)) TRAP(INVALID_CONVERSION);
  if (UNLIKELY(!(value > -2147483649.0 && value < 2147483648.0))) TRAP(INT_OVERFLOW);
  return (uint32_t)(int32_t)value;
}

uint32_t guest_increment(w2c_guest* instance, uint32_t value) {
  (void)instance;
  return value + 1;
}

uint32_t guest_call_indirect(w2c_guest* instance, uint32_t element, uint32_t value) {
  perdure_check_call_indirect(&instance->table, element, type_i_i);
  typedef uint32_t (*type)(void*, uint32_t);
  return ((type)instance->table.data[element].func)(instance->table.data[element].module_instance,
                                                    value);
}

void guest_call_indirect_void(w2c_guest* instance, uint32_t element) {
  perdure_check_call_indirect(&instance->table, element, type_v_v);
}

void guest_unreachable(void) { TRAP(UNREACHABLE); }

__attribute__((noinline)) uint32_t guest_recurse(w2c_guest* instance, uint32_t depth,
                                                 void (*then)(w2c_guest*)) {
  volatile uint32_t mine = depth;
  if (depth == 0) {
    if (then != NULL) then(instance);
    return 0;
  }
  const uint32_t below = guest_recurse(instance, depth - 1, then);
  return below + (mine == depth ? 1 : 1000000);
}

__attribute__((noinline)) uint32_t guest_recurse_to(w2c_guest* instance, const uint8_t* address,
                                                    void (*then)(w2c_guest*)) {
  volatile uint32_t mine = 1;
  if ((uintptr_t)__builtin_frame_address(0) <= (uintptr_t)address) {
    then(instance);
    return 0;
  }
  return guest_recurse_to(instance, address, then) + mine;
}

__attribute__((noinline)) uint32_t guest_recurse_forever(w2c_guest* instance, uint32_t n) {
  volatile uint32_t mine = n;
  if (n == 0xffffffffu) return 0;
  return guest_recurse_forever(instance, (n + 1) & 0xffff) + mine;
}

void guest_throw(w2c_guest* instance, const char* tag, uint32_t value) {
  (void)instance;
  wasm_rt_load_exception(tag, sizeof value, &value);
  wasm_rt_throw();
}

static uint32_t throw_deep(w2c_guest* instance, const char* tag, uint32_t depth, uint32_t value) {
  volatile uint32_t mine = depth;
  if (depth == 0) guest_throw(instance, tag, value);
  return throw_deep(instance, tag, depth - 1, value) + mine;
}

uint32_t guest_catch_a(w2c_guest* instance, const char* tag, uint32_t depth, uint32_t value) {
  uint32_t result;
  WASM_RT_UNWIND_TARGET* outer_target = wasm_rt_get_unwind_target();
  WASM_RT_UNWIND_TARGET unwind_target;
  if (!wasm_rt_try(unwind_target)) {
    wasm_rt_set_unwind_target(&unwind_target);
    result = throw_deep(instance, tag, depth, value);
    wasm_rt_set_unwind_target(outer_target);
  } else {
    wasm_rt_set_unwind_target(outer_target);
    if (wasm_rt_exception_tag() == &guest_tag_a) {
      wasm_rt_memcpy(&result, wasm_rt_exception(), sizeof result);
    } else {
      wasm_rt_throw();
    }
  }
  return result;
}

uint32_t guest_catch_nested(w2c_guest* instance, const char* tag, uint32_t depth, uint32_t value) {
  uint32_t result;
  WASM_RT_UNWIND_TARGET* outer_target = wasm_rt_get_unwind_target();
  WASM_RT_UNWIND_TARGET unwind_target;
  if (!wasm_rt_try(unwind_target)) {
    wasm_rt_set_unwind_target(&unwind_target);
    result = guest_catch_a(instance, tag, depth, value);
    wasm_rt_set_unwind_target(outer_target);
  } else {
    wasm_rt_set_unwind_target(outer_target);
    result = 1000;
  }
  return result;
}

uint32_t guest_rethrow(w2c_guest* instance, uint32_t value) {
  uint32_t result = 0;
  WASM_RT_UNWIND_TARGET* outer_target = wasm_rt_get_unwind_target();
  WASM_RT_UNWIND_TARGET unwind_target;
  if (!wasm_rt_try(unwind_target)) {
    wasm_rt_set_unwind_target(&unwind_target);
    WASM_RT_UNWIND_TARGET inner_target;
    if (!wasm_rt_try(inner_target)) {
      wasm_rt_set_unwind_target(&inner_target);
      guest_throw(instance, &guest_tag_a, value);
    } else {
      wasm_rt_set_unwind_target(&unwind_target);
      const wasm_rt_tag_t tag = wasm_rt_exception_tag();
      const uint32_t size = wasm_rt_exception_size();
      void* values = alloca(size);
      wasm_rt_memcpy(values, wasm_rt_exception(), size);
      wasm_rt_load_exception(tag, size, values);
      wasm_rt_throw();
    }
  } else {
    wasm_rt_set_unwind_target(outer_target);
    wasm_rt_memcpy(&result, wasm_rt_exception(), sizeof result);
    result += 1;
  }
  return result;
}

void guest_trap_in_try(w2c_guest* instance) {
  WASM_RT_UNWIND_TARGET outer;
  if (!wasm_rt_try(outer)) {
    wasm_rt_set_unwind_target(&outer);
    WASM_RT_UNWIND_TARGET inner;
    if (!wasm_rt_try(inner)) {
      wasm_rt_set_unwind_target(&inner);
      guest_load(instance, 0xfffffff0u, 0);
    }
  }
}
