// What typed records cost beside the moves one would write by hand, and beside memcpy.
//
//   sluice-bench-micro --benchmark_filter=Record
//
// The record is >hIqd5s, 27 bytes, as many of them as fit the L1 cache. "By hand" is memcpy and
// bswap, field by field; "memcpy" copies the 27 bytes and says nothing of their meaning: the floor.
#include <benchmark/benchmark.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/message_pack.h"
#include "protocols/record.h"
#include "protocols/record_format.h"
#include "reactor/base/check.h"

namespace sluice {
namespace {

constexpr char kFormatText[] = ">hIqd5s";
using Reading = Record<">hIqd5s">;
constexpr size_t kRecords = 512;

struct Values {
  int16_t kind = -2;
  uint32_t sensor = 7;
  int64_t time = int64_t{1} << 40;
  double value = 1.5;
  std::string_view name = "hello";
};

std::vector<Values> AllValues() {
  std::vector<Values> all(kRecords);
  for (size_t i = 0; i < all.size(); ++i) all[i].sensor = static_cast<uint32_t>(i);
  return all;
}

std::string AllBytes() {
  std::string bytes;
  for (const Values& v : AllValues()) {
    bytes += Reading::Pack(v.kind, v.sensor, v.time, v.value, v.name).view();
  }
  return bytes;
}

template <class PackOne>
void PackAll(benchmark::State& state, PackOne pack_one) {
  const std::vector<Values> all = AllValues();
  std::string out(kRecords * Reading::kBytes, '\0');
  for (auto _ : state) {
    char* at = out.data();
    for (const Values& values : all) {
      pack_one(values, at);
      at += Reading::kBytes;
    }
    benchmark::ClobberMemory();
  }
  SLUICE_CHECK(out == AllBytes(), "all ways write the same bytes");
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords));
}

// `unpack_one` returns a number that all values are in, so that none is left out.
template <class UnpackOne>
void UnpackEach(benchmark::State& state, UnpackOne unpack_one) {
  const std::string bytes = AllBytes();
  for (auto _ : state) {
    uint64_t sum = 0;
    for (size_t at = 0; at < bytes.size(); at += Reading::kBytes) {
      sum += unpack_one(std::string_view(bytes.data() + at, Reading::kBytes));
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords));
}

template <class T>
void StoreBig(char* at, T value) {
  if constexpr (sizeof value == 2) value = static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof value == 4) value = static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof value == 8) value = static_cast<T>(__builtin_bswap64(value));
  std::memcpy(at, &value, sizeof value);
}

template <class T>
T LoadBig(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (sizeof value == 2) return static_cast<T>(__builtin_bswap16(value));
  if constexpr (sizeof value == 4) return static_cast<T>(__builtin_bswap32(value));
  if constexpr (sizeof value == 8) return static_cast<T>(__builtin_bswap64(value));
}

uint64_t Sum(int16_t kind, uint32_t sensor, int64_t time, double value, std::string_view name) {
  return static_cast<uint64_t>(kind) + sensor + static_cast<uint64_t>(time) +
         std::bit_cast<uint64_t>(value) + static_cast<unsigned char>(name[4]);
}

void RecordPack(benchmark::State& state) {
  PackAll(state, [](const Values& v, char* out) {
    Reading::PackTo(out, v.kind, v.sensor, v.time, v.value, v.name);
  });
}
BENCHMARK(RecordPack);

void RecordPackByHand(benchmark::State& state) {
  PackAll(state, [](const Values& v, char* out) {
    StoreBig(out, v.kind);
    StoreBig(out + 2, v.sensor);
    StoreBig(out + 6, v.time);
    StoreBig(out + 14, std::bit_cast<uint64_t>(v.value));
    if (v.name.size() >= 5) {
      std::memcpy(out + 22, v.name.data(), 5);
    } else {
      std::memset(out + 22, 0, 5);
      v.name.copy(out + 22, 5);
    }
  });
}
BENCHMARK(RecordPackByHand);

void RecordPackChecked(benchmark::State& state) {
  PackAll(state, [](const Values& v, char* out) {
    const auto record =
        Reading::PackChecked(int64_t{v.kind}, int64_t{v.sensor}, v.time, v.value, v.name);
    std::memcpy(out, record->data(), record->size());
  });
}
BENCHMARK(RecordPackChecked);

void RecordPackAtRunTime(benchmark::State& state) {
  const RecordFormat format = RecordFormat::Parse(kFormatText).value();
  PackAll(state, [&](const Values& v, char* out) {
    const RecordValue values[] = {v.kind, v.sensor, v.time, v.value, v.name};
    SLUICE_CHECK(format.PackTo(values, out).ok(), "the benchmark's own values");
  });
}
BENCHMARK(RecordPackAtRunTime);

void RecordCopy(benchmark::State& state) {
  const std::string bytes = AllBytes();
  std::string out(bytes.size(), '\0');
  for (auto _ : state) {
    for (size_t at = 0; at < bytes.size(); at += Reading::kBytes) {
      std::memcpy(out.data() + at, bytes.data() + at, Reading::kBytes);
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRecords));
}
BENCHMARK(RecordCopy);

void RecordUnpack(benchmark::State& state) {
  UnpackEach(state, [](std::string_view bytes) {
    const auto values = Reading::Unpack(bytes);
    return values.ok() ? std::apply(Sum, *values) : 0;
  });
}
BENCHMARK(RecordUnpack);

void RecordUnpackByHand(benchmark::State& state) {
  UnpackEach(state, [](std::string_view bytes) -> uint64_t {
    if (bytes.size() != 27) return 0;
    const char* at = bytes.data();
    return Sum(LoadBig<int16_t>(at), LoadBig<uint32_t>(at + 2), LoadBig<int64_t>(at + 6),
               std::bit_cast<double>(LoadBig<uint64_t>(at + 14)), {at + 22, 5});
  });
}
BENCHMARK(RecordUnpackByHand);

void RecordUnpackAtRunTime(benchmark::State& state) {
  const RecordFormat format = RecordFormat::Parse(kFormatText).value();
  UnpackEach(state, [&](std::string_view bytes) {
    return static_cast<uint64_t>(*(*format.Unpack(bytes))[1].As<uint64_t>());
  });
}
BENCHMARK(RecordUnpackAtRunTime);

void ObjectDecode(benchmark::State& state) {
  const std::string bytes = EncodeMessagePack(
      std::map<std::string, double>{{"kind", -2}, {"sensor", 7}, {"time", 1e12}, {"value", 1.5}});
  for (auto _ : state) {
    const MessagePackObject object = DecodeMessagePack(bytes);
    benchmark::DoNotOptimize(object.object().via.map.size);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(ObjectDecode);

}  // namespace
}  // namespace sluice
