// An open file that several owners share: a descriptor and a count, closed with its last owner.
#ifndef SLUICE_REACTOR_BASE_SHARED_FILE_H_
#define SLUICE_REACTOR_BASE_SHARED_FILE_H_

#include <cstdint>

namespace sluice {

// One owner's share; one word. Copies may live in different threads. Nobody moves the file's
// position: who reads, reads at an offset.
class SharedFile {
 public:
  SharedFile() = default;
  // Takes over a descriptor that is open for reading.
  static SharedFile Adopt(int fd);
  SharedFile(const SharedFile& other);
  SharedFile(SharedFile&& other) noexcept : shared_(other.shared_) { other.shared_ = nullptr; }
  SharedFile& operator=(SharedFile other) noexcept;
  ~SharedFile();

  explicit operator bool() const { return shared_ != nullptr; }
  // Owned by this; -1 without a file.
  int fd() const;
  // How many share it now; 0 without a file. Exact where all of them are of this thread.
  uint32_t owners() const;

 private:
  struct Shared;
  Shared* shared_ = nullptr;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_BASE_SHARED_FILE_H_
