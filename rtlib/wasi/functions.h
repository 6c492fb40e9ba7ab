// The functions of wasi_snapshot_preview1, under the C names wasm2c gives the imports: "_" is
// doubled in a module's name and kept in a field's. The first argument is declared by the generated
// code as struct w2c_wasi__snapshot__preview1*; it is the perdure_host, which has a live table.
//
// Results are wasi::Errno values. A pointer outside of the memory is kFault, before anything is
// done. Everything a function reads from the outside (files, clock, input) is an input of the
// running event. What it writes to standard output and error is an effect, released after the
// commit; what it does to files happens at once (file_io.cc, path_changes.cc).
//
// A trap may unwind a host function wherever it asks for a view, or waits: objects with destructors
// live only in functions that do neither.
#pragma once

#include <cstdint>

#include "perdure/host.h"

#define PERDURE_WASI(field) w2c_wasi__snapshot__preview1_##field

extern "C" {

// environment.cc
uint32_t PERDURE_WASI(args_get)(perdure_host* host, uint32_t argv, uint32_t argv_buf);
uint32_t PERDURE_WASI(args_sizes_get)(perdure_host* host, uint32_t argc, uint32_t argv_buf_size);
uint32_t PERDURE_WASI(environ_get)(perdure_host* host, uint32_t variables, uint32_t environ_buf);
uint32_t PERDURE_WASI(environ_sizes_get)(perdure_host* host, uint32_t count, uint32_t buf_size);

// clock.cc
uint32_t PERDURE_WASI(clock_res_get)(perdure_host* host, uint32_t id, uint32_t resolution);
uint32_t PERDURE_WASI(clock_time_get)(perdure_host* host, uint32_t id, uint64_t precision,
                                      uint32_t time);

// descriptors.cc
uint32_t PERDURE_WASI(fd_close)(perdure_host* host, uint32_t fd);
uint32_t PERDURE_WASI(fd_prestat_dir_name)(perdure_host* host, uint32_t fd, uint32_t path,
                                           uint32_t path_len);
uint32_t PERDURE_WASI(fd_prestat_get)(perdure_host* host, uint32_t fd, uint32_t prestat);
uint32_t PERDURE_WASI(fd_renumber)(perdure_host* host, uint32_t fd, uint32_t to);
uint32_t PERDURE_WASI(fd_seek)(perdure_host* host, uint32_t fd, uint64_t offset, uint32_t whence,
                               uint32_t new_offset);
uint32_t PERDURE_WASI(fd_tell)(perdure_host* host, uint32_t fd, uint32_t offset);

// descriptor_attributes.cc
uint32_t PERDURE_WASI(fd_advise)(perdure_host* host, uint32_t fd, uint64_t offset, uint64_t length,
                                 uint32_t advice);
uint32_t PERDURE_WASI(fd_allocate)(perdure_host* host, uint32_t fd, uint64_t offset,
                                   uint64_t length);
uint32_t PERDURE_WASI(fd_datasync)(perdure_host* host, uint32_t fd);
uint32_t PERDURE_WASI(fd_fdstat_get)(perdure_host* host, uint32_t fd, uint32_t stat);
uint32_t PERDURE_WASI(fd_fdstat_set_flags)(perdure_host* host, uint32_t fd, uint32_t flags);
uint32_t PERDURE_WASI(fd_fdstat_set_rights)(perdure_host* host, uint32_t fd, uint64_t base,
                                            uint64_t inheriting);
uint32_t PERDURE_WASI(fd_filestat_get)(perdure_host* host, uint32_t fd, uint32_t stat);
uint32_t PERDURE_WASI(fd_filestat_set_size)(perdure_host* host, uint32_t fd, uint64_t size);
uint32_t PERDURE_WASI(fd_filestat_set_times)(perdure_host* host, uint32_t fd, uint64_t atim,
                                             uint64_t mtim, uint32_t flags);
uint32_t PERDURE_WASI(fd_sync)(perdure_host* host, uint32_t fd);

// file_io.cc
uint32_t PERDURE_WASI(fd_pread)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint64_t offset, uint32_t nread);
uint32_t PERDURE_WASI(fd_pwrite)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                 uint64_t offset, uint32_t nwritten);
uint32_t PERDURE_WASI(fd_read)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                               uint32_t nread);
uint32_t PERDURE_WASI(fd_write)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint32_t nwritten);

