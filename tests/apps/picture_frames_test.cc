// Frames in parts without sockets: what is on the wire, what is repaired, what is refused, and that
// no input takes more memory than it may.
#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "apps/picture/erasure_code.h"
#include "apps/picture/frame_assembly.h"
#include "apps/picture/frame_cutter.h"
#include "apps/picture/frame_rate.h"
#include "apps/picture/pace.h"
#include "apps/picture/part.h"
#include "apps/picture/plain_reader.h"
#include "apps/picture/reassembler.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "reactor/base/prng.h"

namespace sluice::picture {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Endpoint From(int port) {
  return *Endpoint::Parse("192.0.2.1:" + std::to_string(port));
}

TimePoint At(Duration time) {
  return TimePoint(std::chrono::hours(1) + time);
}

std::string RandomBytes(size_t size, Prng& prng) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(prng.Between(0, 255));
  return bytes;
}

FrameCutter::Options Cutting(size_t part_bytes, Parity parity = {}, uint32_t stream = 1) {
  return {kPartHeaderBytes + part_bytes, parity, stream};
}

std::vector<std::string> Cut(const FrameCutter::Options& options, std::string_view picture,
                             uint64_t sequence = 0) {
  const CutFrame frame = FrameCutter(options).Cut(picture, sequence);
  std::vector<std::string> datagrams;
  for (size_t part = 0; part < frame.parts(); ++part) {
    datagrams.emplace_back(frame.datagram(part));
  }
  return datagrams;
}

// What an ill-meaning peer does to a header it changed.
std::string Rehashed(std::string datagram) {
  const uint64_t hash = HashOf(std::string_view(datagram).substr(12));
  for (int i = 0; i < 8; ++i) datagram[4 + i] = static_cast<char>(hash >> (56 - 8 * i));
  return datagram;
}

struct Gathered {
  explicit Gathered(const ReassemblyLimits& limits = {}) : reassembler(limits) {}

  PartVerdict Take(std::string_view datagram, Duration time = Duration(0), int port = 1) {
    return reassembler.Take(From(port), datagram, At(time), [this](const Picture& picture) {
      pictures.emplace_back(picture.bytes);
      sequences.push_back(picture.sequence);
    });
  }
  void TakeAll(const std::vector<std::string>& datagrams, int port = 1) {
    for (const std::string& datagram : datagrams) Take(datagram, Duration(0), port);
  }

  Reassembler reassembler;
  std::vector<std::string> pictures;
  std::vector<uint64_t> sequences;
};

TEST(PartHeader, IsOnTheWireWhereItsDescriptionSays) {
  std::string datagram(kPartHeaderBytes, '\0');
  datagram += "payload";
  const PartHeader header{.stream = 0x01020304,
                          .sequence = 0x1112131415161718,
                          .frame_hash = 0x2122232425262728,
                          .shape = {107, 100, 4, 2},
                          .part = 1};
  WritePartHeader(header, datagram.data(), 7);
  EXPECT_EQ(datagram.substr(0, 4), "SLP1");
  const std::string fields(
      "\x01\x02\x03\x04\x11\x12\x13\x14\x15\x16\x17\x18\x21\x22\x23\x24\x25\x26\x27\x28"
      "\x00\x00\x00\x6b\x00\x64\x00\x01\x00\x02\x00\x04\x00\x02",
      34);
  EXPECT_EQ(datagram.substr(12, 34), fields);
  const Part part = ReadPart(datagram);
  ASSERT_EQ(part.error, PartError::kNone);
  EXPECT_EQ(part.payload, "payload");
  EXPECT_EQ(part.header.stream, header.stream);
  EXPECT_EQ(part.header.sequence, header.sequence);
  EXPECT_EQ(part.header.frame_hash, header.frame_hash);
  EXPECT_EQ(part.header.shape, header.shape);
  EXPECT_EQ(part.header.part, 1);
}

