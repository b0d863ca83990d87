#include "apps/picture/erasure_code.h"

#include <isa-l/erasure_code.h>

#include "reactor/base/check.h"

namespace sluice::picture {
namespace {

// ISA-L's signatures have no const.
unsigned char* Bytes(const char* bytes) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(bytes));
}

std::vector<unsigned char*> AllBytes(absl::Span<const char* const> parts) {
  std::vector<unsigned char*> all;
  all.reserve(parts.size());
  for (const char* part : parts) all.push_back(Bytes(part));
  return all;
}

constexpr size_t kTableBytes = 32;  // a factor, as ec_init_tables expands it

}  // namespace

ErasureCode::ErasureCode(size_t data_parts, size_t parity_parts)
    : data_parts_(data_parts), parity_parts_(parity_parts) {
  SLUICE_CHECK(data_parts >= 1 && parity_parts >= 1 && data_parts + parity_parts <= kPartsMax,
               "a code has 1 to 255 parts");
  factors_.resize((data_parts + parity_parts) * data_parts);
  gf_gen_cauchy1_matrix(factors_.data(), static_cast<int>(data_parts + parity_parts),
                        static_cast<int>(data_parts));
}

void ErasureCode::Multiply(Matrix& rows, absl::Span<const char* const> from,
                           absl::Span<char* const> to, size_t part_bytes) const {
  const int columns = static_cast<int>(from.size());
  const int count = static_cast<int>(to.size());
  Matrix tables(from.size() * to.size() * kTableBytes);
  ec_init_tables(columns, count, rows.data(), tables.data());
  std::vector<unsigned char*> sources = AllBytes(from);
  std::vector<unsigned char*> targets(AllBytes({to.data(), to.size()}));
  ec_encode_data(static_cast<int>(part_bytes), columns, count, tables.data(), sources.data(),
                 targets.data());
}

void ErasureCode::Encode(absl::Span<const char* const> data, absl::Span<char* const> parity,
                         size_t part_bytes) const {
  SLUICE_CHECK(data.size() == data_parts_ && parity.size() == parity_parts_,
               "as many parts as the code has");
  Matrix rows(factors_.begin() + static_cast<ptrdiff_t>(data_parts_ * data_parts_), factors_.end());
  Multiply(rows, data, parity, part_bytes);
}

// A parity part is the sum of factor * data part. With as many parity parts as data parts are lost,
// the lost ones are the solution of that many equations: their factors are inverted, which always
// can be done (any square of a Cauchy matrix can), and what the parts that came contribute is
// brought to the other side.
void ErasureCode::Repair(absl::Span<const char* const> parts, absl::Span<char* const> repaired,
                         size_t part_bytes) const {
  SLUICE_CHECK(parts.size() == data_parts_ + parity_parts_, "as many parts as the code has");
  std::vector<size_t> lost, known, used;  // data parts, data parts, parity parts
  for (size_t i = 0; i < data_parts_; ++i) (parts[i] == nullptr ? lost : known).push_back(i);
  for (size_t i = data_parts_; i < parts.size() && used.size() < lost.size(); ++i) {
    if (parts[i] != nullptr) used.push_back(i);
  }
  SLUICE_CHECK(used.size() == lost.size() && repaired.size() == lost.size(),
               "no more parts lost than parity parts came");
  if (lost.empty()) return;

  const size_t n = lost.size();
  Matrix square(n * n), inverse(n * n);
  for (size_t row = 0; row < n; ++row) {
    for (size_t i = 0; i < n; ++i) square[row * n + i] = Factor(used[row], lost[i]);
  }
  SLUICE_CHECK(gf_invert_matrix(square.data(), inverse.data(), static_cast<int>(n)) == 0,
               "a square of a Cauchy matrix can be inverted");

  std::vector<const char*> from;
  for (const size_t part : known) from.push_back(parts[part]);
  for (const size_t part : used) from.push_back(parts[part]);
  Matrix rows(n * from.size());
  for (size_t i = 0; i < n; ++i) {
    unsigned char* row = &rows[i * from.size()];
    for (size_t u = 0; u < n; ++u) {
      const unsigned char factor = inverse[i * n + u];
      for (size_t k = 0; k < known.size(); ++k) row[k] ^= gf_mul(factor, Factor(used[u], known[k]));
      row[known.size() + u] = factor;
    }
  }
  Multiply(rows, from, repaired, part_bytes);
}

}  // namespace sluice::picture
