#include "reactor/base/shared_file.h"

#include <unistd.h>

#include <atomic>
#include <utility>

#include "reactor/base/check.h"

namespace sluice {

struct SharedFile::Shared {
  int fd;
  std::atomic<uint32_t> owners{1};
};

SharedFile SharedFile::Adopt(int fd) {
  SLUICE_CHECK(fd >= 0, "a shared file needs a descriptor");
  SharedFile file;
  file.shared_ = new Shared{fd};
  return file;
}

SharedFile::SharedFile(const SharedFile& other) : shared_(other.shared_) {
  if (shared_ != nullptr) shared_->owners.fetch_add(1, std::memory_order_relaxed);
}

SharedFile& SharedFile::operator=(SharedFile other) noexcept {
  std::swap(shared_, other.shared_);
  return *this;
}

SharedFile::~SharedFile() {
  if (shared_ == nullptr || shared_->owners.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  close(shared_->fd);
  delete shared_;
}

int SharedFile::fd() const {
  return shared_ == nullptr ? -1 : shared_->fd;
}

uint32_t SharedFile::owners() const {
  return shared_ == nullptr ? 0 : shared_->owners.load(std::memory_order_relaxed);
}

}  // namespace sluice
