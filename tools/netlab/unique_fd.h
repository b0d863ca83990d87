// Owns one file descriptor and closes it.
#ifndef SLUICE_TOOLS_NETLAB_UNIQUE_FD_H_
#define SLUICE_TOOLS_NETLAB_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace sluice::netlab {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { Reset(); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Reset() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_UNIQUE_FD_H_
