#include "tools/probe/sockopt.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "reactor/backend/socket_util.h"
#include "tools/cli/command.h"
#include "tools/probe/output.h"
#include "tools/probe/sockopt_socket.h"
#include "tools/probe/sockopt_value.h"
#include "tools/text/harmless.h"

namespace sluice::probe {
namespace {

// What getsockopt(2) said.
struct Reading {
  int error = 0;
  std::string bytes{};
  bool done = true;  // false: not asked
};

// How much room to give: some options want their exact size, some fill as much as there is.
socklen_t RoomFor(ValueKind kind) {
  switch (kind) {
    case ValueKind::kBlob:
    case ValueKind::kName:
    case ValueKind::kTcpInfo:
    case ValueKind::kMemory:
      return 512;
    case ValueKind::kHex:
    case ValueKind::kRate:
      return sizeof(uint64_t);
    default:
      return sizeof(timeval);
  }
}

Reading Read(int fd, int level, const OptionRow& row) {
  socklen_t size = RoomFor(row.kind);
  Reading reading{.bytes = std::string(size, '\0')};
  if (getsockopt(fd, level, row.number, reading.bytes.data(), &size) != 0) reading.error = errno;
  reading.bytes.resize(std::min<size_t>(size, reading.bytes.size()));
  return reading;
}

std::string WhyNot(int error) {
  switch (error) {
    case ENOPROTOOPT:
      return "unknown here";
    case EOPNOTSUPP:
      return "not for this";
    case ENOTCONN:
      return "not connected";
    case EPERM:
    case EACCES:
      return "not permitted";
    default:
      return backend::ErrnoText(error).substr(0, backend::ErrnoText(error).find(' '));
  }
}

std::string TextOf(const OptionRow& row, const Reading& reading) {
  if (row.access == Access::kSet) return "(set only)";
  if (!reading.done) return "(not read)";
  return reading.error != 0 ? "- " + WhyNot(reading.error) : ValueText(row.kind, reading.bytes);
}

// Name, value, meaning in 80 columns, as long as the first two keep theirs.
std::string Columns(std::string name, std::string value, std::string_view meaning) {
  constexpr size_t kNameColumns = 25, kValueColumns = 16;
  name.resize(std::max(name.size(), kNameColumns), ' ');
  value.resize(std::max(value.size(), kValueColumns), ' ');
  return "  " + name + " " + value + " " + std::string(meaning);
}

class Listing {
 public:
  // A borrowed socket keeps all it has.
  Listing(int fd, bool borrowed, bool json)
      : fd_(fd), borrowed_(borrowed), json_(json), kind_(KindOf(fd)) {}

  void Print() {
    if (!json_) PrintLine(text::Harmless(DescribeSocket(fd_)));
    for (const OptionLevel& level : LevelsOf(fd_)) {
      if (!json_) PrintLine("\n" + std::string(level.name));
      for (const OptionRow& row : level.rows) {
        if ((row.where & kind_) != 0) PrintRow(level, row);
      }
    }
    for (const auto& [name, fields] : structs_) {
      PrintLine("\n" + name);
      for (const Field& field : fields) PrintLine(Columns(field.name, field.value, field.meaning));
    }
  }

 private:
  void PrintRow(const OptionLevel& level, const OptionRow& row) {
    const bool asks = row.access != Access::kSet && !(borrowed_ && row.access == Access::kTake);
    const Reading reading = asks ? Read(fd_, level.level, row) : Reading{.done = false};
    std::vector<Field> fields = reading.done && reading.error == 0
                                    ? FieldsOf(row.kind, reading.bytes)
                                    : std::vector<Field>();
    if (json_) return PrintJson(level, row, reading, fields);
    PrintLine(Columns(std::string(row.name), TextOf(row, reading), row.meaning));
    if (!fields.empty()) structs_.emplace_back(std::string(row.name), std::move(fields));
  }

  void PrintJson(const OptionLevel& level, const OptionRow& row, const Reading& reading,
                 const std::vector<Field>& fields) {
    nlohmann::ordered_json json = {
        {"level", level.name}, {"name", row.name}, {"text", TextOf(row, reading)}};
    if (reading.error != 0) {
      json["error"] = backend::ErrnoText(reading.error);
    } else if (reading.done) {
      if (const auto number = NumberOf(row.kind, reading.bytes)) json["value"] = *number;
    }
    for (const Field& field : fields) json["fields"][field.name] = field.value;
    json["meaning"] = row.meaning;
    PrintLine(json.dump());
  }