// readdir.cc
uint32_t PERDURE_WASI(fd_readdir)(perdure_host* host, uint32_t fd, uint32_t buf, uint32_t buf_len,
                                  uint64_t cookie, uint32_t buf_used);

}  // extern "C"

extern "C" {

// path_open.cc
uint32_t PERDURE_WASI(path_open)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                 uint32_t path, uint32_t path_len, uint32_t oflags,
                                 uint64_t rights_base, uint64_t rights_inheriting, uint32_t fdflags,
                                 uint32_t opened_fd);

// path_attributes.cc
uint32_t PERDURE_WASI(path_filestat_get)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                         uint32_t path, uint32_t path_len, uint32_t stat);
uint32_t PERDURE_WASI(path_filestat_set_times)(perdure_host* host, uint32_t fd,
                                               uint32_t lookup_flags, uint32_t path,
                                               uint32_t path_len, uint64_t atim, uint64_t mtim,
                                               uint32_t fst_flags);
uint32_t PERDURE_WASI(path_readlink)(perdure_host* host, uint32_t fd, uint32_t path,
                                     uint32_t path_len, uint32_t buf, uint32_t buf_len,
                                     uint32_t buf_used);

// path_changes.cc
uint32_t PERDURE_WASI(path_create_directory)(perdure_host* host, uint32_t fd, uint32_t path,
                                             uint32_t path_len);
uint32_t PERDURE_WASI(path_link)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                 uint32_t path, uint32_t path_len, uint32_t new_fd,
                                 uint32_t new_path, uint32_t new_path_len);
uint32_t PERDURE_WASI(path_remove_directory)(perdure_host* host, uint32_t fd, uint32_t path,
                                             uint32_t path_len);
uint32_t PERDURE_WASI(path_rename)(perdure_host* host, uint32_t fd, uint32_t path,
                                   uint32_t path_len, uint32_t new_fd, uint32_t new_path,
                                   uint32_t new_path_len);
uint32_t PERDURE_WASI(path_symlink)(perdure_host* host, uint32_t path, uint32_t path_len,
                                    uint32_t fd, uint32_t new_path, uint32_t new_path_len);
uint32_t PERDURE_WASI(path_unlink_file)(perdure_host* host, uint32_t fd, uint32_t path,
                                        uint32_t path_len);

// poll.cc
uint32_t PERDURE_WASI(poll_oneoff)(perdure_host* host, uint32_t in, uint32_t out,
                                   uint32_t subscription_count, uint32_t event_count);

// process.cc
[[noreturn]] void PERDURE_WASI(proc_exit)(perdure_host* host, uint32_t status);
uint32_t PERDURE_WASI(proc_raise)(perdure_host* host, uint32_t signal);
uint32_t PERDURE_WASI(sched_yield)(perdure_host* host);

// random.cc
uint32_t PERDURE_WASI(random_get)(perdure_host* host, uint32_t buf, uint32_t buf_len);

// sockets.cc
uint32_t PERDURE_WASI(sock_accept)(perdure_host* host, uint32_t fd, uint32_t flags,
                                   uint32_t opened_fd);
uint32_t PERDURE_WASI(sock_recv)(perdure_host* host, uint32_t fd, uint32_t data, uint32_t data_len,
                                 uint32_t flags, uint32_t length, uint32_t out_flags);
uint32_t PERDURE_WASI(sock_send)(perdure_host* host, uint32_t fd, uint32_t data, uint32_t data_len,
                                 uint32_t flags, uint32_t length);
uint32_t PERDURE_WASI(sock_shutdown)(perdure_host* host, uint32_t fd, uint32_t how);

}  // extern "C"
