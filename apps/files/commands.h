// The subcommands of sluice-files, from flags to exit code.
#ifndef SLUICE_APPS_FILES_COMMANDS_H_
#define SLUICE_APPS_FILES_COMMANDS_H_

#include <sys/types.h>

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/endpoint.h"
#include "reactor/base/time.h"

namespace sluice::files {

enum class Protocol { kFramed, kBare, kMarker };

// Arguments: what follows the subcommand.
int RunServe(const std::vector<std::string>& arguments);
int RunGet(const std::vector<std::string>& arguments);
int RunPut(const std::vector<std::string>& arguments);
int RunList(const std::vector<std::string>& arguments);

// Flags that several of them have; end the program where one has no meaning.
Protocol ProtocolFromFlag();
Duration PauseFromFlag();
Duration IdleTimeoutFromFlag();
bool SyncFromFlag();
bool JsonFromFlag();
// To standard output. What is not UTF-8 in it, as names may be, becomes U+FFFD.
void PrintAsJson(const nlohmann::ordered_json& json);
// Of the name's bytes on the wire, --encoding, into UTF-8 and back; empty functions for UTF-8.
using ConvertName = std::function<std::string(std::string_view)>;
ConvertName NameDecoderFromFlag();
ConvertName NameEncoderFromFlag();
// The process's, which no file it writes may go beyond. Before other threads start.
mode_t Umask();
// HOST:PORT, the first argument.
absl::StatusOr<Endpoint> ServerFromArgument(const std::vector<std::string>& arguments);
int PrintList(const Endpoint& server, const std::string& directory);
// get --protocol=bare and --protocol=marker.
int RunPlainGet(Protocol protocol, const Endpoint& server, const std::vector<std::string>& names,
                const std::string& output);

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_COMMANDS_H_
