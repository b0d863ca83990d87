#include "tools/netlab/sysctl.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "tools/netlab/proc_file.h"

namespace sluice::netlab {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// Dots become slashes, so a checked name cannot leave /proc/sys/net.
absl::StatusOr<std::string> SysctlPath(std::string_view name) {
  const bool well_formed = name.substr(0, 4) == "net." && name.back() != '.' &&
                           name.find("..") == std::string_view::npos &&
                           std::all_of(name.begin(), name.end(), IsNameCharacter);
  if (!well_formed) {
    return absl::InvalidArgumentError("\"" + std::string(name) +
                                      "\" is no sysctl name of the form net.ipv4.tcp_syncookies");
  }
  std::string path = "/proc/sys/" + std::string(name);
  std::replace(path.begin() + sizeof("/proc/sys"), path.end(), '.', '/');
  return path;
}

absl::Status Explain(const absl::Status& status, std::string_view name, const std::string& action) {
  const std::string what = "cannot " + action + " " + std::string(name) + ": ";
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return absl::NotFoundError(what + "this kernel or this network namespace does not have it");
    case absl::StatusCode::kPermissionDenied:
      return absl::PermissionDeniedError(
          what + "permission denied; a network namespace may only read it, or only root may");
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return absl::InvalidArgumentError(what + "the kernel refuses the value");
    default:
      return absl::Status(status.code(), what + std::string(status.message()));
  }
}

}  // namespace

absl::StatusOr<std::string> ReadSysctl(std::string_view name) {
  auto path = SysctlPath(name);
  if (!path.ok()) return path.status();
  auto text = ReadProcFile(*path);
  if (!text.ok()) return Explain(text.status(), name, "read");
  if (!text->empty() && text->back() == '\n') text->pop_back();
  return text;
}

absl::StatusOr<int64_t> ReadSysctlNumber(std::string_view name) {
  auto text = ReadSysctl(name);
  if (!text.ok()) return text.status();
  int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || rest != end) {
    return absl::InvalidArgumentError(std::string(name) + " holds \"" + *text + "\", not a number");
  }
  return value;
}

absl::Status WriteSysctl(const PrivateNamespace& ns, std::string_view name,
                         std::string_view value) {
  auto path = SysctlPath(name);
  if (!path.ok()) return path.status();
  if (absl::Status inside = ns.VerifyInside(); !inside.ok()) {
    return absl::FailedPreconditionError("cannot write " + std::string(name) + ": " +
                                         std::string(inside.message()));
  }
  const absl::Status written = WriteProcFile(*path, value);
  if (written.ok()) return written;
  return Explain(written, name, "write \"" + std::string(value) + "\" to");
}

absl::Status WriteSysctl(const PrivateNamespace& ns, std::string_view name, int64_t value) {
  return WriteSysctl(ns, name, std::to_string(value));
}

absl::StatusOr<ScopedSysctl> ScopedSysctl::Set(const PrivateNamespace& ns, std::string_view name,
                                               std::string_view value) {
  auto old_value = ReadSysctl(name);
  if (!old_value.ok()) return old_value.status();
  if (absl::Status written = WriteSysctl(ns, name, value); !written.ok()) return written;
  return ScopedSysctl(ns, std::string(name), *std::move(old_value));
}

ScopedSysctl::ScopedSysctl(ScopedSysctl&& other) noexcept
    : ns_(std::exchange(other.ns_, nullptr)),
      name_(std::move(other.name_)),
      old_value_(std::move(other.old_value_)) {}

ScopedSysctl::~ScopedSysctl() {
  Restore().IgnoreError();
}

absl::Status ScopedSysctl::Restore() {
  const PrivateNamespace* ns = std::exchange(ns_, nullptr);
  if (ns == nullptr) return absl::OkStatus();
  return WriteSysctl(*ns, name_, old_value_);
}

}  // namespace sluice::netlab
