// The frames of sluice-files, as PROTOCOL.md has them: a length of four bytes, a type of one, then
// the type's fields. Knows no socket.
#ifndef SLUICE_APPS_FILES_WIRE_H_
#define SLUICE_APPS_FILES_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "apps/files/error.h"
#include "apps/files/hash.h"
#include "protocols/length_prefix.h"

namespace sluice::files {

inline constexpr std::string_view kProtocol = "sluice-files/1";
inline constexpr size_t kFrameBytesMax = 8192;     // without its length
inline constexpr size_t kNameBytesCeiling = 4096;  // PATH_MAX
inline constexpr size_t kErrorTextBytesMax = 1024;

enum class FrameType : uint8_t {
  kHello = 1,  // the client's first: kProtocol and a hash
  kList = 2,   // the client asks: what is in this directory?
  kGet = 3,    //                  send me this file
  kPut = 4,    //                  take this file

  kEntry = 16,  // the server answers: a file or a directory of the list
  kEnd = 17,    //                     that was the list
  kFile = 18,   //                     this is the file, as kPut says it of the other direction

  kHave = 32,    // who receives: I have so much of it already, and this is its hash
  kBegin = 33,   // who sends: then I begin here
  kData = 34,    //            so many bytes of it follow this frame
  kDone = 35,    //            that was all, and this is the hash of all of it
  kStored = 36,  // who receives: it has its name

  kWait = 48,   // either: still at work on the disk
  kError = 49,  // either: it failed
};

// All fields of all types; which of them stand on the wire the type says.
struct Frame {
  FrameType type = FrameType::kWait;
  std::string name;         // kHello: of the protocol; kList, kGet, kPut, kEntry, kFile
  uint8_t hash_kind = 0;    // kHello
  uint64_t size = 0;        // kPut, kEntry, kFile
  uint32_t mode = 0;        // the same: permissions
  int64_t modified_ns = 0;  // the same: since 1970
  std::string hash;         // kPut, kFile: empty where it is not known yet; kHave, kDone
  bool flag = false;        // kEntry: a directory; kEnd: there was more
  uint64_t offset = 0;      // kHave, kBegin
  uint32_t length = 0;      // kData
  uint16_t code = 0;        // kError
  std::string text;         // kError

  friend bool operator==(const Frame&, const Frame&) = default;
};

// Of one message of FrameCodec(). Nothing where it is no frame: an unknown type, too few bytes or
// too many, a text above its limit, a flag that is neither 0 nor 1.
std::optional<Frame> ParseFrame(std::string_view message);
// A message for FrameCodec(). Texts above their limits are cut.
std::string FormatFrame(const Frame& frame);

LengthPrefixCodec FrameCodec();

Frame ErrorFrame(TransferError error, std::string_view text);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_WIRE_H_
