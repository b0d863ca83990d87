// Whether an object of MessagePack has as many elements as a C++ type wants: the package's own
// conversion leaves the rest of a std::array or std::tuple as it was, and reads beyond a short
// array where an element of theirs has a msgpack::adaptor::as.
#ifndef SLUICE_PROTOCOLS_MESSAGE_PACK_SHAPE_H_
#define SLUICE_PROTOCOLS_MESSAGE_PACK_SHAPE_H_

#ifndef MSGPACK_NO_BOOST
#define MSGPACK_NO_BOOST
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <msgpack.hpp>
#include <optional>
#include <tuple>
#include <utility>

namespace sluice::message_pack {

// True where that is for the conversion to find out, as of numbers and of structs with
// MSGPACK_DEFINE.
template <class T>
struct Shape {
  static bool Fits(const msgpack::object&) { return true; }
};

template <class T>
bool AllFit(const msgpack::object& object) {
  if (object.type != msgpack::type::ARRAY) return true;
  const msgpack::object* first = object.via.array.ptr;
  return std::all_of(first, first + object.via.array.size, Shape<T>::Fits);
}

// Beyond a size that is right.
template <class... Each>
bool EachFits(const msgpack::object& object) {
  if (object.type != msgpack::type::ARRAY || object.via.array.size != sizeof...(Each)) return false;
  [[maybe_unused]] const msgpack::object* next = object.via.array.ptr;
  return (Shape<Each>::Fits(*next++) && ...);
}

template <class T>
concept Container = requires(const T& container) {
  typename T::value_type;
  container.begin();
  container.end();
};
template <class T>
concept MapContainer = Container<T> && requires {
  typename T::mapped_type;
};

template <Container T>
struct Shape<T> {
  static bool Fits(const msgpack::object& object) { return AllFit<typename T::value_type>(object); }
};

template <MapContainer T>
struct Shape<T> {
  static bool Fits(const msgpack::object& object) {
    if (object.type != msgpack::type::MAP) return true;
    const msgpack::object_kv* first = object.via.map.ptr;
    return std::all_of(first, first + object.via.map.size, [](const msgpack::object_kv& pair) {
      return Shape<typename T::key_type>::Fits(pair.key) &&
             Shape<typename T::mapped_type>::Fits(pair.val);
    });
  }
};

template <class T, size_t kSize>
struct Shape<std::array<T, kSize>> {
  static bool Fits(const msgpack::object& object) {
    switch (object.type) {
      case msgpack::type::ARRAY:
        return object.via.array.size == kSize && AllFit<T>(object);
      case msgpack::type::STR:  // into chars, of which the package copies kSize whatever came
        return object.via.str.size == kSize;
      case msgpack::type::BIN:
        return object.via.bin.size == kSize;
      default:
        return true;
    }
  }
};

template <class... Each>
struct Shape<std::tuple<Each...>> {
  static bool Fits(const msgpack::object& object) { return EachFits<Each...>(object); }
};

template <class First, class Second>
struct Shape<std::pair<First, Second>> {
  static bool Fits(const msgpack::object& object) { return EachFits<First, Second>(object); }
};

template <class T>
bool NilOrFits(const msgpack::object& object) {
  return object.type == msgpack::type::NIL || Shape<T>::Fits(object);
}

template <class T>
struct Shape<std::optional<T>> {
  static bool Fits(const msgpack::object& object) { return NilOrFits<T>(object); }
};
template <class T>
struct Shape<std::shared_ptr<T>> {
  static bool Fits(const msgpack::object& object) { return NilOrFits<T>(object); }
};
template <class T>
struct Shape<std::unique_ptr<T>> {
  static bool Fits(const msgpack::object& object) { return NilOrFits<T>(object); }
};

}  // namespace sluice::message_pack

#endif  // SLUICE_PROTOCOLS_MESSAGE_PACK_SHAPE_H_
