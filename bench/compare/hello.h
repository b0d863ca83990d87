// The HTTP exchange of the comparison: the same bytes for every server, so that one which does not
// look at a request can answer it.
#ifndef SLUICE_BENCH_COMPARE_HELLO_H_
#define SLUICE_BENCH_COMPARE_HELLO_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::compare {

inline constexpr std::string_view kHelloBody = "Hello, world\n";
inline constexpr std::string_view kHelloRequest = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
inline constexpr std::string_view kHelloAnswer =
    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
    "Content-Length: 13\r\n\r\nHello, world\n";

// Of the client: what it sends, and whether what comes back is right, whatever its Date.
class HelloTraffic {
 public:
  explicit HelloTraffic(size_t chunk_bytes_max) {
    while (requests_.size() < chunk_bytes_max + kHelloRequest.size()) requests_ += kHelloRequest;
  }

  const char* RequestsAt(uint64_t position) const {
    return &requests_[position % kHelloRequest.size()];
  }

  static bool IsAnswer(uint64_t position, const char* data, size_t size) {
    constexpr std::string_view kDate = "Thu, 01 Jan 1970 00:00:00 GMT";
    constexpr size_t kDateAt = kHelloAnswer.find(kDate);
    for (size_t i = 0; i < size; ++i) {
      const size_t at = (position + i) % kHelloAnswer.size();
      const bool date = at >= kDateAt && at < kDateAt + kDate.size();
      if (!date && data[i] != kHelloAnswer[at]) return false;
    }
    return true;
  }

 private:
  std::string requests_;
};

// Of a server that does not look at requests but counts their bytes.
class HelloAnswers {
 public:
  explicit HelloAnswers(size_t receive_bytes_max) {
    for (size_t i = 0; i <= receive_bytes_max / kHelloRequest.size(); ++i) bytes_ += kHelloAnswer;
  }

  // What answers the requests that these bytes complete. Lives as long as this.
  std::string_view To(int fd, size_t received_bytes) {
    const auto index = static_cast<size_t>(fd);
    if (index >= partial_.size()) partial_.resize(index + 1);
    const size_t bytes = partial_[index] + received_bytes;
    partial_[index] = static_cast<uint8_t>(bytes % kHelloRequest.size());
    return std::string_view(bytes_).substr(0, bytes / kHelloRequest.size() * kHelloAnswer.size());
  }
  // The descriptor is another connection's from now on.
  void Forget(int fd) {
    if (static_cast<size_t>(fd) < partial_.size()) partial_[static_cast<size_t>(fd)] = 0;
  }

 private:
  std::string bytes_;
  std::vector<uint8_t> partial_;  // bytes of an incomplete request, by descriptor
};

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_HELLO_H_
