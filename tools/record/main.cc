// sluice-record: struct.pack, struct.unpack and struct.calcsize for the shell.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "protocols/record_format.h"
#include "tools/cli/command.h"
#include "tools/record/text.h"
#include "tools/report/table.h"

ABSL_FLAG(bool, hex, false, "bytes are hexadecimal text: what pack prints, what unpack reads");
ABSL_FLAG(int64_t, offset, 0, "unpack one record at this offset; a negative one is from the end");
ABSL_FLAG(bool, all, false, "unpack records one after the other, to the end");
ABSL_FLAG(bool, json, false, "print JSON");

namespace sluice::record {
namespace {

constexpr size_t kRecordBytesMax = size_t{16} << 20;
constexpr size_t kInputBytesMax = size_t{64} << 20;
constexpr size_t kArgumentsMax = 100'000;

constexpr cli::Command kCommand = {
    .name = "sluice-record",
    .purpose = "packs values to bytes and back by the formats of Python's struct module.",
    .usage = "sluice-record pack|unpack|size|layout FORMAT [VALUE]... [FLAGS]",
    .subcommands =
        "  pack    prints the bytes of a record; on a terminal in hexadecimal\n"
        "  unpack  reads bytes from the standard input, prints a value a line\n"
        "  size    prints how many bytes a record has\n"
        "  layout  prints where each value lies, and the padding between\n",
    .notes =
        "Values: -7 or 0xff for whole numbers, 1.5, true, and text with escapes such as \\x00 for "
        "the codes c s p. A record has 16 MiB at most, the input 64 MiB.\n"
        "Exit code: 0; 1 when values or bytes do not fit the format; 2 for bad usage.\n",
    .examples =
        "  sluice-record pack '<hI' -1 2 | xxd\n"
        "  sluice-record pack '>I5s' 5 hello | sluice-record unpack '>I5s'\n"
        "  echo 0001ffff | sluice-record unpack '>2h' --hex\n"
        "  sluice-record unpack '<2d' --all --json < readings\n"
        "  sluice-record layout 'cqh'     # native alignment, and why not to send it\n",
    .positional_count_max = kArgumentsMax};

RecordFormat FormatOrExit(const std::string& text) {
  absl::StatusOr<RecordFormat> format =
      RecordFormat::Parse(text, {.record_bytes_max = kRecordBytesMax});
  if (!format.ok()) cli::ExitUsage(std::string(format.status().message()));
  return *std::move(format);
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

void PrintJson(const nlohmann::json& json) {
  std::printf("%s\n", json.dump().c_str());
}

// ---- pack

absl::StatusOr<std::string> PackTexts(const RecordFormat& format,
                                      const std::vector<std::string>& texts) {
  const std::vector<char> codes = CodePerValue(format);
  std::vector<RecordValue> values;
  std::list<std::string> memory;
  // One that is too many has no code; Pack says so.
  for (size_t i = 0; i < texts.size(); ++i) {
    const char code = i < codes.size() ? codes[i] : 's';
    const absl::StatusOr<RecordValue> value = ParseValue(code, texts[i], memory.emplace_back());
    if (!value.ok()) return value.status();
    values.push_back(*value);
  }
  return format.Pack(values);
}

int Pack(const RecordFormat& format, const std::vector<std::string>& texts) {
  const absl::StatusOr<std::string> bytes = PackTexts(format, texts);
  if (!bytes.ok()) return cli::Fail(bytes.status());
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson({{"format", format.text()}, {"bytes", bytes->size()}, {"hex", Hex(*bytes)}});
  } else if (absl::GetFlag(FLAGS_hex) || isatty(STDOUT_FILENO) != 0) {
    std::printf("%s\n", Hex(*bytes).c_str());
  } else {
    std::fwrite(bytes->data(), 1, bytes->size(), stdout);
  }
  return 0;
}

// ---- unpack

absl::StatusOr<std::string> ReadInput() {
  std::string input;
  char piece[1 << 16];
  for (;;) {
    const ssize_t size = read(STDIN_FILENO, piece, sizeof piece);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return absl::UnknownError(std::string("cannot read the standard input: ") +
                                std::strerror(errno));
    }
    if (size == 0) return input;
    input.append(piece, static_cast<size_t>(size));
    if (input.size() > kInputBytesMax) {
      return absl::ResourceExhaustedError("more than 64 MiB on the standard input");
    }
  }
}

absl::StatusOr<std::string> FromHex(const std::string& text) {
  std::string digits;
  for (const char c : text) {
    if (absl::ascii_isspace(c)) continue;
    if (!absl::ascii_isxdigit(c)) {
      return absl::InvalidArgumentError("the standard input is no hexadecimal text: it holds \"" +
                                        absl::CHexEscape(std::string(1, c)) + "\"");
    }
    digits += c;
  }
  if (digits.size() % 2 == 0) return absl::HexStringToBytes(digits);
  return absl::InvalidArgumentError("the standard input holds half of a byte: " +
                                    std::to_string(digits.size()) + " hexadecimal digits");
}

void PrintRecord(absl::Span<const RecordValue> values) {
  for (const RecordValue& value : values) std::printf("%s\n", PrintValue(value).c_str());
}

absl::Status PrintRecords(const RecordFormat& format, std::string_view bytes) {
  nlohmann::json records = nlohmann::json::array();
  const bool json = absl::GetFlag(FLAGS_json);
  const auto print = [&](absl::Span<const RecordValue> values) {
    if (!json) return PrintRecord(values);
    nlohmann::json& record = records.emplace_back(nlohmann::json::array());
    for (const RecordValue& value : values) record.push_back(JsonValue(value));
  };
  if (absl::GetFlag(FLAGS_all)) {
    if (absl::Status status = format.UnpackAll(bytes, print); !status.ok()) return status;
  } else {
    const auto values = cli::FlagGiven("offset")
                            ? format.UnpackFrom(bytes, absl::GetFlag(FLAGS_offset))
                            : format.Unpack(bytes);
    if (!values.ok()) return values.status();
    print(*values);
  }
  if (json) PrintJson({{"format", format.text()}, {"records", records}});
  return absl::OkStatus();
}

int Unpack(const RecordFormat& format) {
  if (absl::GetFlag(FLAGS_all)) cli::RefuseFlag("offset", "with --all");
  absl::StatusOr<std::string> bytes = ReadInput();
  if (bytes.ok() && absl::GetFlag(FLAGS_hex)) bytes = FromHex(*bytes);
  if (!bytes.ok()) return cli::Fail(bytes.status());
  const absl::Status status = PrintRecords(format, *bytes);
  return status.ok() ? 0 : cli::Fail(status);
}

// ---- size, layout

int Size(const RecordFormat& format) {
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson({{"format", format.text()},
               {"bytes", format.record_bytes()},
               {"values", format.value_count()}});
  } else {
    std::printf("%zu\n", format.record_bytes());
  }
  return 0;
}

