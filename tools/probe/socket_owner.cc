#include "tools/probe/socket_owner.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/numbers.h"

namespace sluice::probe {
namespace {

namespace fs = std::filesystem;

// "socket:[123]" has the inode 123; 0: no socket.
uint32_t InodeOf(const std::string& link) {
  constexpr std::string_view kPrefix = "socket:[";
  uint32_t inode = 0;
  if (link.rfind(kPrefix, 0) != 0) return 0;
  const std::string digits = link.substr(kPrefix.size(), link.size() - kPrefix.size() - 1);
  return absl::SimpleAtoi(digits, &inode) ? inode : 0;
}

void AddProcess(const fs::path& process, std::map<uint32_t, std::string>& owners) {
  std::string name;
  std::getline(std::ifstream(process / "comm"), name);
  std::error_code error;  // of processes that are not ours, and of those that end meanwhile
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end;
       fd.increment(error)) {
    std::error_code gone;
    const uint32_t inode = InodeOf(fs::read_symlink(fd->path(), gone).string());
    if (gone || inode == 0) continue;
    owners.try_emplace(inode, name + " (" + process.filename().string() + ", fd " +
                                  fd->path().filename().string() + ")");
  }
}

}  // namespace

std::map<uint32_t, std::string> SocketOwners() {
  std::map<uint32_t, std::string> owners;
  std::error_code error;
  for (fs::directory_iterator process("/proc", error), end; !error && process != end;
       process.increment(error)) {
    const std::string name = process->path().filename().string();
    if (std::all_of(name.begin(), name.end(),
                    [](unsigned char c) { return std::isdigit(c) != 0; })) {
      AddProcess(process->path(), owners);
    }
  }
  return owners;
}

}  // namespace sluice::probe
