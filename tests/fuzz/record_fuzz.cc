// Fuzz target: a line that is a format, then bytes. Whatever they are, nothing outside the record
// is read or written, and what is unpacked packs to the same values again.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/record_format.h"

namespace sluice {
namespace {

[[noreturn]] void Fail(const RecordFormat& format, const char* what) {
  std::fprintf(stderr, "format \"%s\": %s\n", format.text().c_str(), what);
  std::abort();
}

// Equal, with a NaN equal to itself.
bool Same(const std::vector<RecordValue>& left, const std::vector<RecordValue>& right) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    const double* a = left[i].As<double>();
    const double* b = right[i].As<double>();
    const bool same = a != nullptr && b != nullptr
                          ? std::bit_cast<uint64_t>(*a) == std::bit_cast<uint64_t>(*b)
                          : left[i] == right[i];
    if (!same) return false;
  }
  return true;
}

void CheckItems(const RecordFormat& format) {
  size_t values = 0;
  for (const RecordItem& item : format.items()) {
    values += item.value_count();
    if (item.offset > format.record_bytes() ||
        item.count * item.type.width > format.record_bytes() - item.offset) {
      Fail(format, "an item lies outside its record");
    }
  }
  if (values != format.value_count()) Fail(format, "its items have another number of values");
}

void CheckRecord(const RecordFormat& format, std::string_view bytes) {
  const absl::StatusOr<std::vector<RecordValue>> values = format.Unpack(bytes);
  if (!values.ok()) Fail(format, "a record of its size is refused");
  // Of its own size on the heap, so that a sanitizer sees a byte too far.
  std::vector<char> again(format.record_bytes(), '#');
  if (!format.PackTo(*values, again.data()).ok()) Fail(format, "its own values are refused");
  const std::string_view packed(again.data(), again.size());
  if (!Same(*values, *format.Unpack(packed))) Fail(format, "other values come back");
}

void Check(std::string_view input) {
  const std::string_view text = input.substr(0, input.find('\n'));
  const std::string_view rest = input.substr(std::min(input.size(), text.size() + 1));
  const std::vector<char> bytes(rest.begin(), rest.end());
  const std::string_view view(bytes.data(), bytes.size());
  const absl::StatusOr<RecordFormat> format = RecordFormat::Parse(text, {.record_bytes_max = 4096});
  if (!format.ok()) {
    if (format.status().message().empty()) std::abort();
    return;
  }
  CheckItems(*format);
  std::string record(view.substr(0, format->record_bytes()));
  record.resize(format->record_bytes());
  CheckRecord(*format, record);
  if (format->Unpack(view).ok() != (view.size() == format->record_bytes())) {
    Fail(*format, "a record of another size is taken");
  }
  const auto offset = bytes.empty() ? 0 : static_cast<ptrdiff_t>(bytes[0]);
  const bool found = format->UnpackFrom(view, offset).ok();
  const auto begin = offset < 0 ? offset + static_cast<ptrdiff_t>(view.size()) : offset;
  if (found != (begin >= 0 && begin + format->record_bytes() <= view.size())) {
    Fail(*format, "UnpackFrom finds what is not there");
  }
  size_t records = 0;
  if (format->UnpackAll(view, [&](absl::Span<const RecordValue>) { ++records; }).ok() &&
      records * format->record_bytes() != view.size()) {
    Fail(*format, "UnpackAll gives another number of records");
  }
}

}  // namespace
}  // namespace sluice

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
