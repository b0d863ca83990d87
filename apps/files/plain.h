// The tutorials' two file protocols without framing, both ends: for programs that speak nothing
// else. README.md says what they cannot do.
//
// Bare: the client sends a name, without an end; the server sends the file's bytes and closes.
// Marker: the server begins: it sends a name, waits, sends the bytes, waits, sends "##", and waits
// for a text that acknowledges them. The waiting is all that keeps the three apart.
#ifndef SLUICE_APPS_FILES_PLAIN_H_
#define SLUICE_APPS_FILES_PLAIN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/file_root.h"
#include "reactor/loop.h"

namespace sluice::files {

inline constexpr std::string_view kMarker = "##";

struct PlainServerOptions {
  // Bare: as long a silence ends a name, where the client does not end its stream. Marker: between
  // name, bytes and mark.
  Duration pause = std::chrono::milliseconds(100);
  size_t name_bytes_max = 1024;
  bool hidden = false;
  std::string marker_name;  // the file that every client of the marker protocol gets
  // From the wire to the file system's names and back; empty: as they are.
  std::function<std::string(std::string_view)> decode_name;
  std::function<std::string(std::string_view)> encode_name;
  std::function<void(std::string_view line)> log;
};

// `root` and `options` outlive the connections.
HandlerFactory BareServerFactory(const FileRoot& root, const PlainServerOptions& options);
HandlerFactory MarkerServerFactory(const FileRoot& root, const PlainServerOptions& options);

struct PlainFetch {
  std::string name;        // bare: to ask for, as it goes onto the wire
  std::string local_path;  // empty: the name the marker server sends, in this directory
  Duration pause = std::chrono::milliseconds(100);  // marker: that the server is thought to make
  std::function<std::string(std::string_view)> decode_name;  // marker
  uint64_t bytes = 0;                                        // so far
  std::string error = "the connection broke";                // empty once the file is there
};

// Each stops its loop when it is over; `fetch` outlives it.
std::unique_ptr<Handler> MakeBareClient(PlainFetch& fetch);
std::unique_ptr<Handler> MakeMarkerClient(PlainFetch& fetch);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_PLAIN_H_
