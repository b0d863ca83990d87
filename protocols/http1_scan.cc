#include "protocols/http1_scan.h"

namespace sluice {
namespace http1 {

extern const Http1Scan kHttp1ScanPortable;
#if defined(__x86_64__)
extern const Http1Scan kHttp1ScanSse42;
extern const Http1Scan kHttp1ScanAvx2;
extern const Http1Scan kHttp1ScanAvx512;
#endif

}  // namespace http1

Http1Scans AllHttp1Scans() {
  Http1Scans all = {{&http1::kHttp1ScanPortable}, 1};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) all.scans[all.count++] = &http1::kHttp1ScanSse42;
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  if (has_avx2) all.scans[all.count++] = &http1::kHttp1ScanAvx2;
  const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vbmi") &&
                          __builtin_cpu_supports("avx512vbmi2");
  if (has_avx512) all.scans[all.count++] = &http1::kHttp1ScanAvx512;
#endif
  return all;
}

const Http1Scan& BestHttp1Scan() {
  static const Http1Scan* const best = [] {
    const Http1Scans all = AllHttp1Scans();
    return all.scans[all.count - 1];
  }();
  return *best;
}

}  // namespace sluice
