// A module that needs two things from outside: what time it is, and a place to write a line. It
// keeps the times of its last entries in its own memory.
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(#module), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

IMPORT(clock, now_ms) uint64_t now_ms(void);
IMPORT(console, write_line) void write_line(const char* text, size_t length);
IMPORT(console, fill) size_t fill(char* buffer, size_t capacity);

enum { kEntries = 16 };
static uint64_t times_ms[kEntries];
static uint32_t count;

// Enters the present moment. Returns the milliseconds since the entry before, 0 for the first.
EXPORT(enter) uint64_t enter(void) {
  uint64_t now = now_ms();
  uint64_t before = count == 0 ? now : times_ms[(count - 1) % kEntries];
  times_ms[count++ % kEntries] = now;
  static const char kText[] = "entered";
  write_line(kText, sizeof kText - 1);
  return now - before;
}

EXPORT(entries) uint32_t entries(void) { return count; }

// Milliseconds since 1970 of the entry `back` entries ago; traps if it is not kept.
EXPORT(when) uint64_t when(uint32_t back) {
  if (back >= count || back >= kEntries) __builtin_trap();
  return times_ms[(count - 1 - back) % kEntries];
}

// Has the host write into our memory, and prints what it wrote. Returns the length.
EXPORT(greet) uint32_t greet(void) {
  static char buffer[64];
  size_t length = fill(buffer, sizeof buffer);
  write_line(buffer, length);
  return (uint32_t)length;
}

// Asks the host to read outside our memory: a trap, not a crash.
EXPORT(mislead) void mislead(void) { write_line((const char*)UINT32_MAX, 100); }
