/* Debian's wasi-libc has no setjmp. Lua includes the header and, as lua.c configures it, does not
 * use it. */
#pragma once
