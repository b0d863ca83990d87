#include "apps/picture/receive.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "apps/picture/picture_receiver.h"
#include "apps/picture/plain_reader.h"
#include "apps/picture/reassembler.h"
#include "apps/picture/report.h"
#include "tools/cli/command.h"
#include "tools/cli/server.h"

namespace sluice::picture {
namespace {

std::unique_ptr<PictureReader> MakeReader(const ReceiveCommand& command) {
  if (command.receive.plain) return std::make_unique<PlainReader>(command.limits.senders_max);
  return std::make_unique<Reassembler>(command.limits);
}

DatagramSocketOptions SocketOptionsOf(const ReceiveCommand& command) {
  DatagramSocketOptions options;
  if (command.receive_buffer_bytes > 0) {
    options.socket.Set(socket_option::kReceiveBufferBytes, command.receive_buffer_bytes);
  }
  if (IsMulticast(command.listen)) {
    options.groups = {{.group = command.listen, .interface = command.interface}};
    options.reuse_address = true;  // other receivers on this host hear the group, too
  }
  return options;
}

BufferGrant ReceiveBuffer(const DatagramSocket& socket, int asked) {
  const auto granted = socket.GetOption(socket_option::kReceiveBufferBytes);
  const BufferGrant grant{asked, granted.ok() ? *granted : 0};
  if (asked > 0) {
    cli::Warn(DescribeGrant("receive buffer", "SO_RCVBUF", "net.core.rmem_max", grant));
  }
  return grant;
}

void PrintListening(const ReceiveCommand& command, const Endpoint& endpoint,
                    std::string_view backend) {
  if (!command.json) return cli::PrintListening("udp", endpoint, backend, 1, -1);
  std::fputs(JsonListening(endpoint, backend).c_str(), stdout);
  std::fflush(stdout);
}

void PrintReport(const ReceiveCommand& command, const PictureReader& reader,
                 const PictureFolder* folder, ReceiveReport& report) {
  report.plain = command.receive.plain;
  report.senders = reader.senders();
  report.senders_seen = reader.senders_seen();
  report.totals = reader.totals();
  if (folder != nullptr) {
    report.saved = folder->saved();
    report.not_saved = folder->failed();
  }
  std::fputs((command.json ? JsonReport(report) : TextReport(report)).c_str(), stdout);
}

}  // namespace

int Receive(const ReceiveCommand& command, const LoopOptions& loop_options) {
  std::optional<PictureFolder> folder;
  if (!command.out.empty()) {
    absl::StatusOr<PictureFolder> opened = PictureFolder::Open(command.out, command.folder);
    if (!opened.ok()) return cli::Fail(opened.status());
    folder = *std::move(opened);
  }
  PictureFolder* folder_used = folder ? &*folder : nullptr;
  const std::unique_ptr<PictureReader> reader = MakeReader(command);
  ReceiveReport report;
  {
    absl::StatusOr<std::unique_ptr<Loop>> made = Loop::Create(loop_options);
    if (!made.ok()) return cli::Fail(made.status());
    Loop& loop = **made;
    report.backend = std::string(loop.backend_name());
    const absl::StatusOr<DatagramSocket*> socket =
        loop.Bind(command.listen, SocketOptionsOf(command),
                  std::make_unique<PictureReceiver>(loop, command.receive, *reader, folder_used,
                                                    report.counts));
    if (!socket.ok()) return cli::Fail(socket.status());
    report.receive_buffer = ReceiveBuffer(**socket, command.receive_buffer_bytes);
    loop.StopOnSignals();  // before anybody is told that it listens, and may end it
    PrintListening(command, (*socket)->endpoint(), loop.backend_name());
    std::optional<Timer> end;
    if (command.duration > Duration(0)) {
      end.emplace(loop, [&loop] { loop.Stop(); });
      end->ArmAfter(command.duration);
    }
    loop.Run();
  }
  PrintReport(command, *reader, folder_used, report);
  return 0;
}

}  // namespace sluice::picture
