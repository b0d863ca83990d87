#include "apps/sticky/message.h"

#include <array>
#include <cstring>

#include "reactor/base/check.h"

namespace sluice::sticky {
namespace {

constexpr size_t kNumberDigits = 8;
constexpr size_t kStampAt = kNumberDigits;
constexpr size_t kStampDigits = 12;
constexpr size_t kChecksumAt = kStampAt + kStampDigits;
constexpr size_t kChecksumDigits = 16;
constexpr uint64_t kStampMask = (uint64_t{1} << 48) - 1;
static_assert(kChecksumAt + kChecksumDigits == kMessageBytesMin);

// Neighbours start at different places of the filler, so that no two look alike.
constexpr size_t kFillerStarts = 4096;

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr uint8_t kNoDigit = 0xff;

constexpr std::array<uint8_t, 256> MakeDigitValues() {
  std::array<uint8_t, 256> values{};
  for (uint8_t& value : values) value = kNoDigit;
  for (size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<uint8_t>(i);
  }
  return values;
}
constexpr std::array<uint8_t, 256> kDigitValues = MakeDigitValues();

template <size_t kCount>
void WriteHex(uint64_t value, char* out) {
  for (size_t i = kCount; i-- > 0; value >>= 4) out[i] = kDigits[value & 15];
}

template <size_t kCount>
std::optional<uint64_t> ReadHex(const char* at) {
  uint64_t value = 0;
  uint8_t seen = 0;
  for (size_t i = 0; i < kCount; ++i) {
    const uint8_t digit = kDigitValues[static_cast<unsigned char>(at[i])];
    seen |= digit;
    value = value << 4 | (digit & 15);
  }
  // A digit has four bits; kNoDigit has all eight.
  if ((seen & 0xf0) != 0) return std::nullopt;
  return value;
}

uint64_t ChecksumOfMessage(std::string_view message) {
  return Checksum(Checksum(0, message.substr(0, kChecksumAt)), message.substr(kMessageBytesMin));
}

}  // namespace

MessagePlan::MessagePlan(uint64_t seed, size_t bytes_min, size_t bytes_max)
    : bytes_min_(bytes_min), bytes_max_(bytes_max) {
  SLUICE_CHECK(kMessageBytesMin <= bytes_min && bytes_min <= bytes_max,
               "a message holds its header, and a range has its ends in order");
  Prng prng(seed);
  seed_ = prng.Next();
  filler_.resize(bytes_max + kFillerStarts);
  for (char& letter : filler_) letter = static_cast<char>('a' + prng.Between(0, 25));
}

void MessagePlan::Write(uint64_t number, TimePoint sent, char* out) const {
  SLUICE_CHECK(number >= 1 && number <= kMessageNumberMax, "a number has eight hex digits");
  const size_t size = SizeOf(number);
  const auto stamp = static_cast<uint64_t>(sent.time_since_epoch().count());
  WriteHex<kNumberDigits>(number, out);
  WriteHex<kStampDigits>(stamp & kStampMask, out + kStampAt);
  std::memcpy(out + kMessageBytesMin, filler_.data() + number % kFillerStarts,
              size - kMessageBytesMin);
  WriteHex<kChecksumDigits>(ChecksumOfMessage({out, size}), out + kChecksumAt);
}

bool MessagePlan::Verify(uint64_t number, std::string_view bytes) const {
  if (number < 1 || number > kMessageNumberMax || bytes.size() != SizeOf(number)) return false;
  return ReadHex<kNumberDigits>(bytes.data()) == number &&
         ReadHex<kChecksumDigits>(bytes.data() + kChecksumAt) == ChecksumOfMessage(bytes);
}

std::optional<uint64_t> ReadNumber(std::string_view bytes) {
  if (bytes.size() < kNumberDigits) return std::nullopt;
  const std::optional<uint64_t> number = ReadHex<kNumberDigits>(bytes.data());
  return number == uint64_t{0} ? std::nullopt : number;
}

Duration AgeOf(std::string_view bytes, TimePoint now) {
  SLUICE_CHECK(bytes.size() >= kChecksumAt, "the stamp must be there");
  const std::optional<uint64_t> stamp = ReadHex<kStampDigits>(bytes.data() + kStampAt);
  if (!stamp) return Duration(0);
  const auto now_ns = static_cast<uint64_t>(now.time_since_epoch().count());
  const uint64_t age = (now_ns - *stamp) & kStampMask;
  // Beyond half the circle it lies ahead of `now`.
  return Duration(age > kStampMask / 2 ? 0 : static_cast<int64_t>(age));
}

uint64_t Checksum(uint64_t state, std::string_view bytes) {
  constexpr uint64_t kOdd = 0x9e3779b97f4a7c15u;
  const auto mix = [&state](uint64_t word) {
    state = (state ^ word) * kOdd;
    state ^= state >> 32;
  };
  const size_t size = bytes.size();
  for (; bytes.size() >= sizeof(uint64_t); bytes.remove_prefix(sizeof(uint64_t))) {
    uint64_t word;
    std::memcpy(&word, bytes.data(), sizeof word);
    mix(word);
  }
  uint64_t rest = 0;
  std::memcpy(&rest, bytes.data(), bytes.size());
  mix(rest);
  mix(size);
  return state;
}

}  // namespace sluice::sticky
