// The hash of a file, taken piece by piece: did what arrived leave so?
#ifndef SLUICE_APPS_FILES_HASH_H_
#define SLUICE_APPS_FILES_HASH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocols/file_root.h"

namespace sluice::files {

// The numbers stand on the wire.
enum class HashKind : uint8_t {
  kXxh3 = 1,    // XXH3, 128 bits: finds accidents, at the speed of memory
  kSha256 = 2,  // finds forgeries, too, and every language has it; slower than a fast network
};

bool IsHashKind(uint8_t number);

// Movable, so that a disk's thread can take it further.
class FileHash {
 public:
  explicit FileHash(HashKind kind);
  ~FileHash();
  FileHash(FileHash&&) noexcept;
  FileHash& operator=(FileHash&&) noexcept;

  void Update(std::string_view bytes);
  // Reads `length` bytes of a file and adds them. kTooLarge where the file has fewer.
  FileError UpdateFrom(int fd, uint64_t offset, uint64_t length);
  // Of all so far, as it stands on the wire; more may follow. XXH3 in its canonical order, which is
  // what xxhsum prints.
  std::string Digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The number of hexadecimal digits is twice that of bytes.
std::string Hexadecimal(std::string_view bytes);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_HASH_H_
