// The searches of an Http1Scan, without a call where only a few bytes are to be looked at.
#ifndef SLUICE_PROTOCOLS_HTTP1_FIND_H_
#define SLUICE_PROTOCOLS_HTTP1_FIND_H_

#include <cstddef>

#include "protocols/http1_bytes.h"
#include "protocols/http1_scan.h"

namespace sluice::http1 {

inline constexpr size_t kFewBytes = 8;

// Offset of the first byte whose membership in `byte_class` is `wanted`, or size.
[[gnu::always_inline]] inline size_t FindInFew(ByteClass byte_class, bool wanted, const char* bytes,
                                               size_t size) {
  size_t at = 0;
  while (at < size && Is(byte_class, bytes[at]) != wanted) ++at;
  return at;
}

inline size_t FindControl(const Http1Scan& scan, const char* bytes, size_t size) {
  return size > kFewBytes ? scan.find_control(bytes, size) : FindInFew(kControl, true, bytes, size);
}
inline size_t FindNotPlainTarget(const Http1Scan& scan, const char* bytes, size_t size) {
  return size > kFewBytes ? scan.find_not_plain_target(bytes, size)
                          : FindInFew(kPlainTarget, false, bytes, size);
}
inline size_t FindNotHost(const Http1Scan& scan, const char* bytes, size_t size) {
  return size > kFewBytes ? scan.find_not_host(bytes, size)
                          : FindInFew(kHostByte, false, bytes, size);
}

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_FIND_H_
