// The command line.
#ifndef SLUICE_APPS_CHAT_FLAGS_H_
#define SLUICE_APPS_CHAT_FLAGS_H_

#include "absl/status/statusor.h"
#include "apps/chat/client.h"
#include "apps/chat/serve.h"
#include "apps/chat/wire.h"

namespace sluice::chat {

// Each ends the program where a flag has no meaning, and refuses those of other subcommands.
Wire WireFromFlags();
absl::StatusOr<ServeOptions> ServeOptionsFromFlags();
// `subcommand`: join, send or listen.
absl::StatusOr<ClientOptions> ClientOptionsFromFlags(std::string_view subcommand);

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_FLAGS_H_
