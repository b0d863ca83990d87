// Why a transfer failed: the numbers stand on the wire (PROTOCOL.md) and never change.
#ifndef SLUICE_APPS_FILES_ERROR_H_
#define SLUICE_APPS_FILES_ERROR_H_

#include <cstdint>
#include <string_view>

#include "protocols/file_root.h"

namespace sluice::files {

enum class TransferError : uint16_t {
  kNone = 0,
  kNotFound = 1,     // no such file, or no such directory to put it in
  kForbidden = 2,    // the system's permissions, a link that leads out of the root, a hidden name
  kDirectory = 3,    // it is one, and a file was wanted
  kNotRegular = 4,   // a device, a pipe, a socket; or a file where a directory was wanted
  kBadName = 5,      // empty, or with ".", "..", "//" or NUL in it
  kNameTooLong = 6,  // above the server's limit, or a segment above 255 bytes
  kNotWritable = 7,  // the server runs without --writable, or its file system is read-only
  kTooLarge = 8,     // above the server's limit, or the file system's
  kNoSpace = 9,      // the disk or a quota is full
  kBusy = 10,        // somebody else sends the same file now: later
  kChanged = 11,     // the file changed while it was sent
  kCorrupt = 12,     // what arrived has another hash than what was sent
  kOutOfFiles = 13,  // descriptors: later
  kIo = 14,          // the disk failed
  kBadRequest = 15,  // not this protocol, or a frame where it has no meaning
};

// For people: "not found". An unknown number, of a newer peer, has a text, too.
std::string_view TransferErrorText(TransferError error);
TransferError TransferErrorOf(FileError error);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_ERROR_H_
