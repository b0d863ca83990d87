// An unsigned number of 1, 2, 4 or 8 bytes on the wire, in either byte order.
#ifndef SLUICE_PROTOCOLS_LENGTH_FIELD_H_
#define SLUICE_PROTOCOLS_LENGTH_FIELD_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sluice {

enum class ByteOrder : uint8_t {
  kBig,     // network order: struct.pack('>I', n)
  kLittle,  // struct.pack('<I', n)
};

inline constexpr bool IsLengthWidth(size_t width_bytes) {
  return width_bytes == 1 || width_bytes == 2 || width_bytes == 4 || width_bytes == 8;
}

// Reads and writes the field at any alignment; touches width_bytes bytes and no more.
struct LengthField {
  uint8_t width_bytes = 4;  // IsLengthWidth
  ByteOrder order = ByteOrder::kBig;

  uint64_t max() const { return UINT64_MAX >> (64 - 8 * width_bytes); }

  uint64_t Load(const char* at) const {
    switch (width_bytes) {
      case 4:
        return LoadAs<uint32_t>(at);
      case 2:
        return LoadAs<uint16_t>(at);
      case 8:
        return LoadAs<uint64_t>(at);
      default:
        return static_cast<unsigned char>(*at);
    }
  }

  void Store(char* at, uint64_t value) const {
    switch (width_bytes) {
      case 4:
        return StoreAs<uint32_t>(at, static_cast<uint32_t>(value));
      case 2:
        return StoreAs<uint16_t>(at, static_cast<uint16_t>(value));
      case 8:
        return StoreAs<uint64_t>(at, value);
      default:
        *at = static_cast<char>(value);
    }
  }

 private:
  static_assert(std::endian::native == std::endian::little ||
                std::endian::native == std::endian::big);

  template <class T>
  T ToOrder(T value) const {
    if ((order == ByteOrder::kBig) == (std::endian::native == std::endian::big)) return value;
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  }

  template <class T>
  T LoadAs(const char* at) const {
    T value;
    std::memcpy(&value, at, sizeof value);
    return ToOrder(value);
  }

  template <class T>
  void StoreAs(char* at, T value) const {
    value = ToOrder(value);
    std::memcpy(at, &value, sizeof value);
  }
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_LENGTH_FIELD_H_
