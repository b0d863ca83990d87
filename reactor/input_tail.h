// The bytes a handler left unconsumed, until more arrive. Owns nothing while empty, so that an idle
// connection costs no buffer.
#ifndef SLUICE_REACTOR_INPUT_TAIL_H_
#define SLUICE_REACTOR_INPUT_TAIL_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "reactor/base/check.h"

namespace sluice {

class InputTail {
 public:
  bool empty() const { return buffer_ == nullptr; }
  size_t size() const { return buffer_ == nullptr ? 0 : buffer_->bytes.size() - buffer_->begin; }

  // Valid until the next Append, Consume or Clear.
  std::string_view view() const {
    return buffer_ == nullptr ? std::string_view()
                              : std::string_view(buffer_->bytes).substr(buffer_->begin);
  }

  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (buffer_ == nullptr) buffer_ = std::make_unique<Buffer>();
    // Moving the rest to the front is paid for by the bytes consumed since the last time.
    if (buffer_->begin > buffer_->bytes.size() / 2) {
      buffer_->bytes.erase(0, buffer_->begin);
      buffer_->begin = 0;
    }
    buffer_->bytes.append(bytes);
  }

  // How many of the front the handler was shown already: never fewer may be shown again, since a
  // codec goes on where it stopped looking.
  size_t seen() const { return buffer_ == nullptr ? 0 : buffer_->seen; }
  void MarkSeen(size_t count) {
    if (buffer_ != nullptr) buffer_->seen = std::min(count, size());
  }

  void Consume(size_t count) {
    SLUICE_CHECK(count <= size(), "only bytes that are there can be consumed");
    if (count == size()) {
      Clear();
      return;
    }
    buffer_->begin += count;
    buffer_->seen -= std::min(buffer_->seen, count);
  }

  void Clear() { buffer_.reset(); }

 private:
  struct Buffer {
    std::string bytes;
    size_t begin = 0;
    size_t seen = 0;  // from `begin` on
  };
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace sluice

#endif  // SLUICE_REACTOR_INPUT_TAIL_H_
