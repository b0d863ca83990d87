"""sluice-picture in network namespaces: loss, small MTUs, multicast, and its README's commands."""

import json
import os
import re
import unittest

import harness
from picture_case import PictureCase, jpeg


@harness.on_every_backend
class Networks(PictureCase):
    """Skipped, with the reason, where there are none."""

    RUN = """
        "$P" receive "$B" --listen={to} --json {receive} >log 2>errors &
        until grep -qs listening log; do sleep 0.02; done
        "$P" send "$B" a.jpg --to={to} {send} >sent 2>send_errors || cat send_errors
        sleep 0.3
        kill $!; wait
        tail -n 1 log
    """

    def run_over(self, rule, send, receive="--frame-age-max=100ms", to="127.0.0.1:9010", before=""):
        self.file("a.jpg", jpeg(20_000))
        script = self.RUN.format(send=send, receive=receive, to=to)
        return json.loads(self.in_network(
            rule, f"cd '{self.folder}'\n{before}\n{script}").splitlines()[-1])

    def test_parity_makes_up_for_loss(self):
        """Of 15 parts one in ten is lost: without parity about four frames of five are."""
        loss = "udp dport 9010 numgen random mod 100 < 10 drop"
        send = "--count=60 --rate=60"
        without = self.run_over(loss, send)
        with_parity = self.run_over(loss, send + " --fec=15+6")
        self.assertEqual(without["repaired"], 0)
        self.assertGreater(without["lost"], 20)
        self.assertGreater(with_parity["repaired"], 20)
        self.assertGreater(with_parity["whole"], 50)
        self.assertGreater(with_parity["whole"], without["whole"] + 20)

    def test_a_small_mtu_fragments_or_refuses(self):
        small = "ip link set lo mtu 1500"
        self.file("a.jpg", jpeg(20_000))
        for flags, words in (
                ("--datagram-bytes=9000", "leave here in several fragments (MTU 1500)"),
                ("--datagram-bytes=9000", "--datagram-bytes=1472 is the most"),
                ("--datagram-bytes=9000 --dont-fragment", "EMSGSIZE"),
                ("--datagram-bytes=1473 --dont-fragment", "give --datagram-bytes=1472"),
                ("--plain --dont-fragment", "send pictures of 1472 bytes at most, or without"),
                ("--plain --dont-fragment", "refused by the kernel: 1 datagram (")):
            output = self.in_network("", f"""cd '{self.folder}'; {small}
                "$P" send "$B" a.jpg --to=127.0.0.1:9010 --count=2 --rate=50 {flags} 2>&1 || true""")
            self.assertIn(words, output)
        output = self.in_network("", f"""cd '{self.folder}'; {small}
            "$P" send "$B" a.jpg --to=127.0.0.1:9010 --datagram-bytes=1472 --dont-fragment 2>&1""")
        self.assertNotIn("fragment", output)

    def test_multicast_reaches_who_joined(self):
        route = "ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo"
        report = self.run_over("", "--count=5 --rate=50 --ttl=2 --interface=lo",
                               receive="--interface=lo", to="239.7.7.7:9010", before=route)
        self.assertEqual((report["whole"], report["lost"]), (5, 0))

    def test_multicast_leaves_with_the_ttl_of_the_tutorial(self):
        """A rule that drops every other TTL leaves these alone."""
        route = "ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo"
        for flags, whole in (("", 3), ("--ttl=3", 0)):
            report = self.run_over("ip daddr 239.7.7.7 ip ttl != 2 drop",
                                   f"--count=3 --rate=50 {flags}", to="239.7.7.7:9010",
                                   before=route)
            self.assertEqual(report["whole"], whole)

    def test_the_readmes_commands(self):
        readme = os.path.join(os.path.dirname(__file__), "../../apps/picture/README.md")
        with open(readme, encoding="utf-8") as file:
            commands = re.findall(r"^    sluice-picture (.*)$", file.read(), re.MULTILINE)
        self.assertEqual([command.split()[0] for command in commands], ["receive", "send"] * 3)
        for name in ("cat.jpg", "dog.png", "small.jpg"):
            self.file(name, jpeg(20_000))
        script = f"cd '{self.folder}'; ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo\n"
        for receive, send in zip(commands[::2], commands[1::2]):
            receive = receive.replace("/tmp/pictures", "$OUT")
            script += f"""
                rm -f log; "$P" {receive} "$B" >log 2>errors &
                until grep -qs listening log; do sleep 0.02; done
                "$P" {send} "$B" >sent
                sleep 0.2; kill -TERM $!; wait; cat sent; tail -n 20 log
            """
        output = self.in_network("", script)
        for words in ("sent 20 pictures", "20 pictures in", "sent 5 pictures", "from 1 sender",
                      "sent 1 picture in", '"whole":1'):
            self.assertIn(words, output)


if __name__ == "__main__":
    unittest.main()
