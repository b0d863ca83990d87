// A directory of a test's own, gone with it.
#ifndef SLUICE_TESTS_HTTP_FILES_SCRATCH_H_
#define SLUICE_TESTS_HTTP_FILES_SCRATCH_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace sluice::test {

class Scratch {
 public:
  Scratch() {
    std::string name = testing::TempDir() + "sluice-files-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string path(std::string_view name = "") const { return path_ + "/" + std::string(name); }
  // Its directories are made, too.
  void Write(std::string_view name, std::string_view bytes) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void MakeDirectory(std::string_view name) const {
    std::filesystem::create_directories(path(name));
  }
  void Link(std::string_view name, const std::string& to) const {
    std::filesystem::create_symlink(to, path(name));
  }
  std::string Read(std::string_view name) const {
    std::ifstream file(path(name), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // In seconds since 1970.
  void SetModified(std::string_view name, int64_t time) const {
    const timespec times[2] = {{time, 0}, {time, 0}};
    EXPECT_EQ(utimensat(AT_FDCWD, path(name).c_str(), times, 0), 0);
  }
  size_t CountEntries(std::string_view name = "") const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path(name)), {}));
  }

 private:
  std::string path_;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_HTTP_FILES_SCRATCH_H_
