#include "apps/picture/erasure_code.h"

#include <isa-l/erasure_code.h>

#include <string_view>

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

// Which is to subtract, too.
void AddTo(std::string& sum, std::string_view bytes) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] = static_cast<char>(sum[i] ^ bytes[i]);
}

// The product of `number` - each of `apart`, over that of `number` - each other of `among`.
unsigned char Share(size_t number, absl::Span<const size_t> apart, absl::Span<const size_t> among) {
  unsigned char over = 1, under = 1;
  for (const size_t other : apart) over = gf_mul(over, static_cast<unsigned char>(number ^ other));
  for (const size_t other : among) {
    if (other == number) continue;
    under = gf_mul(under, static_cast<unsigned char>(number ^ other));
  }
  return gf_mul(over, gf_inv(under));
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
// the lost ones are the solution of that many equations: what the parts that came contribute is
// brought to the other side, and the factors are inverted, which always can be done (any square of
// a Cauchy matrix can). All of it takes about as many steps as the group has parts, squared,
// whoever chose their numbers.
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

  std::vector<std::string> sides;
  for (const size_t part : used) sides.emplace_back(parts[part], part_bytes);
  Subtract(parts, known, used, absl::MakeSpan(sides));
  std::vector<const char*> from;
  for (const std::string& side : sides) from.push_back(side.data());
  Matrix inverse = Inverse(used, lost);
  Multiply(inverse, from, repaired, part_bytes);
}

// From the parity parts `used`, copied to `sides`, what the data parts `known` contributed.
void ErasureCode::Subtract(absl::Span<const char* const> parts, absl::Span<const size_t> known,
                           absl::Span<const size_t> used, absl::Span<std::string> sides) const {
  if (known.empty()) return;
  Matrix rows;
  for (const size_t part : used) {
    for (const size_t data_part : known) rows.push_back(Factor(part, data_part));
  }
  std::vector<const char*> from;
  for (const size_t part : known) from.push_back(parts[part]);
  std::vector<std::string> sums(sides.size(), std::string(sides[0].size(), '\0'));
  std::vector<char*> to;
  for (std::string& sum : sums) to.push_back(sum.data());
  Multiply(rows, from, absl::MakeSpan(to), sides[0].size());
  for (size_t i = 0; i < sides.size(); ++i) AddTo(sides[i], sums[i]);
}

// Of the factors of `lost` in `used`, 1 / (used ^ lost), by the formula for Cauchy matrices: a
// product for each row and one for each column, where elimination would take the third power.
ErasureCode::Matrix ErasureCode::Inverse(absl::Span<const size_t> used,
                                         absl::Span<const size_t> lost) const {
  std::vector<unsigned char> of_used;
  for (const size_t part : used) of_used.push_back(Share(part, lost, used));
  std::vector<unsigned char> of_lost;
  for (const size_t data_part : lost) of_lost.push_back(Share(data_part, used, lost));
  const size_t n = lost.size();
  Matrix inverse(n * n);
  for (size_t i = 0; i < inverse.size(); ++i) {
    const size_t l = i / n, u = i % n;
    inverse[i] = gf_mul(gf_mul(of_used[u], of_lost[l]), Factor(used[u], lost[l]));
  }
  return inverse;
}

}  // namespace sluice::picture