TEST(PartHeader, EveryFlippedBitAndEveryMissingByteIsFound) {
  Prng prng(1);
  const std::string good = Cut(Cutting(50), RandomBytes(120, prng))[1];
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(ReadPart(bad).error, bit < 32 ? PartError::kForeign : PartError::kCorrupt) << bit;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(ReadPart(good.substr(0, size)).error,
              size < 4 ? PartError::kForeign : PartError::kCorrupt);
  }
  EXPECT_EQ(ReadPart(good + "x").error, PartError::kCorrupt);
}

TEST(PartHeader, NumbersThatContradictEachOtherAreImpossible) {
  Prng prng(2);
  const std::string good = Cut(Cutting(50, {2, 1}), RandomBytes(220, prng))[0];
  ASSERT_EQ(ReadPart(Rehashed(good)).error, PartError::kNone);
  const auto with = [&](size_t offset, size_t bytes, uint64_t value) {
    std::string changed = good;
    for (size_t i = 0; i < bytes; ++i) {
      changed[offset + i] = static_cast<char>(value >> (8 * (bytes - 1 - i)));
    }
    return ReadPart(Rehashed(changed)).error;
  };
  for (const uint64_t value : {0u, 200u, 251u, 0xffffffffu}) {
    EXPECT_EQ(with(32, 4, value), PartError::kImpossible) << "frame_bytes " << value;
  }
  for (const uint64_t value : {0u, 49u, 51u, 65535u}) {
    EXPECT_EQ(with(36, 2, value), PartError::kImpossible) << "part_bytes " << value;
  }
  EXPECT_EQ(with(38, 2, 8), PartError::kImpossible) << "part";
  EXPECT_EQ(with(40, 2, 4), PartError::kImpossible) << "data_parts";
  EXPECT_EQ(with(42, 2, 2), PartError::kImpossible) << "parity_parts that make no groups";
  EXPECT_EQ(with(42, 2, 0), PartError::kImpossible) << "groups without parity";
  EXPECT_EQ(with(42, 2, 3 * 255), PartError::kImpossible) << "more parity than the code has";
  EXPECT_EQ(with(42, 2, 65535), PartError::kImpossible) << "more parts than there are indices";
  for (const uint64_t value : {0u, 2u, 6u}) {
    EXPECT_EQ(with(44, 2, value), PartError::kImpossible) << "groups " << value;
  }
}

TEST(ErasureCodeTest, AnyLossUpToTheParityIsRepaired) {
  Prng prng(3);
  for (int round = 0; round < 300; ++round) {
    const size_t data = 1 + prng.Between(0, round % 10 == 0 ? 200 : 20);
    const size_t parity = 1 + prng.Between(0, std::min<size_t>(20, 254 - data));
    const size_t bytes = 1 + prng.Between(0, 100);
    const ErasureCode code(data, parity);
    std::vector<std::string> parts;
    for (size_t i = 0; i < data + parity; ++i) {
      parts.push_back(i < data ? RandomBytes(bytes, prng) : std::string(bytes, '\0'));
    }
    std::vector<const char*> at;
    std::vector<char*> parity_at;
    for (size_t i = 0; i < parts.size(); ++i) {
      at.push_back(parts[i].data());
      if (i >= data) parity_at.push_back(parts[i].data());
    }
    code.Encode(absl::MakeSpan(at).subspan(0, data), absl::MakeSpan(parity_at), bytes);
    for (size_t lost = 0; lost < parity; ++lost) at[prng.Between(0, at.size() - 1)] = nullptr;
    std::vector<std::string> expected;
    for (size_t i = 0; i < data; ++i) {
      if (at[i] == nullptr) expected.push_back(parts[i]);
    }
    std::vector<std::string> repaired(expected.size(), std::string(bytes, '\0'));
    std::vector<char*> repaired_at;
    for (std::string& part : repaired) repaired_at.push_back(part.data());
    code.Repair(at, absl::MakeSpan(repaired_at), bytes);
    ASSERT_TRUE(repaired == expected) << data << "+" << parity;
  }
}

