#include "tools/load/datagram_client.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <memory>
#include <utility>

#include "reactor/loop.h"
#include "tools/load/byte_stream.h"
#include "tools/load/driver.h"
#include "tools/load/frame.h"

namespace sluice::load {
namespace {

// Any address of the target's family, and a free port.
Endpoint LocalEndpoint(const Endpoint& target) {
  if (target.family() == AF_INET6) return *Endpoint::Parse("[::]:0");
  return Endpoint();
}

void WriteNumber(uint32_t number, char* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  for (size_t i = DatagramClient::kNumberBytes; i-- > 0; number >>= 4)
    out[i] = kDigits[number & 15];
}

}  // namespace

DatagramClient::DatagramClient(Driver& driver, uint32_t connection)
    : driver_(driver),
      connection_(connection),
      slots_(driver.options().depth),
      stride_(std::bit_ceil(driver.options().depth)) {
  for (uint32_t i = 0; i < slots_.size(); ++i) slots_[i].number = i;
}

absl::StatusOr<DatagramClient*> DatagramClient::Start(Driver& driver, uint32_t connection) {
  std::unique_ptr<DatagramClient> owned(new DatagramClient(driver, connection));
  DatagramClient* client = owned.get();
  absl::StatusOr<DatagramSocket*> socket =
      driver.loop().Bind(LocalEndpoint(driver.options().target), {}, std::move(owned));
  if (!socket.ok()) return socket.status();
  client->socket_ = *socket;
  client->started_ = driver.loop().now();
  client->SendSlot(0);
  return client;
}

void DatagramClient::SendSlot(uint32_t slot) {
  const LoadOptions& options = driver_.options();
  Slot& sent = slots_[slot];
  sent.number += stride_;
  scratch_.resize(options.message_bytes);
  WriteNumber(sent.number, scratch_.data());
  ByteStream(PayloadSeed(sent.number), RequestAlphabet(options))
      .Fill(scratch_.data() + kNumberBytes, scratch_.size() - kNumberBytes);
  // One that finds no room in the queue is lost like any other.
  socket_->Send(options.target, scratch_);
  driver_.DatagramSent();
  sent.sent_at = driver_.loop().now();
  sent.under_way = true;
  ++under_way_;
}

void DatagramClient::OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) {
  for (const Datagram& datagram : batch) {
    if (socket_ == nullptr) return;
    Received(datagram.bytes);
  }
}

void DatagramClient::Received(std::string_view bytes) {
  uint32_t number = 0;
  Slot* slot = FindSlot(bytes, number);
  if (slot == nullptr) return FailMismatch();
  if (slot->number != number || !slot->under_way) return driver_.Late();
  slot->under_way = false;
  --under_way_;
  Answered(*slot, bytes);
  if (driver_.draining()) return CloseWhenIdle();
  if (!ready_) return SendSlot(0);
  if (!driver_.options().idle) SendMore();
}

void DatagramClient::Answered(Slot& slot, std::string_view bytes) {
  const TimePoint now = driver_.loop().now();
  if (!Matches(slot, bytes)) {
    FailMismatch();
  } else if (ready_) {
    driver_.Answered(now - slot.sent_at, driver_.options().message_bytes);
  } else {
    ready_ = true;
    driver_.Ready(now - started_);
  }
}

void DatagramClient::FailMismatch() {
  driver_.Failed(Failure::kMismatch, "a datagram that came back on connection " +
                                         std::to_string(connection_) + " is not what was sent");
}

DatagramClient::Slot* DatagramClient::FindSlot(std::string_view bytes, uint32_t& number) {
  const size_t size = std::min(bytes.size(), kNumberBytes);
  const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + size, number, 16);
  if (error != std::errc() || end != bytes.data() + kNumberBytes) return nullptr;
  const uint32_t at = number & (stride_ - 1);
  if (at >= slots_.size()) return nullptr;
  // Numbers wrap: what lies behind the newest one by less than half of all was sent before.
  return slots_[at].number - number < UINT32_MAX / 2 ? &slots_[at] : nullptr;
}

bool DatagramClient::Matches(const Slot& slot, std::string_view bytes) const {
  if (bytes.size() != driver_.options().message_bytes) return false;
  const std::string_view payload = bytes.substr(kNumberBytes);
  ByteStream expected(PayloadSeed(slot.number), AnswerAlphabet(driver_.options()));
  return expected.Match(payload.data(), payload.size()) == payload.size();
}

void DatagramClient::SendMore() {
  if (socket_ == nullptr || !ready_) return;
  const uint32_t wanted = driver_.wanted_depth();
  for (uint32_t slot = 0; slot < slots_.size() && under_way_ < wanted; ++slot) {
    if (!slots_[slot].under_way) SendSlot(slot);
  }
}

void DatagramClient::CheckTimeouts(TimePoint now) {
  if (socket_ == nullptr || under_way_ == 0) return;
  for (uint32_t slot = 0; slot < slots_.size() && socket_ != nullptr; ++slot) {
    if (slots_[slot].under_way &&
        now - slots_[slot].sent_at >= driver_.options().datagram_timeout) {
      GiveUp(slot);
    }
  }
}

void DatagramClient::GiveUp(uint32_t slot) {
  slots_[slot].under_way = false;
  --under_way_;
  driver_.Lost();
  if (ready_) {
    return driver_.draining() || driver_.options().idle ? CloseWhenIdle() : SendMore();
  }
  if (!driver_.GivesUp(started_)) return SendSlot(slot);
  driver_.Failed(Failure::kAnswerTimeout,
                 "no datagram came back from " + driver_.options().target.ToString() + " in time");
  CloseWhenIdle();
}

void DatagramClient::Finish() {
  CloseWhenIdle();
}

void DatagramClient::CloseWhenIdle() {
  if (socket_ == nullptr || under_way_ > 0) return;
  std::exchange(socket_, nullptr)->Close();
}

void DatagramClient::OnStop(DatagramSocket& socket) {
  socket_ = nullptr;
  socket.Close();
}

void DatagramClient::OnClose(DatagramSocket&) {
  driver_.Gone(*this, ready_);
}

uint64_t DatagramClient::PayloadSeed(uint32_t number) const {
  return StreamSeed(driver_.options(), connection_) + number;
}

}  // namespace sluice::load
