// Values of socket options as people read and write them.
#ifndef SLUICE_TOOLS_PROBE_SOCKOPT_VALUE_H_
#define SLUICE_TOOLS_PROBE_SOCKOPT_VALUE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/probe/sockopt_table.h"

namespace sluice::probe {

// What getsockopt(2) gave: "on", "131,072 B", "IPv4", "any".
std::string ValueText(ValueKind kind, std::string_view bytes);
// The number in it, where it is one.
std::optional<int64_t> NumberOf(ValueKind kind, std::string_view bytes);

// As setsockopt(2) takes it. InvalidArgument says what is wanted.
absl::StatusOr<std::string> ValueFrom(ValueKind kind, const std::string& text);

// A part of a value that is a struct.
struct Field {
  std::string name, value, meaning;
};
// Of kMemory and kTcpInfo; otherwise none.
std::vector<Field> FieldsOf(ValueKind kind, std::string_view bytes);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SOCKOPT_VALUE_H_
