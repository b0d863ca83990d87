// The head of the answer before, as it was sent: one like it is a copy of a single piece. Servers
// say the same again and again, for a second at a time (Date).
#ifndef SLUICE_PROTOCOLS_HTTP1_LAST_HEAD_H_
#define SLUICE_PROTOCOLS_HTTP1_LAST_HEAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "reactor/base/time.h"

namespace sluice::http1 {

// Of answers in HTTP/1.1 with a known size, after which the connection goes on.
class LastHead {
 public:
  // What decides every byte of such a head, but for its Date.
  struct Key {
    int status;
    uint64_t size;
    std::string_view content_type;  // checked by who calls Keep
    std::string_view fields;        // that the handler added: lines as they stand in the head
  };

  // Empty where the head before was another one. Valid until Keep.
  std::string_view Find(const Key& key, TimePoint now) const {
    const bool same = key.size == size_ && key.status == status_ && HasType(key.content_type) &&
                      key.fields == fields();
    return same && now < valid_until_ ? std::string_view(head_.data(), head_bytes_)
                                      : std::string_view();
  }
  // Whether the last head kept was of this type.
  bool HasType(std::string_view content_type) const {
    return content_type == std::string_view(type_.data(), type_bytes_);
  }
  // Valid as long as the Date in `head` is. One that is too long is not kept.
  void Keep(const Key& key, std::string_view head, TimePoint valid_until) {
    if (head.size() > head_.size() || key.content_type.size() > type_.size()) return;
    status_ = key.status;
    size_ = key.size;
    type_bytes_ = key.content_type.copy(type_.data(), type_.size());
    fields_bytes_ = key.fields.size();
    head_bytes_ = head.copy(head_.data(), head_.size());
    valid_until_ = valid_until;
  }

 private:
  // The last thing in a head but for its empty line.
  std::string_view fields() const {
    return {head_.data() + head_bytes_ - 2 - fields_bytes_, fields_bytes_};
  }

  int status_ = 0;
  uint64_t size_ = 0;
  size_t type_bytes_ = 0;
  size_t fields_bytes_ = 0;
  size_t head_bytes_ = 2;
  TimePoint valid_until_ = TimePoint::min();
  std::array<char, 64> type_;
  std::array<char, 512> head_;
};

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_LAST_HEAD_H_
