// Streams of which every byte is known from the stream's number and its place: any receiver can
// hold them to account without a copy. The first byte is the number.
#ifndef SLUICE_TOOLS_SIM_SCENARIOS_PATTERN_H_
#define SLUICE_TOOLS_SIM_SCENARIOS_PATTERN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::simulate {

class PatternSource {
 public:
  explicit PatternSource(uint8_t stream) : stream_(stream) {}

  // The next `size` bytes; valid until the next call.
  std::string_view Next(size_t size);
  uint64_t given() const { return given_; }
  // The last `size` bytes were not sent after all.
  void TakeBack(size_t size) { given_ -= size; }

 private:
  uint8_t stream_;
  uint64_t given_ = 0;
  std::string piece_;
};

class PatternSink {
 public:
  // False where these are not the next bytes of the stream.
  bool Take(std::string_view bytes);
  uint64_t taken() const { return taken_; }
  uint8_t stream() const { return stream_; }  // once a byte was taken

 private:
  uint8_t stream_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIOS_PATTERN_H_
