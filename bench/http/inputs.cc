#include "bench/http/inputs.h"

#include <cstdio>
#include <iterator>
#include <string_view>

#include "reactor/base/check.h"
#include "reactor/base/prng.h"

namespace sluice::bench_http {
namespace {

constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";

std::string Letters(size_t count, Prng& prng) {
  std::string text;
  while (text.size() < count) text += kLetters[prng.Between(0, sizeof kLetters - 2)];
  return text;
}

// Grows the value of the last field until the request has exactly `bytes`, and ends it.
std::string Padded(std::string request, size_t bytes, Prng& prng) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  SLUICE_CHECK(request.size() + kEnd.size() <= bytes, "there is room for the last value");
  request += Letters(bytes - request.size() - kEnd.size(), prng);
  request += kEnd;
  return request;
}

// What browsers and tools send, each perhaps.
constexpr std::string_view kOften[] = {
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/124.0 Safari/537.36\r\n",
    "User-Agent: curl/8.5.0\r\n",
    "Accept: */*\r\n",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n",
    "Accept-Language: de-CH,de;q=0.8,en;q=0.5\r\n",
    "Accept-Encoding: gzip, deflate, br\r\n",
    "Connection: keep-alive\r\n",
    "Cache-Control: max-age=0\r\n",
    "Upgrade-Insecure-Requests: 1\r\n",
    "If-None-Match: \"5f3c-61a2b3c4d5e6f\"\r\n",
    "If-Modified-Since: Tue, 04 Mar 2025 10:15:30 GMT\r\n",
    "Sec-Fetch-Dest: document\r\n",
    "Sec-Fetch-Mode: navigate\r\n",
    "Sec-Fetch-Site: same-origin\r\n",
    "DNT: 1\r\n",
    "Pragma: no-cache\r\n",
    "Content-Type: application/json\r\n",
    "X-Requested-With: XMLHttpRequest\r\n",
};

std::string MixedRequest(Prng& prng) {
  constexpr size_t kBytes = 494;  // in the mean: the others vary around it
  static constexpr std::string_view kMethods[] = {"GET",  "GET",  "GET", "GET",
                                                  "HEAD", "POST", "PUT"};
  const std::string_view method = kMethods[prng.Between(0, std::size(kMethods) - 1)];
  std::string request(method);
  request += " /" + Letters(prng.Between(0, 60), prng);
  if (prng.Chance(1, 3)) request += "?q=" + Letters(prng.Between(1, 30), prng);
  request += " HTTP/1.1\r\nHost: " + Letters(prng.Between(4, 20), prng) + ".example\r\n";
  const bool has_body = method.starts_with('P');
  if (has_body) request += "Content-Length: " + std::to_string(prng.Between(0, 99999)) + "\r\n";
  for (const std::string_view field : kOften) {
    if (prng.Chance(2, 5) && request.size() + field.size() < kBytes - 150) request += field;
  }
  if (prng.Chance(1, 3))
    request += "X-Trace-" + Letters(3, prng) + ": " + Letters(16, prng) + "\r\n";
  if (request.size() + 200 < kBytes) request += "Referer: https://" + Letters(70, prng) + "/\r\n";
  request += "Cookie: ";
  return Padded(request, kBytes + prng.Between(0, 120) - 60, prng);
}

}  // namespace

std::string SmallRequest() {
  return "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string BrowserRequest() {
  Prng prng(1);
  return Padded(
      "GET /gallery/2024/10/by-the-lake/panorama-north-shore.jpeg HTTP/1.1\r\n"
      "Host: www.mountain-walks.example\r\n"
      "User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:125.0) Gecko/20100101 "
      "Firefox/125.0\r\n"
      "Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5\r\n"
      "Accept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
      "Accept-Encoding: gzip, deflate, br\r\n"
      "Connection: keep-alive\r\n"
      "Referer: http://www.mountain-walks.example/gallery/\r\n"
      "Cache-Control: max-age=0\r\n"
      "If-Modified-Since: Sun, 06 Oct 2024 18:22:41 GMT\r\n"
      "Cookie: visit=",
      703, prng);
}

std::string LargeRequest() {
  constexpr size_t kFields = 40;
  constexpr size_t kBytes = 1654;
  Prng prng(2);
  std::string request = "GET /api/v2/items HTTP/1.1\r\nHost: api.example\r\n";
  for (size_t field = 2; field < kFields; ++field) {
    request += "X-" + Letters(prng.Between(4, 14), prng) + "-" + std::to_string(field) + ": " +
               Letters(prng.Between(8, 28), prng) + "\r\n";
  }
  request += "Cookie: ";
  return Padded(request, kBytes, prng);
}

std::vector<std::string> MixedRequests() {
  Prng prng(3);
  std::vector<std::string> requests;
  while (requests.size() < 512) requests.push_back(MixedRequest(prng));
  return requests;
}

std::string ChunkedBody(size_t content_bytes, size_t chunk_bytes) {
  char size_line[32];
  std::snprintf(size_line, sizeof size_line, "%zx\r\n", chunk_bytes);
  std::string body;
  for (size_t done = 0; done < content_bytes; done += chunk_bytes) {
    body += size_line + std::string(chunk_bytes, 'c') + "\r\n";
  }
  return body + "0\r\n\r\n";
}

}  // namespace sluice::bench_http
