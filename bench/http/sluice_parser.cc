#include <string_view>

#include "bench/http/contender.h"
#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"
#include "reactor/base/check.h"

namespace sluice::bench_http {
namespace {

class Sluice : public Contender {
 public:
  explicit Sluice(const Http1Scan& scan) : scan_(scan), parser_(limits_, scan) {}

  std::string name() const override { return std::string("Sluice, ") + scan_.name; }

  void ParseEach(const Requests& requests) override {
    Http1Request request;
    for (const std::string_view bytes : requests) {
      const Http1Parsed parsed = parser_.Parse(bytes, &request);
      SLUICE_CHECK(parsed.consumed == bytes.size(), "it is one whole request");
      Use(request);
    }
  }

  void ParseGrowing(const std::string& bytes) override {
    Http1Request request;
    Http1Parsed parsed;
    for (size_t shown = 1; shown <= bytes.size(); ++shown) {
      parsed = parser_.Parse(std::string_view(bytes).substr(0, shown), &request);
    }
    SLUICE_CHECK(parsed.consumed == bytes.size(), "it is one whole request");
    Use(request);
  }

  size_t DecodeChunks(const std::string& bytes) override {
    Http1Framing framing;
    framing.body = Http1BodyKind::kChunked;
    Http1Body body(framing, limits_, scan_);
    std::string_view rest = bytes;
    for (;;) {
      const Http1BodyPart part = body.Decode(rest);
      if (part.kind != Http1BodyPart::kData) {
        SLUICE_CHECK(part.kind == Http1BodyPart::kEnd, "it is one whole body");
        return body.content_bytes();
      }
      Use(part.data.data());
      rest.remove_prefix(part.consumed);
    }
  }

 private:
  const Http1Limits limits_;
  const Http1Scan& scan_;
  Http1RequestParser parser_;
};

}  // namespace

std::vector<std::unique_ptr<Contender>> MakeSluice() {
  std::vector<std::unique_ptr<Contender>> all;
  for (const Http1Scan* scan : AllHttp1Scans()) {
    all.insert(all.begin(), std::make_unique<Sluice>(*scan));
  }
  return all;
}

}  // namespace sluice::bench_http
