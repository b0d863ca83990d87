// One field line of a head or of trailers, and the names the parser has to know.
#ifndef SLUICE_PROTOCOLS_HTTP1_FIELD_LINE_H_
#define SLUICE_PROTOCOLS_HTTP1_FIELD_LINE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocols/http1_bytes.h"
#include "protocols/http1_error.h"
#include "protocols/http1_message.h"

namespace sluice::http1 {

// Fields that decide where messages end and whom they are for.
enum KnownField : uint8_t {
  kUnknownField,
  kHost,
  kContentLength,
  kTransferEncoding,
  kConnection,
  kExpect,
  kUpgrade,
  kKnownFields,
};

struct KnownName {
  uint64_t first = ~uint64_t{0};  // of the name in lower case: its first 8 bytes, and its last
  uint64_t last = 0;
  uint64_t mask = 0;  // of a name shorter than 8: the bytes that count, in both
  uint8_t middle = 0;
  KnownField field = kUnknownField;
};

constexpr uint64_t WordOf(std::string_view text) {  // as loaded from memory
  uint64_t word = 0;
  for (size_t i = 0; i < 8 && i < text.size(); ++i) {
    const size_t byte = std::endian::native == std::endian::little ? i : 7 - i;
    word |= uint64_t{static_cast<unsigned char>(text[i])} << (8 * byte);
  }
  return word;
}

constexpr size_t kKnownNameBytesMax = 31;
constexpr size_t kComparedBytesMax = 17;  // of a name: 8 at its front, 8 at its end, one between

constexpr std::string_view NameOf(KnownField field) {
  constexpr std::string_view kNames[kKnownFields] = {
      "", "host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"};
  return kNames[field];
}

// By length: no two of them have the same.
inline constexpr auto kKnownNames = [] {
  constexpr std::string_view kAllBytes = "\xff\xff\xff\xff\xff\xff\xff\xff";
  std::array<KnownName, kKnownNameBytesMax + 1> table{};
  for (const KnownField field :
       {kHost, kContentLength, kTransferEncoding, kConnection, kExpect, kUpgrade}) {
    const std::string_view name = NameOf(field);
    const std::string_view last = name.size() < 8 ? name : name.substr(name.size() - 8);
    table[name.size()] = {WordOf(name), WordOf(last), WordOf(kAllBytes.substr(0, name.size())),
                          static_cast<uint8_t>(name[name.size() / 2]), field};
  }
  return table;
}();

static_assert([] {
  for (size_t bytes = kComparedBytesMax + 1; bytes <= kKnownNameBytesMax; ++bytes) {
    if (kKnownNames[bytes].field != kUnknownField) return false;
  }
  return true;
}());

// `name` is a token. Up to 8 bytes behind its first may be read as long as they lie before `end`.
inline KnownField KnownFieldOf(const char* name, size_t name_bytes, const char* end) {
  const KnownName& known = kKnownNames[name_bytes <= kKnownNameBytesMax ? name_bytes : 0];
  uint64_t first = 0;
  if (end - name >= 8) [[likely]] {
    std::memcpy(&first, name, 8);
  } else {
    std::memcpy(&first, name, std::min(name_bytes, size_t{7}));
  }
  uint64_t last = first;
  if (name_bytes >= 8) std::memcpy(&last, name + name_bytes - 8, 8);
  // Of tokens only letters become letters, and only '-' becomes '-'.
  constexpr uint64_t kLowerCase = 0x2020202020202020u;
  const auto middle = static_cast<unsigned char>(name[name_bytes / 2]);
  const uint64_t differs = (((first | kLowerCase) & known.mask) ^ known.first) |
                           (((last | kLowerCase) & known.mask) ^ known.last) |
                           ((middle | 0x20u) ^ known.middle);
  return differs == 0 ? known.field : kUnknownField;
}

// Why [at, end) of `message` is no field line, given that its first `name_bytes` are a token and no
// colon follows them.
Http1Error FieldLineError(const char* message, size_t at, size_t end, size_t name_bytes);

// Takes white space off both ends.
struct ValuePlace {
  size_t at;
  size_t end;
};
inline ValuePlace TrimValue(const char* message, size_t at, size_t end) {
  at += message[at] == ' ' ? 1 : 0;  // nearly always one space; `end` is a CR, so this is in bounds
  if (IsSpace(message[at])) [[unlikely]] {
    while (at < end && IsSpace(message[at])) ++at;
  }
  if (IsSpace(message[end - 1])) [[unlikely]] {
    while (end > at && IsSpace(message[end - 1])) --end;
  }
  return {at, end};
}

// How many bytes from `at` on are a token. `not_token` as Http1Index::NotTokenFrom gives it; a byte
// that is none is known to follow.
inline size_t TokenBytes(const char* message, size_t at, uint64_t not_token) {
  if (not_token != 0) [[likely]]
    return static_cast<size_t>(__builtin_ctzll(not_token));
  size_t end = at + 64;
  while (Is(kToken, message[end])) ++end;
  return end - at;
}

// The line [at, end) without its CRLF, which follows; not empty and without control bytes but tabs.
// It starts with a token of `name_bytes`, perhaps 0.
inline Http1Error ParseFieldLine(const char* message, size_t at, size_t end, size_t name_bytes,
                                 Http1FieldPlace* place) {
  const size_t colon = at + name_bytes;
  if (message[colon] != ':' || name_bytes == 0) [[unlikely]]
    return FieldLineError(message, at, end, name_bytes);
  const ValuePlace value = TrimValue(message, colon + 1, end);
  *place = {static_cast<uint16_t>(at), static_cast<uint16_t>(name_bytes),
            static_cast<uint16_t>(value.at), static_cast<uint16_t>(value.end - value.at)};
  return Http1Error::kNone;
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_FIELD_LINE_H_
