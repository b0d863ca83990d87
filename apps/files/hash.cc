#include "apps/files/hash.h"

#include <nettle/sha2.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace sluice::files {

struct FileHash::State {
  HashKind kind;
  XXH3_state_t* xxh3 = nullptr;
  sha256_ctx sha256;
  ~State() { XXH3_freeState(xxh3); }
};

bool IsHashKind(uint8_t number) {
  return number == static_cast<uint8_t>(HashKind::kXxh3) ||
         number == static_cast<uint8_t>(HashKind::kSha256);
}

FileHash::FileHash(HashKind kind) : state_(std::make_unique<State>()) {
  state_->kind = kind;
  if (kind == HashKind::kXxh3) {
    state_->xxh3 = XXH3_createState();
    XXH3_128bits_reset(state_->xxh3);
  } else {
    sha256_init(&state_->sha256);
  }
}

FileHash::~FileHash() = default;
FileHash::FileHash(FileHash&&) noexcept = default;
FileHash& FileHash::operator=(FileHash&&) noexcept = default;

void FileHash::Update(std::string_view bytes) {
  if (state_->kind == HashKind::kXxh3) {
    XXH3_128bits_update(state_->xxh3, bytes.data(), bytes.size());
  } else {
    sha256_update(&state_->sha256, bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()));
  }
}

FileError FileHash::UpdateFrom(int fd, uint64_t offset, uint64_t length) {
  constexpr size_t kPieceBytes = 128 << 10;  // stays in the processor's cache
  static thread_local std::vector<char> piece(kPieceBytes);
  while (length > 0) {
    const size_t wanted = std::min<uint64_t>(length, kPieceBytes);
    const ssize_t got = pread(fd, piece.data(), wanted, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileErrorOf(errno);
    if (got == 0) return FileError::kTooLarge;
    Update({piece.data(), static_cast<size_t>(got)});
    offset += static_cast<uint64_t>(got);
    length -= static_cast<uint64_t>(got);
  }
  return FileError::kNone;
}

std::string FileHash::Digest() const {
  if (state_->kind == HashKind::kXxh3) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->xxh3));
    return std::string(reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest));
  }
  sha256_ctx copy = state_->sha256;  // to take a digest ends what it is taken of
  std::array<uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&copy, digest.size(), digest.data());
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string Hexadecimal(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace sluice::files
