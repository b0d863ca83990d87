"""sluice-chat's members without a connection: silence, proofs, and addresses that somebody forged."""

import os
import socket
import subprocess
import sys
import time
import unittest

import harness
from chat_case import ChatCase

IN_NAMESPACE = "CHAT_TEST_IN_NAMESPACE"


@harness.on_every_backend
class Datagrams(ChatCase):

    def test_members_expire_after_silence(self):
        room = self.room("--expire=400ms")
        watch = self.lines(room)
        silent, alive = self.udp(), self.udp()
        silent.sendto(b"register", room.address("udp"))
        self.assertEqual(silent.recvfrom(1024)[0], b"register")
        alive.sendto(b"hi", room.address("udp"))
        self.assertEqual(alive.recvfrom(1024)[0], b"hi")
        self.assertEqual(silent.recvfrom(1024)[0], b"hi")
        silent.settimeout(0.05)
        last = None
        while last is None:
            alive.sendto(b"", room.address("udp"))  # a sign of life, and nothing said
            try:
                last = silent.recvfrom(1024)[0]
            except socket.timeout:
                pass
        self.assertEqual(last, b"-- you were silent for 400ms: send anything to come back")
        watch.say("who is still here?")
        self.assertEqual(alive.recvfrom(1024)[0], b"guest-1: who is still here?")
        self.assertTrue(self.hears_nothing(silent))
        silent.sendto(b"back", room.address("udp"))
        self.assertEqual(silent.recvfrom(1024)[0], b"back")
        self.assertEqual(self.counters(room)["expired"], 1)

    def test_a_member_that_proved_nothing_is_sent_no_more_than_it_was_granted(self):
        room = self.room("--grant-datagrams=20")
        receiver, talk = self.udp(), self.lines(room, nick="ana")
        receiver.sendto(b"register", room.address("udp"))
        for number in range(50):
            talk.say(str(number))
        talk.hear_until("^ana: 49$")
        heard = [receiver.recvfrom(1024)[0] for _ in range(20)]
        self.assertEqual(heard[:19], [b"register"] + [b"ana: %d" % number for number in range(18)])
        self.assertEqual(heard[19], b"-- more is said here: send anything to go on hearing it")
        self.assertTrue(self.hears_nothing(receiver))
        receiver.sendto(b"", room.address("udp"))
        self.assertEqual(self.who(talk), 2)
        talk.say("again")
        self.assertEqual(receiver.recvfrom(1024)[0], b"ana: again")
        self.assertEqual(self.counters(room)["held_back"], 32)

    def test_the_grant_counts_bytes_too(self):
        room = self.room("--grant-bytes=1000")
        receiver, talk = self.udp(), self.lines(room, nick="ana")
        receiver.sendto(b"register", room.address("udp"))
        for number in range(20):
            talk.say("x" * 100 + f" {number}")
        talk.hear_until("^ana: x* 19$")
        receiver.settimeout(0.5)
        heard = 0
        try:
            while True:
                heard += len(receiver.recvfrom(4096)[0])
        except socket.timeout:
            pass
        self.assertGreater(heard, 500)
        self.assertLessEqual(heard, 1000)
        self.stop(room)

    def test_who_proves_that_it_receives_is_not_limited(self):
        room = self.room("--grant-datagrams=5", "--grant-bytes=300")
        talk = self.lines(room, nick="ana")
        member = self.udp()
        member.sendto(b"\0chat?" + b"0" * 16, room.address("udp"))
        token = member.recvfrom(1024)[0]
        self.assertRegex(token, rb"^\0chat![0-9a-f]{16}$")
        member.sendto(b"\0chat=" + b"0" * 16, room.address("udp"))
        self.assertEqual(member.recvfrom(1024)[0], token, "a wrong proof is none")
        member.sendto(b"\0chat=" + token[6:], room.address("udp"))
        self.assertEqual(member.recvfrom(1024)[0], b"\0chat+" + token[6:])
        for number in range(100):
            talk.say(str(number))
        for number in range(100):
            self.assertEqual(member.recvfrom(1024)[0], b"ana: %d" % number)
        other = self.udp()
        other.sendto(b"\0chat~" + token[6:], room.address("udp"))  # for another address
        self.assertEqual(self.who(talk), 2)
        member.sendto(b"\0chat~" + token[6:], room.address("udp"))
        self.assertEqual(member.recvfrom(1024)[0], b"\0chat+" + token[6:])
        self.assertEqual(self.who(talk), 1)
        self.assertEqual(self.counters(room)["proved"], 1)

    def test_control_datagrams_are_not_said(self):
        room = self.room()
        ana, client = self.lines(room), self.udp()
        for broken in (b"\0", b"\0chat", b"\0chat?", b"\0chat!" + b"0" * 16, b"\0chat=" + b"z" * 16,
                       b"\0chat?" + b"0" * 17, b"\0 text"):
            client.sendto(broken, room.address("udp"))
        client.sendto(b"said", room.address("udp"))
        self.assertEqual(ana.hear(), "udp-2: said")
        self.assertEqual(client.recvfrom(1024)[0], b"said")
        self.stop(room)

    def test_what_is_no_datagram_in_the_rooms_encoding_is_left_out(self):
        room = self.room("--encoding=GB18030", "--max-message-bytes=60000")
        page, talk = self.browser(room, nick="p"), self.udp()
        talk.sendto(b"hi", room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0], b"hi")
        page.say("\u00eb" * 16_500)  # four bytes each
        page.hear_until("^p: \u00eb+$")
        page.say("after")
        self.assertEqual(talk.recvfrom(1024)[0], b"p: after")
        counted = self.counters(room)
        self.assertEqual((counted["too_long_to_send"], counted["queue_full"]), (1, 0))
        self.assertEqual(counted["datagrams_sent"], 3, "hi, after, and goodbye")

    def test_what_echoes_for_ever_is_slowed_down(self):
        room = self.room("--udp-rate=10")
        echo, watch = self.udp(), self.lines(room)
        echo.sendto(b"loop", room.address("udp"))
        echo.settimeout(0.5)
        bounced = 0
        try:
            while bounced < 1000:
                echo.sendto(echo.recvfrom(1024)[0], room.address("udp"))
                bounced += 1
        except socket.timeout:
            pass
        self.assertLess(bounced, 300, "200 at once, 10 a second then")
        self.assertEqual(self.who(watch), 2)
        self.assertGreater(self.counters(room)["too_often"], 0)


