// A directory that goes away with its owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace perdure::test {

class TempDir {
 public:
  // kFast: in memory if the machine offers that, for states. kExecutable: where programs may be run
  // and any user may look (mode 0755).
  enum class Place { kFast, kExecutable };
  explicit TempDir(Place place = Place::kFast);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// A tmpfs of its own, unmounted at the end. ok() is false where mounting is not allowed.
class SmallDisk {
 public:
  explicit SmallDisk(uint64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool ok() const { return mounted_; }
  std::string operator/(std::string_view name) const { return dir_ / name; }

 private:
  TempDir dir_;
  bool mounted_ = false;
};

}  // namespace perdure::test
