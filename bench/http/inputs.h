// What is parsed: requests of four kinds and a chunked body, the same in every run.
#ifndef SLUICE_BENCH_HTTP_INPUTS_H_
#define SLUICE_BENCH_HTTP_INPUTS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace sluice::bench_http {

std::string SmallRequest();    // 27 bytes
std::string BrowserRequest();  // 703 bytes, 10 fields
std::string LargeRequest();    // 1,654 bytes, 40 fields

// 512 different ones of 494 bytes in the mean: nothing about the next can be foreseen.
std::vector<std::string> MixedRequests();

// `content_bytes` in chunks of `chunk_bytes`, and the last chunk; without trailers.
std::string ChunkedBody(size_t content_bytes, size_t chunk_bytes);

}  // namespace sluice::bench_http

#endif  // SLUICE_BENCH_HTTP_INPUTS_H_
