"""sluice-chat: the tutorials' clients, all transports in one room, and members who break its rules."""

import socket
import unittest

import harness
from chat_case import ChatCase


@harness.on_every_backend
class Tutorials(ChatCase):
    """Their clients, unchanged."""

    def test_the_talk_client_gets_back_what_it_said(self):
        room = self.room()
        talk = self.udp()
        for text in ("hello", "你好", "hello"):
            talk.sendto(text.encode("utf-8"), room.address("udp"))
            data, address = talk.recvfrom(1024)
            self.assertEqual(data.decode("utf-8"), text)
            self.assertEqual(address, room.address("udp"))
        self.stop(room)

    def test_everybody_hears_a_client_that_only_sends(self):
        room = self.room()
        talk, only_receives, only_sends = self.udp(), self.udp(), self.udp()
        only_receives.sendto(b"register", room.address("udp"))
        self.assertEqual(only_receives.recvfrom(1024)[0], b"register")
        talk.sendto(b"hi", room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0], b"hi")
        only_sends.sendto(b"I only send", room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0], b"I only send")
        self.assertEqual(only_receives.recvfrom(1024)[0], b"hi")
        self.assertEqual(only_receives.recvfrom(1024)[0], b"I only send")
        self.stop(room)

    def test_hundreds_at_once(self):
        room = self.room()
        receiver = self.udp()
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        receiver.sendto(b"register", room.address("udp"))
        receiver.recvfrom(1024)
        clients = [self.udp() for _ in range(200)]
        heard = set()
        for number, client in enumerate(clients):
            client.sendto(b"I am %d" % number, room.address("udp"))
            if number % 20 == 19:  # as fast as the receiver's buffer holds them
                while len(heard) <= number:
                    heard.add(receiver.recvfrom(1024)[0])
        self.assertEqual(heard, {b"I am %d" % number for number in range(200)})
        # The last one came when all were there, so all of them hear it.
        for client in clients:
            while client.recvfrom(1024)[0] != b"I am 199":
                pass
        self.assertEqual(self.counters(room)["members_most"], 201)

    def test_two_hosts_with_one_port_are_two_members(self):
        room = self.room(host="0.0.0.0")
        port = room.address("udp")[1]
        first = self.udp("127.0.0.1")
        second = self.udp("127.0.0.2", first.getsockname()[1])
        first.sendto(b"one", ("127.0.0.1", port))
        self.assertEqual(first.recvfrom(1024)[0], b"one")
        second.sendto(b"two", ("127.0.0.2", port))
        self.assertEqual(first.recvfrom(1024)[0], b"two")
        self.assertEqual(second.recvfrom(1024)[0], b"two")
        self.stop(room)

    def test_without_echo_only_the_others_hear_it(self):
        room = self.room("--no-echo")
        first, second = self.udp(), self.udp()
        line = self.lines(room, nick="ana")
        first.sendto(b"one", room.address("udp"))
        line.hear_until("udp-2: one")
        second.sendto(b"two", room.address("udp"))
        self.assertEqual(first.recvfrom(1024)[0], b"two")
        line.say("three")
        self.assertEqual(first.recvfrom(1024)[0], b"ana: three")
        self.assertEqual(second.recvfrom(1024)[0], b"ana: three")
        line.say("/help")
        self.assertNotIn("three", line.hear_until("^(ana: three|-- /nick)"))
        self.stop(room)

    def test_gbk_on_the_wire(self):
        room = self.room("--encoding=gbk")
        talk = self.udp()
        line = self.lines(room, encoding="gbk", nick="小明")
        page = self.browser(room, nick="页")
        talk.sendto("你好".encode("gbk"), room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0].decode("gbk"), "你好")
        line.hear_until("^udp-3: 你好$")
        page.hear_until("^udp-3: 你好$")
        page.say("再见 😀")
        self.assertEqual(talk.recvfrom(1024)[0].decode("gbk"), "页: 再见 ?")
        line.hear_until(r"页: 再见 \?$")
        line.say("行")
        page.hear_until("小明: 行$")
        self.stop(room)

    def test_a_datagram_that_is_no_text_goes_on_as_it_came(self):
        room = self.room()
        first, second = self.udp(), self.udp()
        line = self.lines(room)
        second.sendto(b"register", room.address("udp"))
        second.recvfrom(1024)
        first.sendto(b"\xff\xfe\nudp-9: forged", room.address("udp"))
        self.assertEqual(second.recvfrom(1024)[0], b"\xff\xfe\nudp-9: forged")
        self.assertEqual(line.hear_until("forged"), "udp-3: \ufffd\ufffd\\x0audp-9: forged")
        self.stop(room)


