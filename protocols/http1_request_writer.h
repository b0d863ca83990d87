// The head of a request, as bytes. Http1Client is what users call.
#ifndef SLUICE_PROTOCOLS_HTTP1_REQUEST_WRITER_H_
#define SLUICE_PROTOCOLS_HTTP1_REQUEST_WRITER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "protocols/http1_fetch.h"
#include "protocols/http1_message.h"

namespace sluice::http1 {

// kOther where it is none that has a name here.
Http1Method MethodOf(std::string_view text);

// An origin-form target with every byte that wants it escaped, or "*".
bool IsWritableTarget(std::string_view target);

// A request that was not refused is one request, whoever reads it: nothing in it ends a line.
Http1Refused JudgeRequest(const Http1FetchRequest& request, size_t head_bytes_max);

// The value of its Host field.
std::string HostOf(const Http1FetchRequest& request);

// Of a request that was not refused; up to the empty line.
std::string WriteHead(const Http1FetchRequest& request);

// "1f\r\n": before the bytes of a chunk.
std::string ChunkHead(size_t bytes);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_REQUEST_WRITER_H_
