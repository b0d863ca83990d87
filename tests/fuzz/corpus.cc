#include "tests/fuzz/corpus.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

namespace sluice {
namespace {

// A part of `text`, of up to 40 bytes.
std::string Part(const std::string& text, Prng& prng) {
  if (text.empty()) return "";
  return text.substr(prng.Between(0, text.size() - 1), prng.Between(1, 40));
}

void Change(std::string* input, const std::string& other, Prng& prng) {
  using std::string_view_literals::operator""sv;
  constexpr std::string_view kBytes = "\r\n\t :;,=\"\\/?%#*0129afx\0\x01\x7f\x80\xff"sv;
  const size_t at = prng.Between(0, input->size());
  switch (prng.Between(0, 5)) {
    case 0:
      if (at < input->size()) (*input)[at] = kBytes[prng.Between(0, kBytes.size() - 1)];
      break;
    case 1:
      input->insert(at, 1, kBytes[prng.Between(0, kBytes.size() - 1)]);
      break;
    case 2:
      input->erase(at, prng.Between(1, 4));
      break;
    case 3:
      input->insert(at, Part(*input, prng));
      break;
    case 4:
      input->insert(at, Part(other, prng));
      break;
    default:
      if (at < input->size()) (*input)[at] = static_cast<char>(prng.Next());
      break;
  }
}

}  // namespace

bool Corpus::Load(const std::string& folder) {
  if (folder.empty()) return true;
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    files_.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return !files_.empty();
}

std::string Corpus::Changed(Prng& prng) const {
  std::string input = files_[prng.Between(0, files_.size() - 1)];
  const std::string& other = files_[prng.Between(0, files_.size() - 1)];
  for (uint64_t left = prng.Between(1, 5); left > 0; --left) Change(&input, other, prng);
  return input;
}

}  // namespace sluice
