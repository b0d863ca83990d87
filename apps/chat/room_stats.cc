#include "apps/chat/room_stats.h"

#include <array>
#include <utility>

#include "nlohmann/json.hpp"
#include "tools/report/format.h"
#include "tools/report/table.h"

namespace sluice::chat {
namespace {

struct Row {
  const char* name;
  uint64_t RoomStats::*count;
};

constexpr std::array<Row, 21> kRows = {{
    {"entered", &RoomStats::entered},
    {"left", &RoomStats::left},
    {"members_most", &RoomStats::members_most},
    {"said", &RoomStats::said},
    {"refused_lines", &RoomStats::refused_lines},
    {"refused_full", &RoomStats::refused_full},
    {"expelled", &RoomStats::expelled},
    {"dropped_slow", &RoomStats::dropped_slow},
    {"datagrams", &RoomStats::datagrams},
    {"datagrams_sent", &RoomStats::datagrams_sent},
    {"too_long", &RoomStats::too_long},
    {"too_long_to_send", &RoomStats::too_long_to_send},
    {"from_services", &RoomStats::from_services},
    {"address_full", &RoomStats::address_full},
    {"too_often", &RoomStats::too_often},
    {"held_back", &RoomStats::held_back},
    {"held_back_address", &RoomStats::held_back_address},
    {"queue_full", &RoomStats::queue_full},
    {"proved", &RoomStats::proved},
    {"expired", &RoomStats::expired},
    {"evicted", &RoomStats::evicted},
}};

}  // namespace

std::string RoomStats::ToTable() const {
  report::Table table({{"room"}, {"", report::Table::Align::kRight}});
  for (const Row& row : kRows) table.AddRow({row.name, report::FormatExact(this->*row.count)});
  return table.ToString();
}

std::string RoomStats::ToJson() const {
  nlohmann::ordered_json json;
  for (const Row& row : kRows) json[row.name] = this->*row.count;
  return json.dump() + "\n";
}

}  // namespace sluice::chat
