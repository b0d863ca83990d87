// Memory at the edge of what may be read: shows who looks outside the input.
#ifndef SLUICE_TESTS_CODECS_GUARDED_MEMORY_H_
#define SLUICE_TESTS_CODECS_GUARDED_MEMORY_H_

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

#include "reactor/base/check.h"
#include "tests/codecs/split_driver.h"

namespace sluice::codec_test {

enum class Edge { kStart, kEnd };

// Memory between two pages without any access; a stray read ends the test with SIGSEGV.
class GuardedMemory : public Placement {
 public:
  explicit GuardedMemory(Edge edge) : edge_(edge) {
    void* mapped =
        mmap(nullptr, kBytes + 2 * page_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    SLUICE_CHECK(mapped != MAP_FAILED, "the test needs memory");
    mapped_ = static_cast<char*>(mapped);
    SLUICE_CHECK(mprotect(memory(), kBytes, PROT_READ | PROT_WRITE) == 0, "its own memory");
  }
  ~GuardedMemory() override { munmap(mapped_, kBytes + 2 * page_bytes_); }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;

  std::string_view Place(std::string_view bytes) override {
    SLUICE_CHECK(bytes.size() <= kBytes, "the test's input fits");
    char* at = edge_ == Edge::kStart ? memory() : memory() + kBytes - bytes.size();
    bytes.copy(at, bytes.size());
    return {at, bytes.size()};
  }

 private:
  static constexpr size_t kBytes = size_t{1} << 18;  // a multiple of every page size in use

  char* memory() { return mapped_ + page_bytes_; }

  const size_t page_bytes_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const Edge edge_;
  char* mapped_ = nullptr;
};

}  // namespace sluice::codec_test

#endif  // SLUICE_TESTS_CODECS_GUARDED_MEMORY_H_
