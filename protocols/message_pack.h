// Objects over the wire: MessagePack (msgpack.org), by the packaged msgpack for C++, as the
// messages of any codec that finds messages.
//
//   LengthPrefixCodec frames;
//   CodecError error =
//       frames.Encode(EncodeMessagePack(std::map<std::string, int>{{"x", 1}}), connection);
//
//   const MessagePackObject object = DecodeMessagePack(frame);
//   if (!object.ok()) return connection.CloseProtocolError(static_cast<int>(object.error()));
//   std::optional<std::map<std::string, int>> point = object.As<std::map<std::string, int>>();
//
// Types of one's own take part by MSGPACK_DEFINE, as the package's documentation has it. No
// exception of the package leaves these functions. Memory is taken for what arrived, never for what
// a header announces: five bytes can announce four thousand million elements.
//
// Why not pickle? pickle.loads is no decoder: it runs the program it is given, which may call any
// function of the receiver. Nothing here reads it.
#ifndef SLUICE_PROTOCOLS_MESSAGE_PACK_H_
#define SLUICE_PROTOCOLS_MESSAGE_PACK_H_

#ifndef MSGPACK_NO_BOOST
#define MSGPACK_NO_BOOST  // the build of sluice_protocols defines it, too: one definition
                          // everywhere
#endif

#include <cstddef>
#include <cstdint>
#include <exception>
#include <msgpack.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocols/message_pack_shape.h"

namespace sluice {

struct MessagePackLimits {
  size_t message_bytes_max = size_t{16} << 20;
  size_t depth_max = 32;         // of arrays and maps within each other
  size_t elements_max = 65'536;  // of all arrays and maps together; a pair of a map is two. Each
                                 // takes 24 bytes once it is decoded
  size_t string_bytes_max = size_t{1} << 20;
  size_t binary_bytes_max = size_t{16} << 20;
  size_t extension_bytes_max = size_t{64} << 10;
  bool utf8_only = true;  // strings that are none are refused, as Python does
};

enum class MessagePackError : uint8_t {
  kNone = 0,
  kTruncated,  // the bytes end within the object, or it announces more elements than bytes follow
  kTrailingBytes,   // something follows the object
  kReservedByte,    // 0xc1, which no object begins with
  kMessageTooLong,  // this and the following: above the limit of that name
  kTooDeep,
  kTooManyElements,
  kStringTooLong,
  kBinaryTooLong,
  kExtensionTooLong,
  kNotUtf8,
};

// "truncated", "too deep", ...: for people; never null.
std::string_view MessagePackErrorName(MessagePackError error);

// An object, or why there is none. Strings, binaries and extensions in it are views of the bytes it
// was decoded from, which must live as long.
class MessagePackObject {
 public:
  bool ok() const { return error_ == MessagePackError::kNone; }
  MessagePackError error() const { return error_; }

  // Nil where ok() is false.
  const msgpack::object& object() const { return handle_.get(); }

  // Nothing where the object has another shape than T: its types differ, a number does not fit, or
  // a std::array, std::tuple or std::pair has another number of elements. T may be a
  // std::string_view, a number, containers, a struct with MSGPACK_DEFINE.
  //
  // Of such a struct the package lets the last members be absent, for older peers: they are then as
  // T{} has them. Give them initialisers where the struct stands in a std::optional or a std::set
  // or is the key of a map: there the package makes it without {}. A type with msgpack::adaptor::as
  // must not stand in a std::array or std::tuple that is a member: nobody checks how long that is.
  template <class T>
  std::optional<T> As() const {
    if (!ok() || !message_pack::Shape<T>::Fits(object())) return std::nullopt;
    try {
      if constexpr (msgpack::has_as<T>::value) {
        return object().as<T>();
      } else {
        T value{};
        object().convert(value);
        return value;
      }
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

 private:
  friend MessagePackObject DecodeMessagePack(std::string_view, const MessagePackLimits&);

  MessagePackError error_ = MessagePackError::kNone;
  msgpack::object_handle handle_;
};

// `bytes` are one object and nothing else.
MessagePackObject DecodeMessagePack(std::string_view bytes, const MessagePackLimits& limits = {});

// The value as one object. Numbers take the shortest form; std::string becomes a string,
// std::vector<char> a binary.
template <class T>
std::string EncodeMessagePack(const T& value) {
  struct Stream {
    void write(const char* data, size_t size) { bytes.append(data, size); }
    std::string bytes;
  } stream;
  msgpack::packer<Stream>(stream).pack(value);
  return std::move(stream.bytes);
}

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_MESSAGE_PACK_H_
