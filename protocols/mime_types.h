// Media types of files by the ending of their names.
#ifndef SLUICE_PROTOCOLS_MIME_TYPES_H_
#define SLUICE_PROTOCOLS_MIME_TYPES_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace sluice {

class MimeTypes {
 public:
  // What browsers need of the web's own files.
  MimeTypes();
  // The system's table where the package media-types is installed (/etc/mime.types), over that.
  static MimeTypes OfSystem();

  // Lines of "type ending ending ..."; '#' begins a comment. What they say replaces what was known.
  void Read(std::string_view table);
  // As it stands in Content-Type, with a charset of UTF-8 for text; application/octet-stream where
  // the ending is not known. Valid as long as this is not changed.
  std::string_view Of(std::string_view name) const;

 private:
  void Set(std::string_view ending, std::string_view type);

  absl::flat_hash_map<std::string, std::string> type_of_ending_;
};

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_MIME_TYPES_H_