// As a forger may choose them: every data part is lost but `kept`.
TEST(ErasureCodeTest, HundredsOfPartsAreRepairedAtOnce) {
  Prng prng(17);
  for (const size_t kept : {0, 1, 40, 126}) {
    constexpr size_t kData = 127, kParity = 128, kBytes = 3;
    const ErasureCode code(kData, kParity);
    std::vector<std::string> parts;
    for (size_t i = 0; i < kData + kParity; ++i) parts.push_back(RandomBytes(kBytes, prng));
    std::vector<const char*> at;
    for (const std::string& part : parts) at.push_back(part.data());
    std::vector<char*> parity_at;
    for (size_t i = kData; i < parts.size(); ++i) parity_at.push_back(parts[i].data());
    code.Encode(absl::MakeSpan(at).subspan(0, kData), absl::MakeSpan(parity_at), kBytes);
    std::fill(at.begin() + static_cast<ptrdiff_t>(kept), at.begin() + kData, nullptr);
    at[kData + 5] = nullptr;
    std::vector<std::string> repaired(kData - kept, std::string(kBytes, '\0'));
    std::vector<char*> room;
    for (std::string& part : repaired) room.push_back(part.data());
    code.Repair(at, absl::MakeSpan(room), kBytes);
    for (size_t i = kept; i < kData; ++i) ASSERT_EQ(repaired[i - kept], parts[i]) << i;
  }
}

TEST(ParityFlag, IsReadOrRefusedInWords) {
  EXPECT_EQ(Parity::Parse("10+2")->group_parts, 10u);
  EXPECT_EQ(Parity::Parse("10+2")->parity_parts, 2u);
  EXPECT_FALSE(Parity::Parse("")->wanted());
  for (const char* bad :
       {"10", "+", "10+", "+2", "0+2", "10+0", "a+b", "10+2x", "200+56", "-1+2"}) {
    const auto parity = Parity::Parse(bad);
    ASSERT_FALSE(parity.ok()) << bad;
    EXPECT_THAT(std::string(parity.status().message()), HasSubstr("such as 10+2")) << bad;
  }
}

