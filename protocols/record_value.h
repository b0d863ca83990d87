// One value of a record whose format is known at run time only.
#ifndef SLUICE_PROTOCOLS_RECORD_VALUE_H_
#define SLUICE_PROTOCOLS_RECORD_VALUE_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace sluice {

// A whole number, a number, a truth or bytes. Bytes are a view of what the value was made from, or
// was unpacked from.
class RecordValue {
 public:
  using Variant = std::variant<int64_t, uint64_t, double, bool, std::string_view>;

  RecordValue() = default;  // 0
  template <std::signed_integral T>
  RecordValue(T value) : value_(int64_t{value}) {}
  template <std::unsigned_integral T>
  RecordValue(T value) : value_(uint64_t{value}) {}
  template <std::floating_point T>
  RecordValue(T value) : value_(static_cast<double>(value)) {}
  RecordValue(bool value) : value_(value) {}
  RecordValue(std::string_view bytes) : value_(bytes) {}
  RecordValue(const std::string& bytes) : value_(std::string_view(bytes)) {}
  RecordValue(const char* text) : value_(std::string_view(text)) {}
  // A number or a byte? Say int{c} or std::string_view(&c, 1).
  RecordValue(char) = delete;

  const Variant& variant() const { return value_; }
  // Null when it is something else.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value_);
  }

  // False for 0, for what is empty, and for false.
  bool truth() const {
    return std::visit(
        [](const auto& value) {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string_view>) {
            return !value.empty();
          } else {
            return value != 0;
          }
        },
        value_);
  }

  // Of one type and equal: int64_t{1} is not uint64_t{1}.
  bool operator==(const RecordValue&) const = default;

 private:
  Variant value_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_RECORD_VALUE_H_
