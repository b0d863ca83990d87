#include "protocols/websocket_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

#include "reactor/base/check.h"

namespace sluice {
namespace {

// RFC 7692 7.2.1: a message's compressed data ends with these, which are not sent.
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);

// zlib.h: data_type after inflate() has the bits of the last byte that are unused, and this where
// the next bits start a block.
constexpr int kBetweenBlocks = 128;
constexpr int kUnusedBitsMask = 63;

uInt Clamped(size_t size) {
  return static_cast<uInt>(std::min<size_t>(size, std::numeric_limits<uInt>::max()));
}

// zlib does not write through it.
Bytef* Input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

WebSocketInflater::WebSocketInflater(int window_bits) : stream_(std::make_unique<z_stream>()) {
  // A window larger than the sender's is as good; zlib's own deflate takes 9 bits where it is
  // told 8.
  const int status = inflateInit2(stream_.get(), -std::max(window_bits, 9));
  SLUICE_CHECK(status == Z_OK, "zlib's inflate has memory, and the version it was built for");
}

WebSocketInflater::~WebSocketInflater() {
  inflateEnd(stream_.get());
}

WebSocketInflater::Step WebSocketInflater::Inflate(std::string_view in, bool last, char* out,
                                                   size_t out_bytes) {
  z_stream& z = *stream_;
  z.next_out = reinterpret_cast<Bytef*>(out);
  z.avail_out = Clamped(out_bytes);
  const uInt room = z.avail_out;
  Step step;
  z.next_in = Input(in);
  z.avail_in = Clamped(in.size());
  bool intact = Run(&step.consumed);
  if (intact && last && step.consumed == in.size() && z.avail_out > 0) {
    const std::string_view tail = kTail.substr(tail_taken_);
    z.next_in = Input(tail);
    z.avail_in = Clamped(tail.size());
    intact = Run(&tail_taken_);
  }
  step.produced = room - z.avail_out;
  if (!intact) {
    step.result = kMalformed;
  } else if (z.avail_out == 0) {
    step.result = kOutputFull;
  } else if (last && tail_taken_ == kTail.size()) {
    tail_taken_ = 0;
    // Else the tail was the middle of something, and the next message would be its end.
    const bool whole = (z.data_type & kBetweenBlocks) != 0 && (z.data_type & kUnusedBitsMask) == 0;
    step.result = whole ? kFinished : kMalformed;
  }
  return step;
}

// As far as there are input and room. False for what no compressor makes.
bool WebSocketInflater::Run(size_t* consumed) {
  z_stream& z = *stream_;
  for (;;) {
    const uInt before = z.avail_in;
    const int status = inflate(&z, Z_SYNC_FLUSH);
    *consumed += before - z.avail_in;
    if (status == Z_STREAM_END) {
      if (!StartOver()) return false;
      if (z.avail_in > 0 && z.avail_out > 0) continue;
      return true;
    }
    SLUICE_CHECK(status != Z_MEM_ERROR && status != Z_STREAM_ERROR, "zlib can work");
    return status == Z_OK || status == Z_BUF_ERROR;  // the latter: no input, or no room
  }
}

// RFC 7692 7.2.3.4: a message may hold a final block, behind which it goes on, with the same
// window. Putting the window back with inflateSetDictionary would cost 64 KiB of copying for every
// two bytes that a hostile sender makes a final block of.
bool WebSocketInflater::StartOver() {
  return inflateResetKeep(stream_.get()) == Z_OK;
}

WebSocketDeflater::WebSocketDeflater(int window_bits, int level, int memory_level)
    : stream_(std::make_unique<z_stream>()) {
  const int status = deflateInit2(stream_.get(), level, Z_DEFLATED, -window_bits, memory_level,
                                  Z_DEFAULT_STRATEGY);
  SLUICE_CHECK(status == Z_OK, "zlib's deflate has memory, and parameters it knows");
}

WebSocketDeflater::~WebSocketDeflater() {
  deflateEnd(stream_.get());
}

void WebSocketDeflater::Deflate(std::string_view bytes, bool last, std::string* out) {
  constexpr size_t kRoomBytesMin = 256;
  z_stream& z = *stream_;
  const size_t before = out->size();
  size_t used = before;
  do {
    z.next_in = Input(bytes);
    z.avail_in = Clamped(bytes.size());
    const uInt given = z.avail_in;
    do {
      out->resize(used + std::max<size_t>(kRoomBytesMin, bytes.size() / 2));
      z.next_out = reinterpret_cast<Bytef*>(out->data() + used);
      z.avail_out = Clamped(out->size() - used);
      const uInt room = z.avail_out;
      const int status = deflate(&z, Z_SYNC_FLUSH);
      SLUICE_CHECK(status == Z_OK || status == Z_BUF_ERROR, "zlib can work");
      used += room - z.avail_out;
    } while (z.avail_out == 0);
    bytes.remove_prefix(given);
  } while (!bytes.empty());
  out->resize(used);
  if (!last) return;
  if (used == before) {
    // zlib makes nothing of nothing behind a flush: the start of an empty block, which the tail
    // ends.
    out->push_back('\0');
  } else {
    out->resize(used - kTail.size());
  }
}

}  // namespace sluice
