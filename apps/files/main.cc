// sluice-files: gives and takes files over TCP.
#include <sys/stat.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "apps/files/commands.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"
#include "tools/text/converter.h"

ABSL_FLAG(std::string, protocol, "framed",
          "framed (ours), or one of the tutorials': bare (a name goes, the bytes come, the end is "
          "the end) or marker (name, bytes, then ##, told apart by pauses)");
ABSL_FLAG(std::string, encoding, "utf-8",
          "with --protocol=bare or marker: of the names on the wire: utf-8, gbk or another name of "
          "`iconv -l`");
ABSL_FLAG(absl::Duration, pause, absl::Milliseconds(100),
          "with --protocol=bare: the silence that ends a name; with marker: between name, bytes "
          "and mark");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Seconds(60),
          "a connection without a byte either way ends after this; 0: never");
ABSL_FLAG(bool, sync, true,
          "a file is on the disk (fsync) before it gets its name and is said to be stored; without "
          "it a power cut may take it back");
ABSL_FLAG(bool, json, false, "list, get, put: print results as JSON");

namespace sluice::files {
namespace {

constexpr cli::Command kCommand = {
    .name = "sluice-files",
    .purpose =
        "gives and takes files over TCP: checked by a hash, resumed where they broke off, and "
        "never seen by half.",
    .usage = "sluice-files serve | get | put | list [ARGUMENTS] [FLAGS]",
    .subcommands =
        "  serve  --root=DIRECTORY [--listen=ADDRESS]... [--writable] [FLAGS]\n"
        "  get    HOST:PORT NAME... [-o FILE-OR-DIRECTORY]\n"
        "  put    HOST:PORT FILE... [--as=NAME]\n"
        "  list   HOST:PORT [DIRECTORY]\n",
    .notes =
        "A transfer that broke off leaves a hidden .sluice-*.part beside the file; the same "
        "command goes on behind it, if the file is still the same. Anybody who can connect may "
        "read what is beneath --root, and with --writable replace it: there are no passwords.\n"
        "\n"
        "Exit code: 0 done, 1 if a file failed, with one line for each, 2 for bad usage.\n",
    .examples =
        "  sluice-files serve --root=public                    # on 127.0.0.1:9470\n"
        "  sluice-files serve --root=drop --listen=:9470 --writable --log\n"
        "  sluice-files list 127.0.0.1:9470\n"
        "  sluice-files get 127.0.0.1:9470 big.iso -o /tmp/big.iso\n"
        "  sluice-files put 127.0.0.1:9470 a.jpg b.jpg c.jpg\n"
        "  sluice-files serve --root=public --protocol=bare --encoding=gbk\n"
        "  sluice-files get --protocol=bare 127.0.0.1:8080 photo.jpg\n"
        "  sluice-files serve --root=public --protocol=marker --name=img.jpg\n",
    .positional_count_max = 100'000};

text::Converter MakeConverter(const std::string& from, const std::string& to) {
  absl::StatusOr<text::Converter> converter = text::Converter::Create(from, to);
  if (!converter.ok()) {
    cli::ExitUsage("--encoding: " + std::string(converter.status().message()));
  }
  return *std::move(converter);
}

bool IsUtf8(const std::string& encoding) {
  return encoding == "utf-8" || encoding == "UTF-8";
}

ConvertName Conversion(const std::string& from, const std::string& to) {
  if (IsUtf8(from) && IsUtf8(to)) return {};
  MakeConverter(from, to);  // now, to refuse what it does not know
  return [from, to](std::string_view name) { return MakeConverter(from, to).ConvertAll(name); };
}

}  // namespace

Protocol ProtocolFromFlag() {
  const std::string text = absl::GetFlag(FLAGS_protocol);
  if (text == "framed") {
    cli::RefuseFlag("encoding", "with --protocol=framed, whose names are UTF-8");
    cli::RefuseFlag("pause", "with --protocol=framed, which has no need of any");
    return Protocol::kFramed;
  }
  if (text == "bare") return Protocol::kBare;
  if (text == "marker") return Protocol::kMarker;
  cli::ExitUsage("--protocol: \"" + text + "\" is none of framed, bare and marker");
}

Duration PauseFromFlag() {
  cli::RequireRange("pause", absl::GetFlag(FLAGS_pause), absl::Milliseconds(1), absl::Seconds(60));
  return cli::ToDuration(absl::GetFlag(FLAGS_pause));
}

Duration IdleTimeoutFromFlag() {
  cli::RequireRange("idle_timeout", absl::GetFlag(FLAGS_idle_timeout), absl::ZeroDuration(),
                    absl::Hours(24));
  return cli::ToDuration(absl::GetFlag(FLAGS_idle_timeout));
}

bool SyncFromFlag() {
  return absl::GetFlag(FLAGS_sync);
}

bool JsonFromFlag() {
  return absl::GetFlag(FLAGS_json);
}

void PrintAsJson(const nlohmann::ordered_json& json) {
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  std::printf("%s\n", json.dump(2, ' ', false, replace).c_str());
}

ConvertName NameDecoderFromFlag() {
  return Conversion(absl::GetFlag(FLAGS_encoding), "utf-8");
}

ConvertName NameEncoderFromFlag() {
  return Conversion("utf-8", absl::GetFlag(FLAGS_encoding));
}

mode_t Umask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

absl::StatusOr<Endpoint> ServerFromArgument(const std::vector<std::string>& arguments) {
  if (arguments.empty()) cli::ExitUsage("which server? Give HOST:PORT (see --help)");
  return cli::EndpointFromArgument(arguments.front());
}

namespace {

int Main(std::vector<std::string> arguments) {
  const std::string subcommand = arguments.front();
  arguments.erase(arguments.begin());
  if (subcommand == "serve") return RunServe(arguments);
  if (subcommand == "get") return RunGet(arguments);
  if (subcommand == "put") return RunPut(arguments);
  if (subcommand == "list") return RunList(arguments);
  cli::ExitUsage("there is no subcommand \"" + subcommand +
                 "\": there are serve, get, put and list (see --help)");
}

}  // namespace
}  // namespace sluice::files

int main(int argc, char** argv) {
  return sluice::files::Main(sluice::cli::Start(argc, argv, sluice::files::kCommand));
}
