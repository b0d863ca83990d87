// Reads and writes the small text files of /proc.
#ifndef SLUICE_TOOLS_NETLAB_PROC_FILE_H_
#define SLUICE_TOOLS_NETLAB_PROC_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sluice::netlab {

// The whole text of `path`. The error has the code of errno and names the path.
absl::StatusOr<std::string> ReadProcFile(const std::string& path);

// Writes `text` in one write(2), as the files of /proc want it.
absl::Status WriteProcFile(const std::string& path, std::string_view text);

}  // namespace sluice::netlab

#endif  // SLUICE_TOOLS_NETLAB_PROC_FILE_H_
