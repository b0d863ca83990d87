#include "apps/chat/client.h"

#include <csignal>
#include <utility>

namespace sluice::chat {

namespace {

constexpr Duration kGoodbye = std::chrono::seconds(5);

}  // namespace

absl::Status Client::Run(const LoopOptions& loop_options) {
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Create(loop_options);
  if (!loop.ok()) return loop.status();
  loop_ = *std::move(loop);
  for (const int signal : {SIGINT, SIGTERM}) loop_->OnSignal(signal, [this] { Interrupted(); });
  absl::StatusOr<std::unique_ptr<Link>> link = OpenLink(*loop_, options_.link, wire_, *this);
  if (!link.ok()) return link.status();
  link_ = *std::move(link);
  loop_->Run();
  link_.reset();
  goodbye_.reset();
  loop_.reset();
  return status_;
}

void Client::Interrupted() {
  if (std::exchange(interrupted_, true) || !ready_) return loop_->Stop(Duration(0));
  FinishSoon();
}

void Client::FinishSoon() {
  goodbye_ = std::make_unique<Timer>(*loop_, [this] { OnEnd(absl::OkStatus()); });
  goodbye_->ArmAfter(kGoodbye);
  Finish();
}

void Client::OnReady() {
  ready_ = true;
  if (!options_.nick.empty()) link_->Say("/nick " + options_.nick);
  Begin();
}

void Client::OnEnd(const absl::Status& status) {
  if (std::exchange(ended_, true)) return;
  status_ = status;
  loop_->Stop(Duration(0));
}

}  // namespace sluice::chat
