#include "apps/picture/picture_reader.h"

#include <algorithm>
#include <string>

namespace sluice::picture {

void SortSenders(std::vector<Sender>& senders) {
  std::sort(senders.begin(), senders.end(), [](const Sender& a, const Sender& b) {
    return std::pair(a.key.from.ToString(), a.key.stream) <
           std::pair(b.key.from.ToString(), b.key.stream);
  });
}

}  // namespace sluice::picture
