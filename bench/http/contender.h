// A parser of HTTP/1.1 under measurement.
#ifndef SLUICE_BENCH_HTTP_CONTENDER_H_
#define SLUICE_BENCH_HTTP_CONTENDER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::bench_http {

using Requests = std::vector<std::string_view>;

// Each call must do all of its work and stops the program when a parser refuses the input.
class Contender {
 public:
  virtual ~Contender() = default;
  virtual std::string name() const = 0;
  virtual std::string note() const { return ""; }

  // Parses each request, alone in its memory, and finds what decides where it ends and whom it is
  // for: Host, Content-Length, Transfer-Encoding, Connection, Expect, Upgrade.
  virtual void ParseEach(const Requests& requests) = 0;

  // Parses one request that grows by a byte a call.
  virtual bool takes_growing() const { return true; }
  virtual void ParseGrowing(const std::string& request) = 0;

  // Decodes a chunked body, the whole of it in sight; returns the bytes of content.
  virtual bool takes_chunks() const { return true; }
  virtual size_t DecodeChunks(const std::string& body) = 0;
};

// Null where the processor or the installation lacks it.
std::vector<std::unique_ptr<Contender>> MakeSluice();  // one a way of scanning, the best one first
std::unique_ptr<Contender> MakeNewlineScan();
std::unique_ptr<Contender> MakePicohttpparser();
std::unique_ptr<Contender> MakeHttpParser();
std::unique_ptr<Contender> MakeBeast();

// The compiler must believe that `value` is used.
template <class T>
inline void Use(const T& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

}  // namespace sluice::bench_http

#endif  // SLUICE_BENCH_HTTP_CONTENDER_H_
