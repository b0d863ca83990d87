"""Two hosts joined by two cables: network namespaces and veth pairs of this test's own.

`near` is where the programs under test run; it has eth0 (10.1.0.1, fd01::1) and eth1 (10.2.0.1,
fd02::1). `far` has the other ends, far0 (10.1.0.2, 10.1.0.3, fd01::2) and far1 (10.2.0.2, fd02::2).
Only 224.0.0.0/4 through eth0 is a route to groups, so that a group without an interface is on eth0.
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess

import harness

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
IP_MULTICAST_IF, IP_MULTICAST_TTL, IP_ADD_MEMBERSHIP, IP_RECVTTL = 32, 33, 35, 12
IPV6_MULTICAST_IF, IPV6_JOIN_GROUP, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT = 17, 20, 51, 52


def enter(namespace):
    if LIBC.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Network:
    """Raises OSError with the reason where this host forbids it."""

    def __init__(self):
        self._own = os.open("/proc/self/ns/net", os.O_RDONLY)
        self._keepers = []
        try:
            self.near = self._namespace()
            self.far = self._namespace()
            for number in (0, 1):
                self._cable(number)
            self.run(self.near, "ip route add 224.0.0.0/4 dev eth0")
        except Exception:
            self.close()
            raise

    def close(self):
        for keeper in self._keepers:
            keeper.kill()
            keeper.wait()
            keeper.stdout.close()
            keeper.stderr.close()

    def _namespace(self):
        keeper = subprocess.Popen(["unshare", "-n", "sh", "-c", "echo ready; exec sleep 600"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._keepers.append(keeper)
        if keeper.stdout.readline() != "ready\n":
            raise OSError(f"no network namespace: {keeper.stderr.read().strip()}")
        namespace = os.open(f"/proc/{keeper.pid}/ns/net", os.O_RDONLY)
        self.run(namespace, "ip link set lo up")
        # Addresses are usable at once.
        self.run(namespace, "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad")
        return namespace

    def _cable(self, number):
        near, far = f"eth{number}", f"far{number}"
        net = number + 1
        self.run(self.near, f"ip link add {near} type veth peer name {far} netns {self._keepers[1].pid}")
        for namespace, name, host in ((self.near, near, 1), (self.far, far, 2)):
            self.run(namespace, f"ip link set {name} addrgenmode none; ip link set {name} up;"
                     f"ip addr add 10.{net}.0.{host}/24 brd + dev {name};"
                     f"ip addr add fd0{net}::{host}/64 dev {name} nodad;"
                     f"ip addr add fe80::{net}{host}/64 dev {name} nodad")
        if number == 0:
            self.run(self.far, "ip addr add 10.1.0.3/24 dev far0")

    def run(self, namespace, commands):
        result = subprocess.run(["sh", "-ec", commands], preexec_fn=lambda: enter(namespace),
                                capture_output=True, text=True, timeout=harness.WAIT_S)
        if result.returncode != 0:
            raise OSError(f"{commands}: {result.stderr.strip()}")
        return result.stdout

    @contextlib.contextmanager
    def inside(self, namespace):
        """Sockets made here belong there, for good."""
        enter(namespace)
        try:
            yield
        finally:
            enter(self._own)

    def index(self, namespace, name):
        with self.inside(namespace):
            return socket.if_nametoindex(name)

    def sender(self, namespace, interface, family=socket.AF_INET, source=None, port=0):
        """As the tutorials send: a datagram socket, its multicast interface set."""
        with self.inside(namespace):
            index = socket.if_nametoindex(interface)
            sock = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_MULTICAST_IF, index)
            else:
                sock.setsockopt(socket.IPPROTO_IP, IP_MULTICAST_IF,
                                struct.pack("4s4si", bytes(4), bytes(4), index))
            if source or port:
                sock.bind((source or "", port))
            return sock

    def receiver(self, namespace, group, port, local):
        """As the tutorials receive: SO_REUSEADDR, bind, struct ip_mreq with the address of an
        interface (IPv6: struct ipv6_mreq with its name)."""
        with self.inside(namespace):
            v6 = ":" in group
            sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", port))
            if v6:
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)
                sock.setsockopt(socket.IPPROTO_IPV6, IPV6_JOIN_GROUP,
                                socket.inet_pton(socket.AF_INET6, group)
                                + struct.pack("i", socket.if_nametoindex(local)))
            else:
                sock.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
                sock.setsockopt(socket.IPPROTO_IP, IP_ADD_MEMBERSHIP,
                                struct.pack("4s4s", socket.inet_aton(group),
                                            socket.inet_aton(local)))
            sock.settimeout(harness.WAIT_S)
            return sock


def receive_with_hops(sock):
    """The datagram and the TTL or hop limit it came with."""
    data, controls, _, _ = sock.recvmsg(65535, 1024)
    hops = [struct.unpack("i", value)[0] for _, kind, value in controls
            if kind in (socket.IP_TTL, IPV6_HOPLIMIT)]
    return data, hops[0]
