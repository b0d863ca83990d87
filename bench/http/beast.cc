// Boost.Beast with its container of fields. Apart from the rest for its compile time.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "bench/http/contender.h"
#include "reactor/base/check.h"

namespace sluice::bench_http {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using HeadParser = http::request_parser<http::empty_body>;

void LookUp(const HeadParser& parser) {
  const auto& fields = parser.get();
  for (const http::field field : {http::field::host, http::field::expect, http::field::upgrade}) {
    Use(fields.find(field) != fields.end());
  }
  Use(parser.keep_alive());
  Use(parser.chunked());
}

class Beast : public Contender {
 public:
  std::string name() const override { return "Boost.Beast, fields"; }

  void ParseEach(const Requests& requests) override {
    for (const std::string_view bytes : requests) {
      boost::system::error_code error;
      HeadParser parser;
      parser.body_limit(UINT64_MAX);
      parser.put(asio::buffer(bytes.data(), bytes.size()), error);
      SLUICE_CHECK(parser.is_header_done(), "it is one whole request");
      LookUp(parser);
    }
  }

  void ParseGrowing(const std::string& bytes) override {
    boost::system::error_code error;
    HeadParser parser;
    size_t consumed = 0;
    for (size_t shown = 1; shown <= bytes.size(); ++shown) {
      consumed += parser.put(asio::buffer(bytes.data() + consumed, shown - consumed), error);
    }
    SLUICE_CHECK(parser.is_header_done(), "it is one whole request");
    LookUp(parser);
  }

  size_t DecodeChunks(const std::string& body) override {
    static const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    boost::system::error_code error;
    http::request_parser<http::buffer_body> parser;
    parser.body_limit(UINT64_MAX);
    parser.put(asio::buffer(head), error);
    size_t content = 0;
    auto on_chunk = [&content](uint64_t, boost::beast::string_view data,
                               boost::system::error_code&) {
      content += data.size();
      Use(data.data());
      return data.size();
    };
    parser.on_chunk_body(on_chunk);
    parser.eager(true);
    size_t at = 0;
    while (!parser.is_done() && !error) {
      at += parser.put(asio::buffer(body.data() + at, body.size() - at), error);
    }
    return content;
  }
};

}  // namespace

std::unique_ptr<Contender> MakeBeast() {
  return std::make_unique<Beast>();
}

}  // namespace sluice::bench_http
