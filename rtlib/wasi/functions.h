// The functions of wasi_snapshot_preview1 that reactors get, under the C names wasm2c gives the
// imports:
// "_" is doubled in a module's name and kept in a field's. The first argument is declared by the
// generated code as struct w2c_wasi__snapshot__preview1*; it is the perdure_host.
//
// Results are wasi::Errno values. Everything a function reads from the outside (clock, random,
// stdin) is an input of the running event; everything it writes is an effect, released after the
// commit.
#pragma once

#include <cstdint>

#include "perdure/host.h"

#define PERDURE_WASI(field) w2c_wasi__snapshot__preview1_##field

extern "C" {

// environment.cc
uint32_t PERDURE_WASI(args_get)(perdure_host* host, uint32_t argv, uint32_t argv_buf);
uint32_t PERDURE_WASI(args_sizes_get)(perdure_host* host, uint32_t argc, uint32_t argv_buf_size);
uint32_t PERDURE_WASI(environ_get)(perdure_host* host, uint32_t environ, uint32_t environ_buf);
uint32_t PERDURE_WASI(environ_sizes_get)(perdure_host* host, uint32_t count, uint32_t buf_size);

// clock.cc
uint32_t PERDURE_WASI(clock_res_get)(perdure_host* host, uint32_t id, uint32_t resolution);
uint32_t PERDURE_WASI(clock_time_get)(perdure_host* host, uint32_t id, uint64_t precision,
                                      uint32_t time);

// stdio.cc
uint32_t PERDURE_WASI(fd_close)(perdure_host* host, uint32_t fd);
uint32_t PERDURE_WASI(fd_fdstat_get)(perdure_host* host, uint32_t fd, uint32_t stat);
uint32_t PERDURE_WASI(fd_fdstat_set_flags)(perdure_host* host, uint32_t fd, uint32_t flags);
uint32_t PERDURE_WASI(fd_prestat_get)(perdure_host* host, uint32_t fd, uint32_t prestat);
uint32_t PERDURE_WASI(fd_prestat_dir_name)(perdure_host* host, uint32_t fd, uint32_t path,
                                           uint32_t path_len);
uint32_t PERDURE_WASI(fd_read)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                               uint32_t nread);
uint32_t PERDURE_WASI(fd_seek)(perdure_host* host, uint32_t fd, uint64_t offset, uint32_t whence,
                               uint32_t new_offset);
uint32_t PERDURE_WASI(fd_write)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint32_t nwritten);

// process.cc
[[noreturn]] void PERDURE_WASI(proc_exit)(perdure_host* host, uint32_t status);
uint32_t PERDURE_WASI(random_get)(perdure_host* host, uint32_t buf, uint32_t buf_len);
uint32_t PERDURE_WASI(sched_yield)(perdure_host* host);

}  // extern "C"
