// 16 bytes at a time. Compiled with -msse4.2, which every x86-64 processor since 2008 has.
#if defined(__x86_64__)

#include "protocols/http1_scan_blocks.h"
#include "protocols/http1_scan_x86.h"

namespace sluice::http1 {

extern const Http1Scan kHttp1ScanSse42;
constinit const Http1Scan kHttp1ScanSse42 = ScanOf<X86Lane16>("sse4.2");

}  // namespace sluice::http1

#endif  // __x86_64__
