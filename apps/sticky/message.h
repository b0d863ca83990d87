// The messages that are sent: numbered, stamped, checksummed, printable, and predictable: number
// and seed alone give size and content, so that whoever holds the bytes of a stream knows where
// every message in it truly begins.
//
//   byte  0   8 hex digits   the number, from 1
//         8  12 hex digits   when it was sent: nanoseconds of Loop::now, modulo 2^48
//        20  16 hex digits   the checksum of all the other bytes
//        36  letters         filler, up to the size
#ifndef SLUICE_APPS_STICKY_MESSAGE_H_
#define SLUICE_APPS_STICKY_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reactor/base/prng.h"
#include "reactor/base/time.h"

namespace sluice::sticky {

inline constexpr size_t kMessageBytesMin = 36;
inline constexpr uint64_t kMessageNumberMax = UINT32_MAX;

// Immutable, so both threads may use one.
class MessagePlan {
 public:
  // kMessageBytesMin <= bytes_min <= bytes_max.
  MessagePlan(uint64_t seed, size_t bytes_min, size_t bytes_max);

  size_t bytes_min() const { return bytes_min_; }
  size_t bytes_max() const { return bytes_max_; }

  size_t SizeOf(uint64_t number) const {
    // A generator a message, so that any size is known without those before it.
    return static_cast<size_t>(Prng(seed_ ^ (number << 32)).Between(bytes_min_, bytes_max_));
  }

  // Writes SizeOf(number) bytes. 1 <= number <= kMessageNumberMax.
  void Write(uint64_t number, TimePoint sent, char* out) const;

  // True when `bytes` are message `number`, every one of them.
  bool Verify(uint64_t number, std::string_view bytes) const;

 private:
  uint64_t seed_;
  size_t bytes_min_;
  size_t bytes_max_;
  std::string filler_;
};

// The number at the front of `bytes`; nothing where no message can begin so.
std::optional<uint64_t> ReadNumber(std::string_view bytes);

// How long before `now` a message was sent; `bytes` hold its front as far as the stamp. The two
// loops read one clock, but each once a turn: a message cannot be younger than nothing.
Duration AgeOf(std::string_view bytes, TimePoint now);

// A hash of all bytes. Every step is a bijection of the 64-bit state, so a change within one word
// is always seen, any other but for one in 2^64.
uint64_t Checksum(uint64_t state, std::string_view bytes);

}  // namespace sluice::sticky

#endif  // SLUICE_APPS_STICKY_MESSAGE_H_
