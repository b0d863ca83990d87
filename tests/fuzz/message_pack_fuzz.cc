// Fuzz target: whatever the bytes, decoding ends with an object within its limits or with a typed
// error, never with an exception; an object that is encoded again is the same object.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message_pack.h"

namespace sluice {
namespace {

constexpr MessagePackLimits kTight = {.depth_max = 4,
                                      .elements_max = 16,
                                      .string_bytes_max = 8,
                                      .binary_bytes_max = 8,
                                      .extension_bytes_max = 8};

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

// How many elements `object` holds; checks that it lies within kTight.
size_t Walk(const msgpack::object& object, size_t depth) {
  size_t elements = 0;
  const bool holds = object.type == msgpack::type::ARRAY || object.type == msgpack::type::MAP;
  if (holds && depth + 1 > kTight.depth_max) Fail("too deep");
  if (object.type == msgpack::type::STR && object.via.str.size > kTight.string_bytes_max) {
    Fail("string too long");
  }
  if (object.type == msgpack::type::ARRAY) {
    for (size_t i = 0; i < object.via.array.size; ++i) {
      elements += 1 + Walk(object.via.array.ptr[i], depth + 1);
    }
  }
  if (object.type == msgpack::type::MAP) {
    for (size_t i = 0; i < object.via.map.size; ++i) {
      elements += 2 + Walk(object.via.map.ptr[i].key, depth + 1) +
                  Walk(object.via.map.ptr[i].val, depth + 1);
    }
  }
  return elements;
}

void Check(std::string_view input) {
  // Of its own size on the heap, so that a sanitizer sees a byte too far.
  const std::vector<char> bytes(input.begin(), input.end());
  const std::string_view view(bytes.data(), bytes.size());
  const MessagePackObject tight = DecodeMessagePack(view, kTight);
  if (tight.ok() && Walk(tight.object(), 0) > kTight.elements_max) Fail("too many elements");

  const MessagePackObject object = DecodeMessagePack(view, {.utf8_only = false});
  if (tight.ok() && !object.ok()) Fail("tighter limits take more");
  if (!object.ok()) return;
  const std::string once = EncodeMessagePack(object.object());
  const MessagePackObject again = DecodeMessagePack(once, {.utf8_only = false});
  if (!again.ok()) Fail("what was encoded again is refused");
  if (EncodeMessagePack(again.object()) != once) Fail("another object comes back");
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
