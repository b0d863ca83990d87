// The server's end of a connection: lists, gives and takes files beneath one directory.
#ifndef SLUICE_APPS_FILES_SERVER_H_
#define SLUICE_APPS_FILES_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "apps/files/disk.h"
#include "apps/files/file_receiver.h"
#include "protocols/file_root.h"
#include "reactor/loop.h"

namespace sluice::files {

struct ServerOptions {
  bool writable = false;
  bool hidden = false;               // names with a dot in front
  size_t name_bytes_max = 1024;      // kNameTooLong
  size_t list_entries_max = 10'000;  // of one directory; the list then says that there is more
  ReceiverOptions receiving;
  // A line for each transfer, on the loops' threads; empty: none.
  std::function<void(std::string_view line)> log;
};

// For connections of `loop`; `root`, `options` and `thread` outlive it.
HandlerFactory ServerFactory(Loop& loop, const FileRoot& root, const ServerOptions& options,
                             DiskThread* thread);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_SERVER_H_
