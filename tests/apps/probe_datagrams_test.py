"""sluice-probe where its datagrams' senders, or its readers, come and go."""

import json
import socket
import subprocess
import tempfile
import unittest

import harness

PEERS_MAX = 4096


def udp_socket(address="127.0.0.1", port=0):
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.settimeout(harness.WAIT_S)
    peer.bind((address, port))
    return peer


class Probe(harness.ServerCase):
    def start(self, *flags, stdout):
        process = subprocess.Popen(
            [harness.program("sluice-probe"), *flags], stdin=subprocess.DEVNULL, stdout=stdout,
            stderr=subprocess.DEVNULL, text=True)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()

        self.addCleanup(end)
        return process

    def start_listening(self):
        """(events, address): events() reads those told so far."""
        output = tempfile.NamedTemporaryFile(mode="r")
        self.addCleanup(output.close)
        self.start("udp-listen", "127.0.0.1:0", "--echo", "--json", f"--backend={self.backend}",
                   stdout=output)

        def events():
            with open(output.name, encoding="utf-8") as text:
                return [json.loads(line) for line in text if line.endswith("\n")]

        harness.wait_until(lambda: events(), lambda: "it does not listen")
        return events, ("127.0.0.1", int(events()[0]["local"].rpartition(":")[2]))


@harness.on_every_backend
class Senders(Probe):
    def test_a_loop_of_echoes_ends(self):
        events, address = self.start_listening()
        with udp_socket() as peer:
            peer.sendto(b"ping", address)
            self.assertEqual(peer.recv(100), b"ping")
            # More than one round only where the machine slept.
            for round_number in range(20):
                mark = b"mark %d" % round_number
                peer.sendto(b"ping", address)
                peer.sendto(mark, address)
                if peer.recv(100) == mark:
                    break
                self.assertEqual(peer.recv(100), mark)
            else:
                self.fail("it echoes its own echo for ever")
        self.assertTrue(any("not echoed" in event.get("what", "") for event in events()))

    def test_the_one_silent_for_longest_makes_room(self):
        events, address = self.start_listening()
        with udp_socket() as talkative:
            for number in range(PEERS_MAX + 2):
                if number % 1000 == 0:
                    talkative.sendto(b"still here %d" % number, address)
                    self.assertEqual(talkative.recv(100), b"still here %d" % number)
                # Numbers below those the kernel gives away.
                with udp_socket("127.0.0.2", 20000 + number) as peer:
                    peer.sendto(b"hello", address)
                    self.assertEqual(peer.recv(100), b"hello")
        gone = [event["peer"] for event in events() if event.get("what") == "forgotten"]
        self.assertEqual(gone, [2, 3, 4])


@harness.on_every_backend
class Readers(Probe):
    def test_a_probe_that_nobody_reads_ends(self):
        probe = self.start("udp-listen", "127.0.0.1:0", "--json", f"--backend={self.backend}",
                           stdout=subprocess.PIPE)
        port = int(json.loads(probe.stdout.readline())["local"].rpartition(":")[2])
        probe.stdout.close()
        with udp_socket() as peer:
            peer.sendto(b"anybody?", ("127.0.0.1", port))
            self.assertEqual(probe.wait(harness.WAIT_S), 0)


class Watchers(unittest.TestCase):
    def test_a_watch_that_nobody_reads_ends(self):
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            watch = subprocess.Popen([harness.program("sluice-probe"), "listen-queue", "--watch",
                                      "127.0.0.1:%d" % server.getsockname()[1]],
                                     stdout=subprocess.PIPE, text=True)
            self.addCleanup(watch.kill)
            watch.stdout.readline()
            watch.stdout.close()
            self.assertEqual(watch.wait(harness.WAIT_S), 0)


if __name__ == "__main__":
    unittest.main()
