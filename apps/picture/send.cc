#include "apps/picture/send.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "apps/picture/picture_files.h"
#include "apps/picture/picture_sender.h"
#include "apps/picture/plain_reader.h"
#include "apps/picture/report.h"
#include "apps/picture/send_trouble.h"
#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"

namespace sluice::picture {
namespace {

DatagramSocketOptions SocketOptionsOf(const SendCommand& command) {
  DatagramSocketOptions options;
  options.trains = false;  // paced parts leave one by one, and each meets loss by itself
  options.broadcast = command.broadcast;
  if (IsMulticast(command.send.to)) {
    options.multicast = {.interface = command.interface, .hops = command.multicast_ttl};
  }
  if (command.dont_fragment && command.send.to.family() == AF_INET6) {
    options.socket.Set(socket_option::kIpv6MtuDiscover, IPV6_PMTUDISC_DO);
  } else if (command.dont_fragment) {
    options.socket.Set(socket_option::kMtuDiscover, IP_PMTUDISC_DO);
  }
  if (command.send_buffer_bytes > 0) {
    options.socket.Set(socket_option::kSendBufferBytes, command.send_buffer_bytes);
  }
  return options;
}

// Notes on what will go wrong, before it does.
void Warnings(const SendCommand& command) {
  if (command.dont_fragment || command.send.plain) return;
  const std::string note =
      FragmentNote(command.send.to, command.send.cutter.datagram_bytes, PathMtu(command.send.to));
  if (!note.empty()) cli::Warn(note);
}

BufferGrant SendBuffer(const DatagramSocket& socket, int asked) {
  const auto granted = socket.GetOption(socket_option::kSendBufferBytes);
  const BufferGrant grant{asked, granted.ok() ? *granted : 0};
  if (asked > 0) {
    cli::Warn(DescribeGrant("send buffer", "SO_SNDBUF", "net.core.wmem_max", grant));
  }
  return grant;
}

std::string HowFar(const SendReport& report, uint64_t frames) {
  return std::to_string(report.counts.frames) + " of " + std::to_string(frames) +
         " pictures were sent";
}

int Finish(const SendReport& report, bool json, const SendOptions& options,
           const absl::Status& status) {
  const std::string text = json ? JsonReport(report) : TextReport(report);
  std::fputs(text.c_str(), stdout);
  if (!status.ok()) return cli::Fail(status);
  if (cli::Interrupted() && report.counts.frames < options.frames) {
    return cli::FailInterrupted(HowFar(report, options.frames));
  }
  const SendCounts& counts = report.counts;
  const uint64_t left_out = counts.unreadable + counts.queue_drops + counts.refused;
  return left_out == 0 || options.frames == 0 ? 0 : cli::kExitFailure;
}

}  // namespace

int Send(const SendCommand& command, std::vector<std::string> paths,
         const LoopOptions& loop_options) {
  SendOptions options = command.send;
  const absl::StatusOr<PictureFiles> files = PictureFiles::Open(
      std::move(paths), [&](uint64_t bytes) { return CheckPicture(options, bytes); });
  if (!files.ok()) return cli::Fail(files.status());
  if (options.frames == 0 && !command.endless) options.frames = files->size() * command.repeat;
  Warnings(command);

  cli::CatchInterrupts();
  SendReport report;
  absl::Status status;
  {
    absl::StatusOr<std::unique_ptr<Loop>> made = Loop::Create(loop_options);
    if (!made.ok()) return cli::Fail(made.status());
    Loop& loop = **made;
    report.backend = std::string(loop.backend_name());
    auto owned = std::make_unique<PictureSender>(loop, options, *files, report.counts, status);
    PictureSender& sender = *owned;
    const absl::StatusOr<DatagramSocket*> socket =
        loop.Bind(Endpoint::Any(options.to.family()), SocketOptionsOf(command), std::move(owned));
    if (!socket.ok()) return cli::Fail(socket.status());
    report.send_buffer = SendBuffer(**socket, command.send_buffer_bytes);
    cli::InterruptWatch watch(loop, [&loop] {
      if (!loop.stopping()) loop.Stop();
    });
    sender.Start(**socket);
    loop.Run();
  }
  return Finish(report, command.json, options, status);
}

}  // namespace sluice::picture
