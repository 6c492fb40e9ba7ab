/* A reactor that uses files through a C library: what is open stays so from process to process. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT(name) __attribute__((export_name(#name))) int name

static FILE *book, *journal;
static DIR* directory;

/* The next line of /data/book as a number, -1 at its end; the file is opened by the first call. */
EXPORT(next_number)(void) {
  int number;
  if (book == NULL) book = fopen("/data/book", "r");
  if (book == NULL) return -errno;
  return fscanf(book, "%d", &number) == 1 ? number : -1;
}

/* The same without a buffer of the library's in between. */
EXPORT(next_byte)(void) {
  static int fd = -1;
  unsigned char byte;
  if (fd < 0) fd = open("/data/book", O_RDONLY);
  if (fd < 0) return -errno;
  ssize_t count = read(fd, &byte, 1);
  return count == 1 ? byte : count == 0 ? -1 : -errno;
}

EXPORT(append)(int number) {
  if (journal == NULL) journal = fopen("/data/journal", "a");
  if (journal == NULL) return -errno;
  fprintf(journal, "%d\n", number);
  return fflush(journal) == 0 ? 0 : -errno;
}

/* Prints the next entry of /data, 0 when there is none. */
EXPORT(next_entry)(void) {
  if (directory == NULL) directory = opendir("/data");
  if (directory == NULL) return -errno;
  struct dirent* entry = readdir(directory);
  if (entry == NULL) return 0;
  puts(entry->d_name);
  return 1;
}

/* Goes through what a C library does with files, and says at which step it went wrong. */
EXPORT(exercise)(void) {
  struct stat info;
  char text[16];
  int fd = open("/data/new", O_RDWR | O_CREAT | O_EXCL, 0666);
  if (fd < 0) return 1;
  if (open("/data/new", O_RDWR | O_CREAT | O_EXCL, 0666) >= 0 || errno != EEXIST) return 2;
  if (write(fd, "hello, world", 12) != 12 || lseek(fd, 7, SEEK_SET) != 7) return 3;
  if (read(fd, text, sizeof text) != 5 || memcmp(text, "world", 5) != 0) return 4;
  if (ftruncate(fd, 5) != 0 || fstat(fd, &info) != 0 || info.st_size != 5) return 5;
  if (fsync(fd) != 0 || close(fd) != 0 || close(fd) == 0 || errno != EBADF) return 6;
  if (mkdir("/data/dir", 0777) != 0 || rename("/data/new", "/data/dir/old") != 0) return 7;
  if (stat("/data/dir/old", &info) != 0 || !S_ISREG(info.st_mode)) return 8;
  if (symlink("old", "/data/dir/link") != 0) return 9;
  if (readlink("/data/dir/link", text, sizeof text) != 3) return 10;
  if (lstat("/data/dir/link", &info) != 0 || !S_ISLNK(info.st_mode)) return 11;
  if (link("/data/dir/old", "/data/dir/other") != 0) return 12;
  if (rmdir("/data/dir") == 0 || errno != ENOTEMPTY) return 13;
  if (unlink("/data/dir/old") != 0 || unlink("/data/dir/other") != 0) return 14;
  if (open("/data/dir/link", O_RDONLY) >= 0 || errno != ENOENT) return 15;
  if (unlink("/data/dir/link") != 0 || rmdir("/data/dir") != 0) return 16;
  return 0;
}

/* 0 if every way out of /data is closed, else its number. */
EXPORT(escape)(void) {
  static const char* const kWays[] = {"/data/../secret", "/data/link/secret", "/data/absolute",
                                      "/etc/passwd", "../secret"};
  for (int i = 0; i < 5; ++i) {
    if (open(kWays[i], O_RDONLY) >= 0) return i + 1;
  }
  return 0;
}

EXPORT(sleep_ms)(int ms) {
  struct timespec before, after, time = {ms / 1000, ms % 1000 * 1000000L};
  clock_gettime(CLOCK_MONOTONIC, &before);
  if (nanosleep(&time, NULL) != 0) return -errno;
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long passed = (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec;
  return passed >= ms * 1000000LL;
}

EXPORT(is_later)(void) {
  static struct timespec last;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int later =
      now.tv_sec > last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec >= last.tv_nsec);
  last = now;
  return later;
}

EXPORT(random_number)(void) {
  unsigned char bytes[4];
  if (getentropy(bytes, sizeof bytes) != 0) return -1;
  return (bytes[0] | bytes[1] << 8 | bytes[2] << 16) + 1;
}

/* What standard input has, as the first byte of it; -1 at its end. */
EXPORT(input_byte)(void) { return getchar(); }

/* 1: something is there to read; 0: nothing came within `ms`. */
EXPORT(wait_for_input)(int ms) {
  struct pollfd wanted = {0, POLLIN, 0};
  return poll(&wanted, 1, ms);
}

EXPORT(append_and_trap)(int number) {
  append(number);
  abort();
}
