// What must not compile, and what the compiler must say of it: with -DREFUSED every line that has a
// comment "says: " is wrong. Without it this file compiles.
#include <cstdint>
#include <string>

#include "protocols/record.h"

namespace sluice {

void Accepted(int16_t small, uint8_t byte, uint32_t word, float real, const std::string& text) {
  Pack<"<hIq5s">(-1, 7, 5'000'000'000, "hello");
  Pack<"<hIq5s">(small, word, word, text);
  Pack<"<hHi">(byte, byte, byte);
  Pack<"<bBhHiIlLqQ">(-128, 255, -32768, 65535, INT32_MIN, UINT32_MAX, 1, 1, 1, UINT64_MAX);
  Pack<"<efd?c">(65504, real, real, true, 'c');
  Pack<"<ef">(0.1, 3.4e38);
  Pack<"nNP">(-1, 1, -1);
  PackChecked<"<he">(word, real).IgnoreError();
}

#ifdef REFUSED
void Formats() {
  Pack<"<hZ">(1, 2);                // says: record format: unknown code
  Pack<"<n">(1);                    // says: record format: n, N and P have no standard size
  Pack<"h<i">(1, 2);                // says: record format: a prefix .* stands at the very front
  Pack<"<3">(1);                    // says: record format: a count wants its code right behind it
  Pack<"<3 h">(1);                  // says: record format: a count wants its code right behind it
  Pack<"9223372036854775807q">(1);  // says: record format: the record is too long
  Unpack<"<65h">("");               // says: record format: more than 64 values; use RecordFormat
  UnpackAll<"<">("");               // says: records of no bytes have no end
}

void Values(int number, int64_t wide, float real, double precise) {
  Pack<"<hI">(1);               // says: Pack: the format takes another number of values
  Pack<"<hI">(1, 2, 3);         // says: Pack: the format takes another number of values
  Record<"<hH">::Pack(1);       // says: Pack: the format takes another number of values
  PackChecked<"<hI">(1);        // says: PackChecked: the format takes another number of values
  Pack<"<h">("text");           // says: codes b B h H .* take a whole number
  Pack<"<h">(1.5);              // says: codes b B h H .* take a whole number
  Pack<"<h">('c');              // says: codes b B h H .* take a whole number
  Pack<"<h">(true);             // says: codes b B h H .* take a whole number
  Pack<"<d">("1.5");            // says: codes e f d take a number
  Pack<"<?">(1);                // says: code \? takes a bool
  Pack<"<c">("c");              // says: code c takes a char
  Pack<"<5s">(5);               // says: codes s and p take what becomes a std::string_view
  PackChecked<"<5s">(5L).ok();  // says: codes s and p take what becomes a std::string_view
  Pack<"<h">(32768);            // says: TheValueIsOutOfTheRangeOfItsCode
  Pack<"<H">(-1);               // says: TheValueIsOutOfTheRangeOfItsCode
  Pack<"<e">(65520.0);          // says: TheValueIsOutOfTheRangeOfItsCode
  Pack<"<f">(1e39);             // says: TheValueIsOutOfTheRangeOfItsCode
  Pack<"<h">(number);           // says: is not a constant expression
  Pack<"<d">(wide);             // says: is not a constant expression
  Pack<"<e">(real);             // says: is not a constant expression
  Pack<"<f">(precise);          // says: is not a constant expression
}
#endif

}  // namespace sluice