@harness.on_every_backend
class InANamespace(ChatCase):
    """Run by Forged below, where 10.9.0.0/16 is this host's and belongs to nobody else."""

    def setUp(self):
        if IN_NAMESPACE not in os.environ:
            self.skipTest("runs in a namespace of its own, by Forged")
        super().setUp()

    def victims(self, room, count, host):
        """Sockets of an address in whose name somebody sent one datagram each."""
        sockets = [self.udp(host) for _ in range(count)]
        for victim in sockets:
            victim.sendto(b"", room.address("udp"))
        return sockets

    @staticmethod
    def bytes_heard(sockets, quiet_s=0.3):
        heard = 0
        for victim in sockets:
            victim.settimeout(quiet_s)
            try:
                while True:
                    heard += len(victim.recvfrom(65536)[0])
            except socket.timeout:
                pass
            quiet_s = 0.01
        return heard

    def test_an_address_that_proved_nothing_is_not_flooded(self):
        room = self.room("--unproved-rate=1000", host="10.9.0.1")
        talk = self.lines(room, nick="ana")
        victims = self.victims(room, 60, "10.9.0.7")
        harness.wait_until(lambda: self.who(talk) == 61, lambda: "60 and the one who talks")
        began = time.monotonic()
        for number in range(300):
            talk.say(f"{number} " + "x" * 500)
        talk.hear_until("^ana: 299 ")
        for victim in victims:  # in their name again: it buys nothing more
            victim.sendto(b"", room.address("udp"))
        talk.say("and again " + "x" * 500)
        talk.hear_until("^ana: and again")
        heard = self.bytes_heard(victims)
        passed = time.monotonic() - began
        self.assertGreater(heard, 3000)
        self.assertLessEqual(heard, 4000 + 1000 * (passed + 1), "a burst of 4000, 1000 a second")
        # Somebody else hears everything that an address is sent.
        other = self.udp("10.9.0.8")
        other.sendto(b"hi", room.address("udp"))
        self.assertEqual(other.recvfrom(1024)[0], b"hi")
        self.assertGreater(self.counters(room)["held_back_address"], 1000)

    def test_an_address_has_so_many_members(self):
        room = self.room("--max-per-address=5", host="10.9.0.1")
        watch = self.lines(room)
        self.victims(room, 20, "10.9.0.7")
        self.victims(room, 2, "10.9.0.8")
        harness.wait_until(lambda: self.who(watch) == 8, lambda: "5 + 2 and the one who asks")
        self.assertEqual(self.counters(room)["address_full"], 15)

    def test_who_proves_itself_is_held_back_by_neither(self):
        room = self.room("--unproved-rate=1000", "--max-per-address=1", "--grant-datagrams=2",
                         host="10.9.0.1")
        talk = self.lines(room, nick="ana")
        listeners = [self.start("listen", f"--udp={room.target('udp')}", "--count=200")
                     for _ in range(3)]
        harness.wait_until(lambda: self.who(talk) == 4, lambda: "three listeners")
        time.sleep(0.5)  # a member is in the room before it has proved itself
        for number in range(200):
            talk.say(f"{number} " + "x" * 100)
        for listener in listeners:
            heard = listener.communicate(timeout=harness.WAIT_S)[0].splitlines()
            self.assertEqual([line.split()[1] for line in heard],
                             [str(number) for number in range(200)])
        self.assertEqual(self.counters(room)["proved"], 3)

    def test_a_lossy_network_costs_datagrams_and_nothing_else(self):
        rules = ("add table ip loss; "
                 "add chain ip loss in { type filter hook prerouting priority -300; }; "
                 "add rule ip loss in ip protocol udp numgen random mod 100 < 30 drop; "
                 "add rule ip loss in ip protocol tcp numgen random mod 100 < 5 drop")
        added = subprocess.run(["nft", rules], capture_output=True, text=True)
        if added.returncode != 0:
            self.skipTest(f"nft: {added.stderr.strip()}")
        self.addCleanup(subprocess.run, ["nft", "delete table ip loss"])
        room = self.room(host="10.9.0.1")
        ana, bob = self.lines(room, nick="ana"), self.lines(room, nick="bob")
        listener = self.start("listen", f"--udp={room.target('udp')}", "--count=50")
        harness.wait_until(lambda: self.who(ana) == 3, lambda: "a listener")
        said = 0
        while listener.poll() is None:
            self.assertLess(said, 5000, "too much is lost")
            ana.say(f"number {said}")
            self.assertEqual(bob.hear_until("^ana: "), f"ana: number {said}")
            said += 1
        self.assertEqual(listener.returncode, 0)
        numbers = [int(line.split()[-1]) for line in listener.stdout.read().splitlines()
                   if line.startswith("ana: number ")]
        self.assertEqual(len(numbers), 50)
        self.assertEqual(numbers, sorted(set(numbers)), "lost, and neither repeated nor mixed up")
        self.stop(room)

    def start(self, *arguments):
        process = subprocess.Popen(
            [harness.program("sluice-chat"), *arguments, f"--backend={self.backend}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process


class Forged(unittest.TestCase):
    """What loopback addresses, which nobody can forge, do not show."""

    def test_in_a_namespace(self):
        set_up = "ip link set lo up && ip addr add 10.9.0.1/16 dev lo"
        probe = subprocess.run(["unshare", "-Urn", "sh", "-c", set_up], capture_output=True,
                               text=True)
        if probe.returncode != 0:
            self.skipTest(f"no namespace of one's own here: {probe.stderr.strip()}")
        result = subprocess.run(
            ["unshare", "-Urn", "sh", "-c", f'{set_up} && exec "$@"', "sh", sys.executable, "-B",
             __file__, "InANamespace_epoll", "InANamespace_io_uring"],
            env={**os.environ, IN_NAMESPACE: "1"}, capture_output=True, text=True,
            timeout=4 * harness.WAIT_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        print(result.stderr.splitlines()[-1], file=sys.stderr)  # skipped ones show


if __name__ == "__main__":
    unittest.main()
