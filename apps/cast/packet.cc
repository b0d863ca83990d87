#include "apps/cast/packet.h"

#include <charconv>
#include <system_error>

namespace sluice::cast {
namespace {

constexpr std::string_view kMagic = "SLUICE-CAST/1 ";
constexpr size_t kRunDigits = 16;

// All of `digits`, in the one way that Encode writes them.
std::optional<uint64_t> ReadSequence(std::string_view digits) {
  uint64_t sequence = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, sequence);
  if (error != std::errc() || stop != end || digits.front() == '0') return std::nullopt;
  return sequence;
}

std::optional<uint64_t> ReadRun(std::string_view digits) {
  if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  uint64_t run = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), run, 16);
  return run;
}

}  // namespace

std::string RunText(uint64_t run) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kRunDigits, '0');
  for (size_t i = 0; i < kRunDigits; ++i) text[kRunDigits - 1 - i] = kDigits[run >> (4 * i) & 15];
  return text;
}

std::string Encode(const Number& number, std::string_view text) {
  std::string datagram(kMagic);
  datagram += RunText(number.run) + " " + std::to_string(number.sequence) + "\n";
  return datagram.append(text);
}

Packet Decode(std::string_view datagram) {
  const Packet plain{.number = std::nullopt, .text = datagram};
  const std::string_view head = datagram.substr(0, kHeaderBytesMax);
  const size_t line_end = head.find('\n');
  const size_t sequence_begin = kMagic.size() + kRunDigits + 1;
  if (head.substr(0, kMagic.size()) != kMagic || line_end == std::string_view::npos ||
      line_end <= sequence_begin || head[sequence_begin - 1] != ' ') {
    return plain;
  }
  const auto run = ReadRun(head.substr(kMagic.size(), kRunDigits));
  const auto sequence = ReadSequence(head.substr(sequence_begin, line_end - sequence_begin));
  if (!run || !sequence) return plain;
  return {.number = Number{*run, *sequence}, .text = datagram.substr(line_end + 1)};
}

}  // namespace sluice::cast