TEST(Frames, OfEverySizeComeWholeInAnyOrder) {
  Prng prng(4);
  for (const Parity parity : {Parity{}, Parity{1, 1}, Parity{3, 2}, Parity{10, 1}}) {
    for (const size_t size : {1, 2, 99, 100, 101, 200, 999, 1000, 1001, 12'345}) {
      const std::string picture = RandomBytes(size, prng);
      std::vector<std::string> datagrams = Cut(Cutting(100, parity), picture);
      for (size_t i = datagrams.size() - 1; i > 0; --i) {
        std::swap(datagrams[i], datagrams[prng.Between(0, i)]);
      }
      Gathered gathered;
      gathered.TakeAll(datagrams);
      ASSERT_TRUE(gathered.pictures == (std::vector<std::string>{picture})) << size;
      EXPECT_EQ(gathered.reassembler.totals().lost(), 0u);
    }
  }
}

TEST(Frames, PartsOfOtherSizesThanAskedForAreNeverMade) {
  Prng prng(5);
  for (const size_t size : {1, 53, 54, 55, 1000}) {
    for (const std::string& datagram : Cut({100, {4, 2}, 1}, RandomBytes(size, prng))) {
      EXPECT_LE(datagram.size(), 100u);
    }
  }
}

TEST(Frames, AnyLossesUpToTheParityOfEachGroupAreRepaired) {
  Prng prng(6);
  const std::string picture = RandomBytes(2'350, prng);  // 24 parts: groups of 8
  const std::vector<std::string> all = Cut(Cutting(100, {10, 2}), picture);
  ASSERT_EQ(all.size(), 24u + 3 * 2);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> left = all;
    // Six parts lost in a row are two of each group, wherever the row begins.
    const size_t begin = prng.Between(0, 17);
    left.erase(left.begin() + static_cast<ptrdiff_t>(begin),
               left.begin() + static_cast<ptrdiff_t>(begin + 6));
    Gathered gathered;
    gathered.TakeAll(left);
    ASSERT_TRUE(gathered.pictures == (std::vector<std::string>{picture})) << begin;
    EXPECT_EQ(gathered.reassembler.totals().repaired, 1u);
  }
}

// One part never brings the repair of a whole frame with it.
TEST(Frames, AreRepairedGroupByGroup) {
  Prng prng(18);
  const std::string picture = RandomBytes(350, prng);  // two groups of two
  const std::vector<std::string> datagrams = Cut(Cutting(100, {2, 1}), picture);
  ASSERT_EQ(datagrams.size(), 6u);
  const auto part = [&](size_t index) { return ReadPart(datagrams[index]); };
  FrameAssembly frame(part(0).header, At(Duration(0)));
  for (const size_t index : {0, 4}) EXPECT_TRUE(frame.Add(index, part(index).payload));
  EXPECT_EQ(frame.repaired_parts(), 1u);
  EXPECT_FALSE(frame.complete());
  for (const size_t index : {5, 1}) EXPECT_TRUE(frame.Add(index, part(index).payload));
  EXPECT_EQ(frame.repaired_parts(), 2u);
  std::string joined;
  EXPECT_EQ(frame.Join(&joined), FrameAssembly::Joined::kRepaired);
  EXPECT_TRUE(joined == picture);
}

TEST(Frames, OneLossMoreThanTheParityLosesTheFrame) {
  Prng prng(7);
  std::vector<std::string> datagrams = Cut(Cutting(100, {10, 2}), RandomBytes(1'000, prng));
  datagrams.erase(datagrams.begin() + 2, datagrams.begin() + 5);
  Gathered gathered;
  gathered.TakeAll(datagrams);
  EXPECT_TRUE(gathered.pictures.empty());
  EXPECT_EQ(gathered.reassembler.gathering(), 1u);
  gathered.reassembler.Expire(At(milliseconds(1'000)));
  EXPECT_EQ(gathered.reassembler.totals().expired, 1u);
}

TEST(Frames, ACorruptPartCountsAsLostAndIsRepaired) {
  Prng prng(8);
  const std::string picture = RandomBytes(500, prng);
  std::vector<std::string> datagrams = Cut(Cutting(100, {5, 1}), picture);
  datagrams[3][60] ^= 1;
  Gathered gathered;
  gathered.TakeAll(datagrams);
  EXPECT_TRUE(gathered.pictures == (std::vector<std::string>{picture}));
  EXPECT_EQ(gathered.reassembler.totals().of(PartVerdict::kCorrupt), 1u);
}

TEST(Verdicts, AreOfEachKind) {
  Prng prng(9);
  ReassemblyLimits limits;
  limits.frame_bytes_max = 1'000;
  Gathered gathered(limits);
  const std::string picture = RandomBytes(250, prng);
  const std::vector<std::string> parts = Cut(Cutting(100, {3, 1}), picture, 5);
  EXPECT_EQ(gathered.Take(parts[0]), PartVerdict::kUsed);
  EXPECT_EQ(gathered.Take(parts[0]), PartVerdict::kDuplicate);
  EXPECT_EQ(gathered.Take(parts[1]), PartVerdict::kUsed);
  EXPECT_EQ(gathered.Take(Cut(Cutting(100, {3, 1}), std::string(250, 'x'), 5)[2]),
            PartVerdict::kContradictory);
  EXPECT_EQ(gathered.Take(parts[2]), PartVerdict::kUsed);
  EXPECT_EQ(gathered.pictures.size(), 1u);
  EXPECT_EQ(gathered.Take(parts[3]), PartVerdict::kSurplus);
  EXPECT_EQ(gathered.Take(parts[3]), PartVerdict::kDuplicate);
  EXPECT_EQ(gathered.Take(parts[1]), PartVerdict::kDuplicate);
  EXPECT_EQ(gathered.Take("\xff\xd8\xff a whole picture"), PartVerdict::kForeign);
  EXPECT_EQ(gathered.Take(parts[0].substr(0, 80)), PartVerdict::kCorrupt);
  EXPECT_EQ(gathered.Take(Cut(Cutting(100), RandomBytes(1'001, prng))[0]), PartVerdict::kTooLarge);
  EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, 2'000'000)[0]), PartVerdict::kTooFar);

  EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, 6)[0]), PartVerdict::kUsed);
  gathered.reassembler.Expire(At(milliseconds(1'000)));
  EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, 6)[1], milliseconds(1'000)),
            PartVerdict::kLate);
  const Counts totals = gathered.reassembler.totals();
  uint64_t counted = 0;
  for (const uint64_t count : totals.parts) counted += count;
  EXPECT_EQ(counted, 14u);
  EXPECT_EQ(totals.delivered, 1u);
  EXPECT_EQ(totals.expired, 1u);
}

TEST(Verdicts, AFrameThatIsNotWhatWasSentIsNotDelivered) {
  Prng prng(10);
  std::vector<std::string> parts = Cut(Cutting(100), RandomBytes(200, prng));
  parts[1][70] ^= 1;
  parts[1] = Rehashed(parts[1]);
  Gathered gathered;
  gathered.TakeAll(parts);
  EXPECT_TRUE(gathered.pictures.empty());
  EXPECT_EQ(gathered.reassembler.totals().damaged, 1u);
}

TEST(Sequence, GapsAreFramesWithoutASinglePart) {
  Prng prng(11);
  Gathered gathered;
  for (const uint64_t sequence : {10, 11, 14, 13, 20}) {
    gathered.TakeAll(Cut(Cutting(100), RandomBytes(150, prng), sequence));
  }
  EXPECT_THAT(gathered.sequences, testing::ElementsAre(10, 11, 14, 13, 20));
  const Counts totals = gathered.reassembler.totals();
  EXPECT_EQ(totals.delivered, 5u);
  EXPECT_EQ(totals.unseen, 6u);
}

TEST(Sequence, AJumpAfterALongSilenceStartsAnew) {
  Prng prng(12);
  Gathered gathered;
  gathered.TakeAll(Cut(Cutting(100), RandomBytes(150, prng), 7));
  const std::vector<std::string> far = Cut(Cutting(1'000), RandomBytes(150, prng), UINT64_MAX);
  EXPECT_EQ(gathered.Take(far[0], milliseconds(999)), PartVerdict::kTooFar);
  EXPECT_EQ(gathered.Take(far[0], milliseconds(1'000)), PartVerdict::kUsed);
  EXPECT_THAT(gathered.sequences, testing::ElementsAre(7, UINT64_MAX));
  EXPECT_EQ(gathered.reassembler.totals().lost(), 0u);
}

TEST(Sequence, OldFramesAreGivenUpForNewOnes) {
  Prng prng(13);
  ReassemblyLimits limits;
  limits.window.frames_in_flight_max = 3;
  Gathered gathered(limits);
  const std::string picture = RandomBytes(150, prng);
  for (uint64_t sequence = 0; sequence < 10; ++sequence) {
    EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, sequence)[0]), PartVerdict::kUsed);
  }
  EXPECT_EQ(gathered.reassembler.gathering(), 3u);
  EXPECT_EQ(gathered.reassembler.totals().crowded_out, 7u);
  EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, 6)[1]), PartVerdict::kLate);
  EXPECT_EQ(gathered.Take(Cut(Cutting(100), picture, 7)[1]), PartVerdict::kUsed);
  EXPECT_THAT(gathered.sequences, testing::ElementsAre(7));
}

TEST(Senders, BehindOneAddressAreKeptApartByTheirStreams) {
  Prng prng(14);
  const std::string first = RandomBytes(300, prng), second = RandomBytes(300, prng);
  const std::vector<std::string> a = Cut(Cutting(100, {}, 1), first);
  const std::vector<std::string> b = Cut(Cutting(100, {}, 2), second);
  Gathered gathered;
  for (size_t i = 0; i < a.size(); ++i) {
    gathered.Take(a[i]);
    gathered.Take(b[i]);
    gathered.Take(a[i], Duration(0), 2);  // and the same stream from another address
  }
  EXPECT_TRUE(gathered.pictures == (std::vector<std::string>{first, second, first}));
  EXPECT_EQ(gathered.reassembler.senders().size(), 3u);
}

TEST(Senders, MoreThanThereIsRoomForWaitUntilOneIsSilent) {
  Prng prng(15);
  ReassemblyLimits limits;
  limits.senders_max = 2;
  Gathered gathered(limits);
  const std::string part = Cut(Cutting(100), RandomBytes(50, prng))[0];
  EXPECT_EQ(gathered.Take(part, milliseconds(0), 1), PartVerdict::kUsed);
  EXPECT_EQ(gathered.Take(part, milliseconds(500), 2), PartVerdict::kUsed);
  EXPECT_EQ(gathered.Take(part, milliseconds(600), 3), PartVerdict::kNoRoom);
  EXPECT_EQ(gathered.Take(part, milliseconds(10'000), 3), PartVerdict::kUsed);
  EXPECT_EQ(gathered.Take(part, milliseconds(10'001), 1), PartVerdict::kNoRoom);
  EXPECT_EQ(gathered.reassembler.senders().size(), 2u);
  EXPECT_EQ(gathered.reassembler.senders_seen(), 3u);
  EXPECT_EQ(gathered.reassembler.totals().delivered, 3u);  // the one forgotten included
}

// Numbers of streams cost nothing: who takes every place gives them back to those who have fewer.
TEST(Senders, OneThatNumbersManyStreamsLocksNobodyOut) {
  Prng prng(19);
  ReassemblyLimits limits;
  limits.senders_max = 8;
  Gathered gathered(limits);
  const auto take = [&](const char* from, uint32_t stream, int at) {
    const std::string part = Cut(Cutting(100, {}, stream), "picture")[0];
    return gathered.reassembler.Take(*Endpoint::Parse(from), part, At(milliseconds(at)),
                                     [](const Picture&) {});
  };
  for (uint32_t stream = 1; stream <= 8; ++stream) {
    EXPECT_EQ(take("192.0.2.66:1", stream, static_cast<int>(stream)), PartVerdict::kUsed);
  }
  EXPECT_EQ(take("192.0.2.66:1", 9, 10), PartVerdict::kNoRoom);
  EXPECT_EQ(take("192.0.2.1:1", 1, 11), PartVerdict::kUsed) << "another host";
  EXPECT_EQ(take("192.0.2.66:2", 1, 12), PartVerdict::kUsed) << "another program of that host";
  EXPECT_EQ(take("192.0.2.66:1", 8, 13), PartVerdict::kDuplicate) << "only its oldest are gone";
  EXPECT_EQ(take("192.0.2.66:1", 1, 14), PartVerdict::kNoRoom);
  // Hosts share evenly, however many sockets one has.
  for (int port = 2; port <= 9; ++port) {
    const std::string from = "192.0.2.1:" + std::to_string(port);
    EXPECT_EQ(take(from.c_str(), 1, 20 + port),
              port <= 4 ? PartVerdict::kUsed : PartVerdict::kNoRoom);
  }
  EXPECT_EQ(gathered.reassembler.senders().size(), 8u);
  EXPECT_EQ(take("192.0.2.1:1", 1, 40), PartVerdict::kDuplicate);
}

// Only the first of its parts, which is enough to claim room for all of it.
std::string ForgedFirstPart(uint32_t stream, uint64_t sequence, uint32_t frame_bytes) {
  constexpr uint16_t kPartBytes = 60'000;
  std::string datagram(kPartHeaderBytes + kPartBytes, 'x');
  WritePartHeader({stream, sequence, 0, {frame_bytes, kPartBytes}, 0}, datagram.data(), kPartBytes);
  return datagram;
}

// Memory is bounded, and who holds no more than an equal share of it is not pushed out by those who
// take what they can get.
TEST(Memory, IsBoundedUnderAFloodOfFirstParts) {
  Prng prng(16);
  ReassemblyLimits limits;
  limits.frame_bytes_max = 1 << 20;
  limits.held_bytes_max = 2 << 20;
  ASSERT_TRUE(limits.Check().ok());
  Gathered gathered(limits);
  const std::string picture = RandomBytes(limits.held_bytes_max / limits.senders_max / 2, prng);
  const std::vector<std::string> honest = Cut(Cutting(picture.size() / 10 + 1), picture);
  ASSERT_EQ(honest.size(), 10u);
  for (uint64_t i = 0; i < 2'000; ++i) {
    gathered.Take(ForgedFirstPart(static_cast<uint32_t>(i % 100 + 2), i, 1 << 20));
    ASSERT_LE(gathered.reassembler.held_bytes(), limits.held_bytes_max);
    if (i % 200 == 0) gathered.Take(honest[i / 200]);
  }
  EXPECT_TRUE(gathered.pictures == std::vector<std::string>{picture});
  EXPECT_GT(gathered.reassembler.totals().forgotten, 0u);
  EXPECT_GT(gathered.reassembler.totals().of(PartVerdict::kNoRoom), 0u);
}

TEST(Memory, ASmallPartOfALargeFrameTakesLittle) {
  const std::string picture(15 << 20, 'x');
  const auto frame = FrameCutter(Cutting(1'400)).Cut(picture, 0);
  Gathered gathered;
  gathered.Take(frame.datagram(0));
  EXPECT_LT(gathered.reassembler.held_bytes(), 5'000u);
}

TEST(Memory, LimitsUnderWhichNoFrameCouldBeWholeAreRefused) {
  ReassemblyLimits limits;
  limits.held_bytes_max = limits.frame_bytes_max;
  EXPECT_THAT(std::string(limits.Check().message()), HasSubstr("at least twice"));
}

TEST(Cutter, RefusesWhatHasNoFrame) {
  const FrameCutter cutter(Cutting(100, {10, 2}));
  EXPECT_TRUE(cutter.Check(1).ok());
  EXPECT_THAT(std::string(cutter.Check(0).message()), HasSubstr("empty"));
  EXPECT_TRUE(cutter.Check(100 * 54'000).ok());
  EXPECT_THAT(std::string(cutter.Check(100 * 60'000).message()),
              HasSubstr("raise --datagram-bytes"));
}

TEST(Plain, ADatagramIsAPicture) {
  PlainReader reader(/*senders_max=*/2);
  std::vector<std::string> pictures;
  const auto take = [&](std::string_view datagram, int port) {
    return reader.Take(From(port), datagram, At(Duration(0)),
                       [&](const Picture& picture) { pictures.emplace_back(picture.bytes); });
  };
  EXPECT_EQ(take("\xff\xd8\xff one", 1), PartVerdict::kUsed);
  EXPECT_EQ(take("two", 2), PartVerdict::kUsed);
  EXPECT_EQ(take("three", 3), PartVerdict::kUsed);
  EXPECT_EQ(take("", 1), PartVerdict::kForeign);
  EXPECT_EQ(take(Cut(Cutting(100), "x")[0], 1), PartVerdict::kForeign);
  EXPECT_THAT(pictures, testing::ElementsAre("\xff\xd8\xff one", "two", "three"));
  EXPECT_EQ(reader.senders().size(), 2u);
  EXPECT_EQ(reader.totals().delivered, 3u);
}

TEST(PaceTest, SpreadsPartsOverTheIntervalAndDoesNotHurryToCatchUp) {
  Pace pace(10, milliseconds(50));
  pace.Begin(At(milliseconds(0)), 5);
  EXPECT_EQ(pace.PartDue(0), At(milliseconds(0)));
  EXPECT_EQ(pace.PartDue(4), At(milliseconds(40)));
  EXPECT_EQ(pace.NextFrame(), At(milliseconds(100)));
  pace.Begin(At(milliseconds(130)), 1);  // late, but the plan holds
  EXPECT_EQ(pace.PartDue(0), At(milliseconds(100)));
  EXPECT_EQ(pace.NextFrame(), At(milliseconds(200)));
  EXPECT_EQ(pace.slips(), 0u);
  pace.Begin(At(milliseconds(500)), 1);
  EXPECT_EQ(pace.PartDue(0), At(milliseconds(500)));
  EXPECT_EQ(pace.slips(), 1u);
}

TEST(FrameRateTest, IsThatBetweenTheFirstAndTheLast) {
  FrameRate rate;
  for (const int at : {0, 100, 200, 320, 400}) rate.Add(At(milliseconds(at)), 1'000);
  EXPECT_DOUBLE_EQ(rate.frames_per_second(), 10);
  EXPECT_DOUBLE_EQ(rate.bytes_per_second(), 10'000);
  EXPECT_EQ(rate.interval_max(), milliseconds(120));
  EXPECT_EQ(rate.jitter(), milliseconds(20));  // 0, 20 and 40
}

}  // namespace
}  // namespace sluice::picture