  const int fd_;
  const bool borrowed_;
  const bool json_;
  const Where kind_;
  std::vector<std::pair<std::string, std::vector<Field>>> structs_;
};

// The level and row of that name.
absl::StatusOr<std::pair<OptionLevel, OptionRow>> FindOption(int fd, const std::string& name) {
  for (const OptionLevel& level : LevelsOf(fd)) {
    for (const OptionRow& row : level.rows) {
      if (row.name == name) return std::pair(level, row);
    }
  }
  return absl::NotFoundError("this socket has no option \"" + name +
                             "\": sluice-probe sockopt shows those it has");
}

std::string SettingText(const OptionRow& row, const std::string& asked, const Reading& before,
                        const Reading& after) {
  std::string text = "set " + std::string(row.name) + "=" + asked;
  if (row.access == Access::kSet) return text + ": done";
  text += ": was " + TextOf(row, before) + ", is " + TextOf(row, after);
  // What is no number is what it was asked to be.
  constexpr int64_t kNone = INT64_MIN;
  const std::string wanted = ValueFrom(row.kind, asked).value_or("");
  const int64_t number = NumberOf(row.kind, wanted).value_or(kNone);
  const int64_t granted = NumberOf(row.kind, after.bytes).value_or(kNone);
  if (number == kNone || granted == kNone || number == granted) return text;
  return text + (granted == 2 * number ? "; the kernel doubles it, for its own bookkeeping"
                                       : "; the kernel granted another value");
}

absl::Status Apply(int fd, const std::string& name, const std::string& asked, bool json) {
  const auto found = FindOption(fd, name);
  if (!found.ok()) return found.status();
  const auto& [level, row] = *found;
  if (row.access == Access::kGet || row.access == Access::kTake)
    return absl::InvalidArgumentError(name + " can only be read");
  const absl::StatusOr<std::string> value = ValueFrom(row.kind, asked);
  if (!value.ok()) {
    return absl::InvalidArgumentError("cannot set " + name + " to \"" + asked +
                                      "\": " + std::string(value.status().message()));
  }
  const Reading before = Read(fd, level.level, row);
  if (setsockopt(fd, level.level, row.number, value->data(),
                 static_cast<socklen_t>(value->size())) != 0) {
    return backend::ErrnoStatus(errno, "cannot set " + name + " to " + asked);
  }
  const Reading after = Read(fd, level.level, row);
  if (!json) {
    PrintLine(SettingText(row, asked, before, after));
    return absl::OkStatus();
  }
  PrintLine(nlohmann::ordered_json{
      {"set", name}, {"asked", asked}, {"before", TextOf(row, before)}, {"now", TextOf(row, after)}}
                .dump());
  return absl::OkStatus();
}

absl::Status ApplyAll(int fd, const SockoptOptions& options) {
  for (const auto& [name, value] : options.settings) {
    if (absl::Status status = Apply(fd, name, value, options.json); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Show(const SockoptOptions& options) {
  if (options.pid != 0) {
    const absl::StatusOr<netlab::UniqueFd> fd = BorrowSocket(options.pid, options.descriptor);
    if (!fd.ok()) return fd.status();
    if (absl::Status set = ApplyAll(fd->get(), options); !set.ok()) return set;
    Listing(fd->get(), /*borrowed=*/true, options.json).Print();
    return absl::OkStatus();
  }
  const absl::StatusOr<SocketPlan> plan = PlanSocket(options.kind, options.endpoint);
  if (!plan.ok()) cli::ExitUsage(std::string(plan.status().message()));
  const absl::StatusOr<netlab::UniqueFd> fd = OpenSocket(*plan);
  if (!fd.ok()) return fd.status();
  // Before it connects or listens: buffers and the like count from the first packet on.
  if (absl::Status set = ApplyAll(fd->get(), options); !set.ok()) return set;
  if (absl::Status attached = AttachSocket(fd->get(), *plan, options.backlog); !attached.ok()) {
    return attached;
  }
  Listing(fd->get(), /*borrowed=*/false, options.json).Print();
  return absl::OkStatus();
}

}  // namespace

int RunSockopt(const SockoptOptions& options) {
  const absl::Status status = Show(options);
  return status.ok() ? 0 : cli::Fail(status);
}

}  // namespace sluice::probe
