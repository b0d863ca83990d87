// Inputs kept in files, and others made by changing them.
#ifndef SLUICE_TESTS_FUZZ_CORPUS_H_
#define SLUICE_TESTS_FUZZ_CORPUS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "reactor/base/prng.h"

namespace sluice {

class Corpus {
 public:
  // The files of `folder`, in the order of their names; empty for "". False when there are none in
  // a folder that was named.
  bool Load(const std::string& folder);

  size_t size() const { return files_.size(); }
  const std::string& operator[](size_t i) const { return files_[i]; }

  // One of the files with a few bytes changed, doubled, moved, cut or put in from another.
  std::string Changed(Prng& prng) const;

 private:
  std::vector<std::string> files_;
};

}  // namespace sluice

#endif  // SLUICE_TESTS_FUZZ_CORPUS_H_
