// picohttpparser as libh2o exports it, with the look-up of the fields that every server needs.
// Debian ships no header for it, and builds it without SSE4.2.
#include <strings.h>

#include <cstdlib>
#include <vector>

#include "bench/http/contender.h"
#include "reactor/base/check.h"

extern "C" {
struct phr_header {
  const char* name;
  size_t name_len;
  const char* value;
  size_t value_len;
};
struct phr_chunked_decoder {
  size_t bytes_left_in_chunk;
  char consume_trailer;
  char _hex_count;
  char _state;
};
int phr_parse_request(const char* buf, size_t len, const char** method, size_t* method_len,
                      const char** path, size_t* path_len, int* minor_version,
                      struct phr_header* headers, size_t* num_headers, size_t last_len);
ssize_t phr_decode_chunked(struct phr_chunked_decoder* decoder, char* buf, size_t* bufsz);
}

namespace sluice::bench_http {
namespace {

struct Found {
  const phr_header* host = nullptr;
  const phr_header* content_length = nullptr;
  const phr_header* transfer_encoding = nullptr;
  const phr_header* connection = nullptr;
  const phr_header* expect = nullptr;
  const phr_header* upgrade = nullptr;
};

bool Is(const phr_header& header, const char* name) {
  return strncasecmp(header.name, name, header.name_len) == 0;
}

void LookUp(const phr_header* headers, size_t count, Found* found) {
  for (const phr_header* header = headers; header < headers + count; ++header) {
    switch (header->name_len) {
      case 4:
        if (Is(*header, "host")) found->host = header;
        break;
      case 6:
        if (Is(*header, "expect")) found->expect = header;
        break;
      case 7:
        if (Is(*header, "upgrade")) found->upgrade = header;
        break;
      case 10:
        if (Is(*header, "connection")) found->connection = header;
        break;
      case 14:
        if (Is(*header, "content-length")) found->content_length = header;
        break;
      case 17:
        if (Is(*header, "transfer-encoding")) found->transfer_encoding = header;
        break;
      default:
        break;
    }
  }
}

class Picohttpparser : public Contender {
 public:
  std::string name() const override { return "picohttpparser + look-up"; }
  std::string note() const override { return "of libh2o, built without SSE4.2"; }

  void ParseEach(const Requests& requests) override {
    for (const std::string_view bytes : requests) {
      const int consumed = Parse(bytes.data(), bytes.size(), 0);
      SLUICE_CHECK(consumed == static_cast<int>(bytes.size()), "it is one whole request");
    }
  }

  void ParseGrowing(const std::string& bytes) override {
    int consumed = 0;
    for (size_t shown = 1; shown <= bytes.size(); ++shown) {
      consumed = Parse(bytes.data(), shown, shown - 1);
    }
    SLUICE_CHECK(consumed == static_cast<int>(bytes.size()), "it is one whole request");
  }

  // It moves the content together, in place: a copy comes first, which is cheap beside it.
  size_t DecodeChunks(const std::string& body) override {
    copy_.assign(body.begin(), body.end());
    phr_chunked_decoder decoder = {};
    decoder.consume_trailer = 1;
    size_t size = copy_.size();
    SLUICE_CHECK(phr_decode_chunked(&decoder, copy_.data(), &size) == 0, "it is one whole body");
    return size;
  }

 private:
  int Parse(const char* bytes, size_t size, size_t looked_bytes) {
    const char* method;
    const char* path;
    size_t method_bytes;
    size_t path_bytes;
    int minor_version;
    size_t count = std::size(headers_);
    const int consumed = phr_parse_request(bytes, size, &method, &method_bytes, &path, &path_bytes,
                                           &minor_version, headers_, &count, looked_bytes);
    if (consumed < 0) return consumed;
    Found found;
    LookUp(headers_, count, &found);
    Use(found);
    return consumed;
  }

  phr_header headers_[100];
  std::vector<char> copy_;
};

}  // namespace

std::unique_ptr<Contender> MakePicohttpparser() {
  return std::make_unique<Picohttpparser>();
}

}  // namespace sluice::bench_http
