#include "tests/support/temp_dir.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace perdure::test {
namespace {

constexpr uint64_t kRoomBytes = uint64_t{256} << 20;

bool HasRoom(const char* path) {
  struct statvfs stats;
  return access(path, W_OK) == 0 && statvfs(path, &stats) == 0 &&
         uint64_t{stats.f_bavail} * stats.f_frsize >= kRoomBytes;
}

}  // namespace

TempDir::TempDir(Place place) {
  std::string root = std::filesystem::temp_directory_path().string();
  if (place == Place::kFast && HasRoom("/dev/shm")) root = "/dev/shm";
  path_ = root + "/perdure-test-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr || chmod(path_.c_str(), 0755) != 0) {
    std::perror(path_.c_str());
    std::abort();
  }
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

SmallDisk::SmallDisk(uint64_t bytes) {
  std::string options = "size=" + std::to_string(bytes) + ",mode=0755";
  mounted_ = mount("tmpfs", dir_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (mounted_) umount2(dir_.path().c_str(), MNT_DETACH);
}

}  // namespace perdure::test
