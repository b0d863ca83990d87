// Names of files, as people and strangers give them.
#ifndef SLUICE_APPS_FILES_NAMES_H_
#define SLUICE_APPS_FILES_NAMES_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "apps/files/error.h"

namespace sluice::files {

// Whether a stranger may name it: relative, segments with '/' between them, none of them "." or
// "..", none of a partial file's name, and where not allowed none with a dot in front.
TransferError CheckName(std::string_view name, size_t bytes_max, bool hidden_allowed);

// Where a path of this machine leads to: the directory ("." where it names none) and the name in
// it.
struct LocalPlace {
  std::string directory;
  std::string name;
};
LocalPlace PlaceOfPath(std::string_view path);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_NAMES_H_
