"""sluice-probe's scripts when more comes than they look at."""

import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import unittest

import harness

MIB = 1 << 20


@harness.on_every_backend
class Scripts(harness.ServerCase):
    def start(self, kind, address, script, face="--plain"):
        """(process, lines): lines() reads what it told so far."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        output = os.path.join(folder.name, "output")
        with open(output, "w", encoding="utf-8") as file:
            process = subprocess.Popen(
                [harness.program("sluice-probe"), kind, address, f"--script={path}", face,
                 f"--backend={self.backend}"],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE, text=True)

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()

        self.addCleanup(end)

        def lines():
            with open(output, encoding="utf-8") as text:
                return [line for line in text if line.endswith("\n")]

        return process, lines

    def listening(self, lines):
        harness.wait_until(lambda: lines(), lambda: "it does not listen")
        return "127.0.0.1", int(re.search(r"127\.0\.0\.1:(\d+)", lines()[0]).group(1))

    def test_a_stream_waits_while_the_script_does(self):
        marks = [b"mark %d;" % number for number in range(8)]
        expects = "".join(f'expect "{mark.decode()}"\n' for mark in marks)
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            probe, _ = self.start("tcp", "127.0.0.1:%d" % server.getsockname()[1],
                                  "timeout 30s\nwait 300ms\n" + expects + "expect-end\n")
            peer, _ = server.accept()

            def talk():
                with peer:
                    peer.sendall(b"".join(bytes(MIB // 2) + mark for mark in marks))

            talking = threading.Thread(target=talk, daemon=True)
            talking.start()
            _, errors = probe.communicate(timeout=harness.WAIT_S)
            self.assertEqual(probe.returncode, 0, errors)
            talking.join(harness.WAIT_S)

    def test_the_end_of_a_stream_that_nobody_looks_at(self):
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            probe, _ = self.start("tcp", "127.0.0.1:%d" % server.getsockname()[1],
                                  "timeout 30s\nexpect-end\n")
            peer, _ = server.accept()
            with peer:
                peer.sendall(bytes(3 * MIB))
            _, errors = probe.communicate(timeout=harness.WAIT_S)
            self.assertEqual(probe.returncode, 0, errors)

    def test_lost_datagrams_are_said(self):
        probe, lines = self.start("udp-listen", "127.0.0.1:0",
                                   'timeout 60s\npeer 2\nexpect "go"\npeer 1\nexpect "last"\n',
                                  face="--json")
        address = self.listening(lines)

        def arrived():
            told = [json.loads(line) for line in lines()]
            return sum(event["bytes"] for event in told if event["event"] == "received")

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two:
            while arrived() < MIB + 200_000:
                before = arrived()
                one.sendto(b"x" * 60_000, address)
                harness.wait_until(lambda: arrived() > before, lambda: "a datagram is missing")
            one.sendto(b"last", address)
            two.sendto(b"go", address)
            _, errors = probe.communicate(timeout=harness.WAIT_S)
        self.assertEqual(probe.returncode, 1)
        self.assertRegex(errors, r'expect "last": [0-9,]+ bytes are lost')

    def test_clients_that_the_script_does_not_name_are_not_kept(self):
        probe, lines = self.start("tcp-listen", "127.0.0.1:0", 'timeout 60s\nexpect "done"\n')
        address = self.listening(lines)
        with socket.create_connection(address) as first:
            for _ in range(80):
                with socket.create_connection(address) as other:
                    other.sendall(bytes(MIB))
                    other.shutdown(socket.SHUT_WR)
            harness.wait_until(lambda: sum("<|" in line for line in lines()) == 80,
                               lambda: "not all has come")
            with open(f"/proc/{probe.pid}/status", encoding="utf-8") as status:
                peak_kib = int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1))
            first.sendall(b"done")
            _, errors = probe.communicate(timeout=harness.WAIT_S)
        self.assertEqual(probe.returncode, 0, errors)
        self.assertLess(peak_kib, 60 * 1024)


if __name__ == "__main__":
    unittest.main()
