// The compressed payloads of permessage-deflate (RFC 7692 7.2), through zlib.
#ifndef SLUICE_PROTOCOLS_WEBSOCKET_DEFLATE_H_
#define SLUICE_PROTOCOLS_WEBSOCKET_DEFLATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace sluice {

// One direction's messages back into what they were. Never makes more than it is given room for.
class WebSocketInflater {
 public:
  enum Result : uint8_t {
    kInputUsed,   // all of it
    kOutputFull,  // call again with what was not consumed
    kFinished,    // the message is complete
    kMalformed,   // not to be called again; what was produced before stands
  };
  struct Step {
    Result result = kInputUsed;
    size_t consumed = 0;
    size_t produced = 0;
  };

  explicit WebSocketInflater(int window_bits);
  ~WebSocketInflater();
  WebSocketInflater(const WebSocketInflater&) = delete;
  WebSocketInflater& operator=(const WebSocketInflater&) = delete;

  // `last`: the message ends with `in`. The same in every further call for it.
  Step Inflate(std::string_view in, bool last, char* out, size_t out_bytes);

 private:
  bool Run(size_t* consumed);
  bool StartOver();

  std::unique_ptr<z_stream_s> stream_;
  size_t tail_taken_ = 0;  // of the four bytes that senders leave out
};

class WebSocketDeflater {
 public:
  // `window_bits`: 9 to 15.
  WebSocketDeflater(int window_bits, int level, int memory_level);
  ~WebSocketDeflater();
  WebSocketDeflater(const WebSocketDeflater&) = delete;
  WebSocketDeflater& operator=(const WebSocketDeflater&) = delete;

  // Appends what `bytes`, the next part of a message, come to; `last` with its last.
  void Deflate(std::string_view bytes, bool last, std::string* out);

 private:
  std::unique_ptr<z_stream_s> stream_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_WEBSOCKET_DEFLATE_H_
