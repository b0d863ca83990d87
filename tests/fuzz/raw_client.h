// A client that gathers what comes, for targets that judge what a server answers.
#ifndef SLUICE_TESTS_FUZZ_RAW_CLIENT_H_
#define SLUICE_TESTS_FUZZ_RAW_CLIENT_H_

#include <string>
#include <string_view>

#include "reactor/connection.h"
#include "reactor/handler.h"

namespace sluice {

class RawClient : public Handler {
 public:
  struct Seen {
    std::string received;
    bool closed = false;
  };
  explicit RawClient(Seen& seen) : seen_(seen) {}
  size_t OnData(Connection&, std::string_view bytes) override {
    seen_.received += bytes;
    return bytes.size();
  }
  void OnClose(Connection&, CloseReason) override { seen_.closed = true; }

 private:
  Seen& seen_;
};

}  // namespace sluice

#endif  // SLUICE_TESTS_FUZZ_RAW_CLIENT_H_
