// Parity parts from data parts, and lost data parts from what is left of both: a Reed-Solomon code
// with a Cauchy matrix over GF(2^8), by ISA-L (gf_gen_cauchy1_matrix). Of D data and P parity parts
// any D give all of them back, and no code does better (with P = 1 it is as good as XOR).
#ifndef SLUICE_APPS_PICTURE_ERASURE_CODE_H_
#define SLUICE_APPS_PICTURE_ERASURE_CODE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace sluice::picture {

class ErasureCode {
 public:
  static constexpr size_t kPartsMax = 255;  // data and parity: the field has no more elements

  // At least one of each, together at most kPartsMax.
  ErasureCode(size_t data_parts, size_t parity_parts);

  // All parts have `part_bytes`. `parity` is written, `data` is read.
  void Encode(absl::Span<const char* const> data, absl::Span<char* const> parity,
              size_t part_bytes) const;

  // `parts` are the data and then the parity parts, nullptr where one is lost; at most as many data
  // parts may be lost as parity parts are there. `repaired` is room for the lost data parts, in
  // their order.
  void Repair(absl::Span<const char* const> parts, absl::Span<char* const> repaired,
              size_t part_bytes) const;

 private:
  using Matrix = std::vector<unsigned char>;  // row by row

  void Multiply(Matrix& rows, absl::Span<const char* const> from, absl::Span<char* const> to,
                size_t part_bytes) const;
  void Subtract(absl::Span<const char* const> parts, absl::Span<const size_t> known,
                absl::Span<const size_t> used, absl::Span<std::string> sides) const;
  Matrix Inverse(absl::Span<const size_t> used, absl::Span<const size_t> lost) const;
  unsigned char Factor(size_t part, size_t data_part) const {
    return factors_[part * data_parts_ + data_part];
  }

  size_t data_parts_;
  size_t parity_parts_;
  Matrix factors_;  // a row for each part: what of each data part is in it
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_ERASURE_CODE_H_
