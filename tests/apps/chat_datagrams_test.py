"""sluice-chat's members without a connection: silence, proofs, and addresses that somebody forged."""

import socket
import unittest

import harness
from chat_case import ChatCase


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


if __name__ == "__main__":
    unittest.main()