int Layout(const RecordFormat& format) {
  report::Table table({{"offset", report::Table::Align::kRight},
                       {"bytes", report::Table::Align::kRight},
                       {"code"}});
  nlohmann::json items = nlohmann::json::array();
  size_t end = 0;
  const auto add = [&](size_t offset, size_t bytes, const std::string& code) {
    if (bytes > 0) table.AddRow({std::to_string(offset), std::to_string(bytes), code});
  };
  for (const RecordItem& item : format.items()) {
    const size_t bytes = item.count * item.type.width;
    add(end, item.offset - end, "padding");
    add(item.offset, bytes, (item.count == 1 ? "" : std::to_string(item.count)) + item.code);
    items.push_back({{"code", std::string(1, item.code)},
                     {"count", item.count},
                     {"offset", item.offset},
                     {"bytes", bytes}});
    end = item.offset + bytes;
  }
  add(end, format.record_bytes() - end, "padding");
  if (absl::GetFlag(FLAGS_json)) {
    PrintJson({{"format", format.text()}, {"bytes", format.record_bytes()}, {"items", items}});
  } else {
    std::printf("%s%zu bytes\n", table.ToString().c_str(), format.record_bytes());
  }
  return 0;
}

int Main(const std::vector<std::string>& arguments) {
  const std::string& verb = arguments.front();
  if (verb != "pack" && verb != "unpack" && verb != "size" && verb != "layout") {
    cli::ExitUsage("there is no subcommand \"" + verb +
                   "\": there are pack, unpack, size and layout (see --help)");
  }
  if (arguments.size() < 2) cli::ExitUsage(verb + " wants a format, such as '<hI' (see --help)");
  const RecordFormat format = FormatOrExit(arguments[1]);
  const std::vector<std::string> texts(arguments.begin() + 2, arguments.end());
  if (verb != "unpack") {
    for (const char* flag : {"offset", "all"}) cli::RefuseFlag(flag, "but for unpack");
  }
  if (verb != "pack" && verb != "unpack") cli::RefuseFlag("hex", "but for pack and unpack");
  if (verb == "pack") return Pack(format, texts);
  if (!texts.empty()) {
    cli::ExitUsage("unexpected argument \"" + texts.front() + "\": " + verb +
                   " takes a format alone");
  }
  if (verb == "unpack") return Unpack(format);
  return verb == "size" ? Size(format) : Layout(format);
}

}  // namespace
}  // namespace sluice::record

int main(int argc, char** argv) {
  return sluice::record::Main(sluice::cli::Start(argc, argv, sluice::record::kCommand));
}
