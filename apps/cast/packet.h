// What a datagram of sluice-cast looks like: one line of text that numbers it, then the text sent.
//
//   SLUICE-CAST/1 9f86d081884c7d65 17\n
//   the text, up to the end of the datagram
//
// The second word is the run: 16 hexadecimal digits (lower case) drawn anew whenever a sender
// starts. The third is the datagram's number in that run, decimal, from 1, without leading zeros.
// Whatever does not begin so is plain text of another program.
#ifndef SLUICE_APPS_CAST_PACKET_H_
#define SLUICE_APPS_CAST_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cast {

// A sender's number for a datagram.
struct Number {
  uint64_t run = 0;
  uint64_t sequence = 0;  // from 1
  friend bool operator==(const Number&, const Number&) = default;
};

struct Packet {
  std::optional<Number> number;  // none: plain
  std::string_view text;         // views the datagram
};

// The most that a header takes.
inline constexpr size_t kHeaderBytesMax = 14 + 16 + 1 + 20 + 1;

std::string Encode(const Number& number, std::string_view text);
Packet Decode(std::string_view datagram);

// "9f86d081884c7d65".
std::string RunText(uint64_t run);

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_PACKET_H_
