#include "tools/netlab/link.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "tools/netlab/netlink.h"

namespace sluice::netlab {
namespace {

std::string NameOf(unsigned interface) {
  char name[IF_NAMESIZE] = "interface";
  if_indextoname(interface, name);
  return name;
}

// `change` says what is to be different, in the header or by attributes behind it.
absl::Status ChangeLink(unsigned interface, const std::string& error,
                        absl::FunctionRef<void(nlmsghdr*, ifinfomsg*)> change) {
  alignas(NLMSG_ALIGNTO) char buffer[256];
  nlmsghdr* request = mnl_nlmsg_put_header(buffer);
  request->nlmsg_type = RTM_NEWLINK;
  request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  auto* link = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(request, sizeof(ifinfomsg)));
  link->ifi_family = AF_UNSPEC;
  link->ifi_index = static_cast<int>(interface);
  change(request, link);
  return NetlinkRequest(NETLINK_ROUTE, request, error, [](const nlmsghdr&) {});
}

}  // namespace

absl::Status SetLinkUp(unsigned interface) {
  return ChangeLink(interface, "cannot bring " + NameOf(interface) + " up",
                    [](nlmsghdr*, ifinfomsg* link) {
                      link->ifi_flags = IFF_UP;
                      link->ifi_change = IFF_UP;
                    });
}

absl::Status SetLinkMtu(unsigned interface, uint32_t mtu) {
  return ChangeLink(
      interface, "cannot set the MTU of " + NameOf(interface),
      [mtu](nlmsghdr* request, ifinfomsg*) { mnl_attr_put_u32(request, IFLA_MTU, mtu); });
}

}  // namespace sluice::netlab