@harness.on_every_backend
class Connections(ChatCase):

    def test_names_and_commands(self):
        room = self.room()
        ana = self.lines(room, nick="ana")
        bob = self.browser(room, nick="bob")
        bob.say("/who")
        bob.hear_until("^-- 2 here: ana, bob$")
        bob.say("/me waves")
        ana.hear_until(r"^\* bob waves$")
        for refused in ("/nick", "/nick Ana", "/nick a b", "/nick a:", "/nick guest-7", "/nope",
                        "/nick " + "x" * 33, "/me"):
            bob.say(refused)
            bob.hear_until("^!! ")
        bob.say("//nick")
        ana.hear_until("^bob: /nick$")
        bob.say("   ")
        bob.say("  spaces around do not count  ")
        ana.hear_until("^bob: spaces around do not count$")
        bob.say("/nick Bob")
        ana.hear_until("^-- bob is Bob now$")
        bob.say("/quit")
        bob.hear_until("^-- bye$")
        self.assertIsNone(bob.hear())
        ana.hear_until("^-- Bob left$")
        carl = self.lines(room, nick="bob")
        carl.close()
        ana.hear_until("^-- bob left$")
        self.stop(room)

    def test_one_room_for_all_transports(self):
        room = self.room()
        ana, bob, carl = self.lines(room, nick="ana"), self.browser(room, nick="bob"), self.udp()
        carl.sendto(b"from udp", room.address("udp"))
        self.assertEqual(carl.recvfrom(1024)[0], b"from udp")
        for client in (ana, bob):
            client.hear_until("^udp-3: from udp$")
        ana.say("from tcp 一")
        for client in (ana, bob):
            client.hear_until("^ana: from tcp 一$")
        self.assertEqual(carl.recvfrom(1024)[0].decode(), "ana: from tcp 一")
        bob.say("from a page")
        for client in (ana, bob):
            client.hear_until("^bob: from a page$")
        self.assertEqual(carl.recvfrom(1024)[0], b"bob: from a page")
        self.stop(room)

    def test_lines_in_pieces_and_many_at_once(self):
        room = self.room()
        ana, bob = self.lines(room, nick="ana"), self.lines(room)
        text = "你好, in pieces\r\n".encode()
        for byte in text:
            ana.socket.sendall(bytes([byte]))
        bob.hear_until("^ana: 你好, in pieces$")
        ana.socket.sendall(b"".join(b"line %d\n" % number for number in range(1000)))
        for number in range(1000):
            self.assertEqual(bob.hear_until("^ana: "), f"ana: line {number}")
        self.stop(room)

    def test_the_last_line_needs_no_end(self):
        room = self.room()
        bob = self.lines(room, nick="bob")
        for transport, last in (("ana", "and this"), ("eve", "你")):
            client = self.lines(room, nick=transport)
            client.socket.sendall(b"a line\n" + last.encode())
            client.socket.shutdown(socket.SHUT_WR)
            bob.hear_until(f"^{transport}: a line$")
            bob.hear_until(f"^{transport}: {last}$")
            bob.hear_until(f"^-- {transport} left$")
            while client.hear() is not None:
                pass
        self.stop(room)

    def test_what_is_too_long_or_no_text_is_refused_with_a_reason(self):
        room = self.room("--max-message-bytes=100")
        ana, bob = self.lines(room, nick="ana"), self.lines(room)
        page = self.browser(room)
        ana.socket.sendall(b"caf\xe9\n")
        ana.hear_until("^!! .* no text")
        ana.say("x" * 100)
        bob.hear_until("^ana: x{100}$")
        ana.say("\x1b" * 90)
        ana.hear_until("^!! .* too long")
        ana.socket.sendall(b"y" * 101)
        ana.hear_until("^!! a line has up to 100 bytes$")
        self.assertIsNone(ana.hear())
        bob.hear_until("^-- ana left: a line has up to 100 bytes$")
        page.frame(2, b"bytes")
        page.hear_until("^!! .* only text")
        page.say("z" * 101)
        while page.hear() is not None:
            pass
        self.assertEqual(page.closed, 1009)
        bob.hear_until("^-- guest-3 left")
        talk = self.udp()
        talk.sendto(b"z" * 101, room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0], b"-- not passed on: above 100 bytes")
        talk.sendto(b"\x1b" * 90, room.address("udp"))
        self.assertRegex(talk.recvfrom(1024)[0], b"^-- not passed on: too long")
        bob.say("/help")
        self.assertNotIn("x1b", bob.hear_until("zzz|x1b|/nick"))
        counted = self.counters(room)
        self.assertEqual((counted["expelled"], counted["too_long"]), (2, 2))

    def test_nothing_that_moves_a_cursor_reaches_anybody(self):
        room = self.room()
        ana, bob = self.lines(room, nick="ana"), self.browser(room)
        ana.say("\x1b[2J\u202egnp")
        self.assertEqual(bob.hear_until("^ana: "), "ana: \\x1b[2J\\u202egnp")
        self.stop(room)

    def test_a_full_room_says_so(self):
        room = self.room("--max-members=2")
        ana, bob = self.lines(room), self.lines(room)
        late = harness.connect(room.address("tcp"))
        self.addCleanup(late.close)
        self.assertEqual(harness.receive_to_end(late), b"!! the room is full: 2 are here\n")
        talk = self.udp()
        talk.sendto(b"let me in", room.address("udp"))
        bob.close()
        ana.hear_until("left$")
        talk.sendto(b"now?", room.address("udp"))
        self.assertEqual(talk.recvfrom(1024)[0], b"now?")
        # Who came without a connection and proved nothing makes room for who has one.
        carl = self.lines(room)
        self.assertEqual(self.who(carl), 2)
        counted = self.counters(room)
        self.assertEqual((counted["refused_full"], counted["evicted"]), (2, 1))

    def test_the_slow_are_dropped_with_a_reason_and_hold_nobody_up(self):
        room = self.room("--max-unsent-bytes=65536", "--line-rate=1000000")
        slow = socket.socket()
        self.addCleanup(slow.close)
        slow.settimeout(harness.WAIT_S)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(room.address("tcp"))
        ana, bob = self.lines(room, nick="ana"), self.lines(room)
        said = 0
        dropped = None
        while dropped is None:
            # Each line has been heard before the next is said: nobody waits for who is slow.
            ana.say(f"{said} " + "x" * 4000)
            said += 1
            self.assertLess(said, 20_000, "it takes without end")
            ana.hear_until(f"^ana: {said - 1} ")
            while True:
                line = bob.hear_until("^(ana: |-- guest-1 left)")
                if line.startswith("-- guest-1"):
                    dropped = line
                if line.startswith(f"ana: {said - 1} "):
                    break
        self.assertEqual(dropped, "-- guest-1 left: too slow: too much that was said is unsent")
        heard = harness.receive_to_end(slow)
        self.assertTrue(heard.endswith(b"\n!! too slow: too much that was said is unsent\n"),
                        heard[-200:])
        self.assertEqual(self.counters(room)["dropped_slow"], 1)

    def test_nobody_is_slow_for_whom_nothing_waits(self):
        room = self.room("--max-unsent-bytes=4096")
        ana, bob, page = self.lines(room, nick="ana"), self.lines(room), self.browser(room)
        for _ in range(3):
            ana.say("x" * 4096)
            for client in (ana, bob, page):
                client.hear_until("^ana: x{4096}$")
        self.assertEqual(self.counters(room)["dropped_slow"], 0)

    def test_sigterm_tells_everybody(self):
        room = self.room()
        ana, bob, talk = self.lines(room, nick="ana"), self.browser(room), self.udp()
        talk.sendto(b"hi", room.address("udp"))
        bob.hear_until("hi$")
        ana.say("last words")
        room.signal()
        ana.hear_until("^ana: last words$")
        ana.hear_until("^-- the room closes$")
        self.assertIsNone(ana.hear())
        bob.hear_until("^-- the room closes$")
        self.assertIsNone(bob.hear())
        self.assertEqual(bob.closed, 1001)
        self.assertEqual([talk.recvfrom(1024)[0] for _ in range(3)],
                         [b"hi", b"ana: last words", b"-- the room closes"])
        for client in (ana, bob):
            client.close()
        self.assertEqual(room.wait()[0], 0)

    def test_a_page_for_browsers(self):
        room = self.room()
        client = self.client(room.address("ws"))
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = harness.receive_to_end(client)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)
        self.assertIn(b"new WebSocket", answer)
        self.stop(room)


if __name__ == "__main__":
    unittest.main()
