// sendfile(2) on sockets that block and on those that do not.
#ifndef SLUICE_REACTOR_BACKEND_FILE_SEND_H_
#define SLUICE_REACTOR_BACKEND_FILE_SEND_H_

#include <cstdint>

#include "reactor/backend/backend.h"
#include "reactor/backend/socket_util.h"

namespace sluice::backend {

// What the socket takes of the piece at once: bytes, 0 where the file ends before it, -errno, or
// Backend::kUnderWay where the socket is full. Adds to `kernel_entries`.
//
// From its first call on the calling thread has SIGPIPE blocked: sendfile(2) has no MSG_NOSIGNAL.
int32_t SendPiece(int fd, const FilePiece& piece, Blocking blocking, uint64_t& kernel_entries);

}  // namespace sluice::backend

#endif  // SLUICE_REACTOR_BACKEND_FILE_SEND_H_
