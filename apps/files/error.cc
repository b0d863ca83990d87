#include "apps/files/error.h"

namespace sluice::files {

std::string_view TransferErrorText(TransferError error) {
  switch (error) {
    case TransferError::kNone:
      return "no error";
    case TransferError::kNotFound:
      return "not found";
    case TransferError::kForbidden:
      return "permission denied";
    case TransferError::kDirectory:
      return "it is a directory";
    case TransferError::kNotRegular:
      return "it is not a regular file";
    case TransferError::kBadName:
      return "the name cannot be one of a file";
    case TransferError::kNameTooLong:
      return "the name is too long";
    case TransferError::kNotWritable:
      return "the server takes no files";
    case TransferError::kTooLarge:
      return "it is larger than allowed";
    case TransferError::kNoSpace:
      return "no space left on the disk";
    case TransferError::kBusy:
      return "somebody else sends the same file now";
    case TransferError::kChanged:
      return "the file changed while it was sent";
    case TransferError::kCorrupt:
      return "what arrived is not what was sent";
    case TransferError::kOutOfFiles:
      return "too many open files";
    case TransferError::kIo:
      return "input/output error";
    case TransferError::kBadRequest:
      return "the request is not understood";
  }
  return "an error of a kind unknown here";
}

TransferError TransferErrorOf(FileError error) {
  switch (error) {
    case FileError::kNone:
      return TransferError::kNone;
    case FileError::kNotFound:
      return TransferError::kNotFound;
    case FileError::kForbidden:
    case FileError::kOutside:
    case FileError::kExists:
      return TransferError::kForbidden;
    case FileError::kDirectory:
      return TransferError::kDirectory;
    case FileError::kNotRegular:
      return TransferError::kNotRegular;
    case FileError::kBadName:
      return TransferError::kBadName;
    case FileError::kTooLarge:
      return TransferError::kTooLarge;
    case FileError::kNoSpace:
      return TransferError::kNoSpace;
    case FileError::kOutOfFiles:
      return TransferError::kOutOfFiles;
    case FileError::kReadOnly:
      return TransferError::kNotWritable;
    case FileError::kBusy:
      return TransferError::kBusy;
    case FileError::kIo:
      return TransferError::kIo;
  }
  return TransferError::kIo;
}

}  // namespace sluice::files
