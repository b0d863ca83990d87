// nodejs/http-parser 2.9, with every callback set: it judges Content-Length, Transfer-Encoding,
// Connection and Upgrade itself; Host and Expect are looked for here.
#include <http_parser.h>
#include <strings.h>

#include "bench/http/contender.h"
#include "reactor/base/check.h"

namespace sluice::bench_http {
namespace {

struct Seen {
  size_t content_bytes = 0;
  size_t fields = 0;
  bool expect = false;
  bool host = false;
  bool complete = false;
};

Seen& SeenBy(http_parser* parser) {
  return *static_cast<Seen*>(parser->data);
}

int OnNothing(http_parser*) {
  return 0;
}
int OnText(http_parser* parser, const char* text, size_t) {
  Use(text);
  ++SeenBy(parser).fields;
  return 0;
}
int OnName(http_parser* parser, const char* name, size_t bytes) {
  if (bytes == 4 && strncasecmp(name, "host", bytes) == 0) SeenBy(parser).host = true;
  if (bytes == 6 && strncasecmp(name, "expect", bytes) == 0) SeenBy(parser).expect = true;
  return 0;
}
int OnBody(http_parser* parser, const char* data, size_t bytes) {
  Use(data);
  SeenBy(parser).content_bytes += bytes;
  return 0;
}
int OnHeadEnd(http_parser* parser) {
  SeenBy(parser).complete = true;
  return 0;
}
int OnMessageEnd(http_parser* parser) {
  http_parser_pause(parser, 1);  // a body announced is not there
  return 0;
}

http_parser_settings MakeSettings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_begin = OnNothing;
  settings.on_url = OnText;
  settings.on_header_field = OnName;
  settings.on_header_value = OnText;
  settings.on_headers_complete = OnHeadEnd;
  settings.on_body = OnBody;
  settings.on_message_complete = OnMessageEnd;
  return settings;
}

class HttpParser : public Contender {
 public:
  std::string name() const override { return "http-parser, callbacks"; }

  void ParseEach(const Requests& requests) override {
    for (const std::string_view bytes : requests) {
      Begin();
      http_parser_execute(&parser_, &settings_, bytes.data(), bytes.size());
      SLUICE_CHECK(seen_.complete, "it is one whole request");
      Use(seen_);
    }
  }

  void ParseGrowing(const std::string& bytes) override {
    Begin();
    for (const char& byte : bytes) http_parser_execute(&parser_, &settings_, &byte, 1);
    SLUICE_CHECK(seen_.complete, "it is one whole request");
  }

  size_t DecodeChunks(const std::string& body) override {
    static const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    Begin();
    http_parser_execute(&parser_, &settings_, head.data(), head.size());
    http_parser_execute(&parser_, &settings_, body.data(), body.size());
    return seen_.content_bytes;
  }

 private:
  void Begin() {
    http_parser_init(&parser_, HTTP_REQUEST);
    seen_ = {};
    parser_.data = &seen_;
  }

  http_parser parser_;
  Seen seen_;
  const http_parser_settings settings_ = MakeSettings();
};

}  // namespace

std::unique_ptr<Contender> MakeHttpParser() {
  return std::make_unique<HttpParser>();
}

}  // namespace sluice::bench_http
