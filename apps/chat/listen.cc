#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "apps/chat/client.h"
#include "apps/chat/command.h"
#include "nlohmann/json.hpp"
#include "tools/cli/command.h"
#include "tools/text/harmless.h"

namespace sluice::chat {
namespace {

double SecondsSince1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Prints what is said, a line each.
class Listener : public Client {
 public:
  using Client::Client;

 private:
  void OnLine(std::string_view line) override {
    if (heard_all()) return;  // on its way out
    Print(line);
    const bool said = !IsNotice(line) && !IsRefusal(line);
    if (said) ++heard_;
    if (heard_all() || std::ferror(stdout) != 0) FinishSoon();
  }

  void Print(std::string_view line) {
    std::string text = text::Harmless(line);
    if (options_.json) {
      nlohmann::ordered_json json;
      json["time"] = SecondsSince1970();
      json["kind"] = IsRefusal(line) ? "refused" : IsNotice(line) ? "room" : "said";
      json["line"] = text;
      text = json.dump();
    }
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  }

  bool heard_all() const { return options_.count > 0 && heard_ == options_.count; }

  uint64_t heard_ = 0;
};

}  // namespace

int Listen(const ClientOptions& options, Wire wire, const LoopOptions& loop_options) {
  const absl::Status status = Listener(options, std::move(wire)).Run(loop_options);
  return status.ok() ? 0 : cli::Fail(status);
}

}  // namespace sluice::chat
