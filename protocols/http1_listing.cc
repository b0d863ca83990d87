#include "protocols/http1_listing.h"

#include <chrono>

#include "protocols/http1_date.h"
#include "protocols/http1_file_path.h"
#include "reactor/base/time.h"

namespace sluice {
namespace {

constexpr std::string_view kStyle =
    "<meta name=\"viewport\" content=\"width=device-width\"><style>"
    ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2em}"
    "h1{font-size:1.4em;overflow-wrap:anywhere}th{font-weight:500;text-align:left;opacity:.7}"
    "td,th{padding-right:2em;white-space:nowrap}td:first-child{white-space:pre-wrap;"
    "overflow-wrap:anywhere}td:nth-child(2),th:nth-child(2){text-align:right}</style>";

void AddRow(const DirectoryEntry& entry, std::string* page) {
  const std::string_view slash = entry.status.is_directory ? "/" : "";
  const std::string size = entry.status.is_directory ? "" : std::to_string(entry.status.size);
  // "./": a name with a colon in it would be read as a scheme.
  page->append("<tr><td><a href=\"./").append(EscapeHttp1Path(entry.name)).append(slash);
  page->append("\">").append(EscapeHtml(entry.name)).append(slash).append("</a></td><td>");
  page->append(size).append("</td><td>");
  page->append(Http1Date(Duration(entry.status.modified_ns))).append("</td></tr>\n");
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

std::string RenderHttp1Listing(std::string_view path, bool is_root,
                               const std::vector<DirectoryEntry>& entries, bool cut) {
  const std::string title = "Index of " + EscapeHtml(path);
  std::string page = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>" + title +
                     "</title>\n" + std::string(kStyle) + "</head>\n<body><h1>" + title +
                     "</h1>\n<table>\n<tr><th>name</th><th>bytes</th><th>modified</th></tr>\n";
  if (!is_root) page += "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n";
  for (const DirectoryEntry& entry : entries) AddRow(entry, &page);
  page += "</table>\n";
  if (cut) page += "<p>There is more than is listed here.</p>\n";
  return page + "</body></html>\n";
}

}  // namespace sluice
