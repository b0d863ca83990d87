// Finds a terminator of several bytes in text that arrives in pieces, looking at each byte once.
//
//   Terminator terminator("##");
//   size_t matched = 0;
//   terminator.FindEnd("left#", 0, &matched);        // npos; matched is 1
//   terminator.FindEnd("left##right", 5, &matched);  // 6, just behind the terminator
//
// A search that starts over (memmem on the last few bytes again) looks at bytes twice, and at a
// long terminator dripped byte by byte once per byte of it. Knuth-Morris-Pratt carries a number
// instead.
#ifndef SLUICE_PROTOCOLS_TERMINATOR_H_
#define SLUICE_PROTOCOLS_TERMINATOR_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// Immutable, so threads may share one.
class Terminator {
 public:
  // `bytes` holds two or more: one byte is memchr's work.
  explicit Terminator(std::string_view bytes);

  // Scans text[from, size). `*matched` says how many bytes just before `from` are the start of a
  // terminator (0 for a new search) and is brought up to date. Returns the offset just behind the
  // first terminator, with *matched 0 again, or npos.
  size_t FindEnd(std::string_view text, size_t from, size_t* matched) const;

  // True when `message` followed by the terminator has its first terminator at the very end. "a#"
  // has not, before "##": a receiver would see "a" and a stray "#".
  bool CanEnd(std::string_view message) const;

  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::vector<size_t> border_;  // [n]: longest proper prefix of bytes_[0, n] that also ends it
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_TERMINATOR_H_
