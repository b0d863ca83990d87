// A directory as a page.
#ifndef SLUICE_PROTOCOLS_HTTP1_LISTING_H_
#define SLUICE_PROTOCOLS_HTTP1_LISTING_H_

#include <string>
#include <string_view>
#include <vector>

#include "protocols/file_root.h"

namespace sluice {

// HTML, UTF-8. `path` is what the page is headed with, as the client named it; names are escaped
// wherever they stand. Links are relative to the directory, so the request's path must end with a
// slash. `cut`: there is more than `entries`.
std::string RenderHttp1Listing(std::string_view path, bool is_root,
                               const std::vector<DirectoryEntry>& entries, bool cut);

// `&<>"'` as references: for text and quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace sluice

#endif  // SLUICE_PROTOCOLS_HTTP1_LISTING_H_
