"""sluice-picture end to end, on both backends: the tutorials' own programs, parts made by Python's
struct, loss, duplicates, forgeries, full disks and floods."""

import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

import harness
from picture_case import (PictureCase, cauchy_parity, jpeg, part, parts_of, png, send_all,
                          udp_socket, xxh3)


@harness.on_every_backend
class Tutorials(PictureCase):
    """One picture a datagram."""

    def test_the_tutorials_receiver_understands_plain_pictures(self):
        receiver = udp_socket(self)
        receiver.bind(("127.0.0.1", 0))
        pictures = [jpeg(20_000), jpeg(60_000, 1), png(500)]
        files = [self.file(f"{i}.bin", picture) for i, picture in enumerate(pictures)]
        address = "127.0.0.1:%d" % receiver.getsockname()[1]
        sender = threading.Thread(
            target=lambda: self.sent(*files, f"--to={address}", "--plain", "--rate=100"))
        sender.start()
        received = [receiver.recvfrom(60000)[0] for _ in pictures]
        sender.join()
        self.assertTrue(received == pictures)

    def test_the_tutorials_sender_is_understood(self):
        server = self.receive("--plain", f"--out={self.out}")
        sender = udp_socket(self)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        pictures = [jpeg(30_000, i) for i in range(5)]
        thread = threading.Thread(target=lambda: [
            send_all(sender, [picture], server.address("udp")) for picture in pictures])
        thread.start()
        thread.join()
        self.wait_for_pictures(5)
        self.assertTrue(self.saved() == pictures)
        output = self.stop(server)
        self.assertIn("5 pictures", output)
        self.assertRegex(output, r"from-127\.0\.0\.1-\d+-[0-9a-f]{8}-00000004\.jpg 30,000 bytes\n")

    def test_timeout_is_said_and_it_goes_on(self):
        server = self.receive("--plain", "--timeout=80ms")
        self.assertEqual([server._read_line() for _ in range(3)], ["timeout"] * 3)
        udp_socket(self).sendto(jpeg(1000), server.address("udp"))
        while server._read_line() == "timeout":
            pass
        self.assertEqual(server._read_line(), "timeout")
        self.assertRegex(self.stop(server), r"timeouts: \d+ waits without a picture")

    def test_the_last_picture_asked_for_is_counted(self):
        server, address = self.receive_json("--plain", "--count=1")
        sender = udp_socket(self)
        server.signal(signal.SIGSTOP)
        for _ in range(3):  # what it then finds is more than it was asked for
            sender.sendto(jpeg(1000), address)
        server.signal(signal.SIGCONT)
        code, output = server.wait()
        self.assertEqual(code, 0)
        report = json.loads(output.splitlines()[-1])
        self.assertIn(report["datagrams"], (1, 2, 3), report)
        self.assertEqual(report["bytes"], 1000 * report["datagrams"], report)

    def test_it_ends_when_nobody_reads_what_it_prints_and_nothing_is_saved(self):
        server = self.receive("--plain")
        address = server.address("udp")
        server.process.stdout.close()
        udp_socket(self).sendto(jpeg(1000), address)
        self.assertEqual(server.process.wait(harness.WAIT_S), 0)

    def test_it_goes_on_saving_when_nobody_reads_what_it_prints(self):
        server = self.receive("--plain", f"--out={self.out}")
        address = server.address("udp")
        server.process.stdout.close()
        send_all(udp_socket(self), [jpeg(1000, i) for i in range(3)], address)
        self.wait_for_pictures(3)
        server.signal()
        self.assertEqual(server.process.wait(harness.WAIT_S), 0)

    def test_more_than_60000_bytes_are_refused_with_what_to_do(self):
        for size, refused in ((60_000, False), (60_001, True)):
            result = self.send(self.file("big.jpg", jpeg(size)), "--to=127.0.0.1:9", "--plain")
            self.assertEqual(result.returncode, 1 if refused else 0, result.stderr)
            if refused:
                self.assertRegex(result.stderr, r"big\.jpg: it has 60001 bytes.*without --plain")

    def test_who_speaks_the_other_format_is_told(self):
        server = self.receive()
        udp_socket(self).sendto(jpeg(1000), server.address("udp"))
        server.wait_for_error("is a whole picture: for such senders run with --plain")
        self.assertIn("1 foreign", self.stop(server))
        server = self.receive("--plain", f"--out={self.out}")
        udp_socket(self).sendto(parts_of(jpeg(100))[0], server.address("udp"))
        server.wait_for_error("is a part of a frame: for such senders run without --plain")
        self.stop(server)
        self.assertEqual(self.saved(), [])


@harness.on_every_backend
class Frames(PictureCase):
    def test_files_arrive_whole(self):
        server = self.receive(f"--out={self.out}")
        pictures = [jpeg(20_000), png(1), jpeg(3_000, 2), png(10_000)]
        files = [self.file(f"{i}.img", picture) for i, picture in enumerate(pictures)]
        for extra in ([], ["--fec=10+2"], ["--datagram-bytes=65507"], ["--datagram-bytes=500"]):
            result = self.sent(*files, f"--to={server.target('udp')}", "--rate=15", *extra)
            self.assertIn("sent 4 pictures", result.stdout)
        self.wait_for_pictures(16)
        self.assertTrue(sorted(self.saved()) == sorted(pictures * 4))
        output = self.stop(server)
        self.assertIn("16 pictures", output)
        self.assertIn("from 4 senders", output)
        names = os.listdir(self.out)
        self.assertEqual(sum(name.endswith(".jpg") for name in names), 8)
        self.assertEqual(sum(name.endswith(".png") for name in names), 4)

    def test_python_reads_what_it_sends(self):
        receiver = udp_socket(self)
        receiver.bind(("127.0.0.1", 0))
        picture = jpeg(5_000)
        self.sent(self.file("a.jpg", picture), "--to=127.0.0.1:%d" % receiver.getsockname()[1],
                  "--datagram-bytes=1046", "--fec=5+2", "--count=2")
        for sequence in range(2):
            datagrams = [receiver.recv(65535) for _ in range(7)]
            stream = struct.unpack_from("!I", datagrams[0], 12)[0]
            self.assertEqual(datagrams, parts_of(picture, stream=stream, sequence=sequence,
                                                 parity=cauchy_parity(2)))

    def test_python_sends_what_it_reads_repaired_reordered_and_repeated(self):
        server, address = self.receive_json(f"--out={self.out}")
        sender = udp_socket(self)
        dice = random.Random(1)
        pictures = [jpeg(4_700, i) for i in range(20)]
        for sequence, picture in enumerate(pictures):
            datagrams = parts_of(picture, sequence=sequence, parity=cauchy_parity(2))
            dice.shuffle(datagrams)
            lost = datagrams.pop(), datagrams.pop()
            send_all(sender, datagrams + datagrams[:3] + list(lost[:1]), address)
        self.wait_for_pictures(20)
        self.assertTrue(self.saved() == pictures)
        report = self.report_of(server)
        self.assertEqual((report["whole"], report["lost"]), (20, 0))
        self.assertGreater(report["repaired"], 10)
        self.assertEqual(report["parts"]["used"], 100)
        self.assertEqual(report["parts"]["duplicate"], 60)
        self.assertEqual(report["parts"]["surplus"], 20)

    def test_late_and_lost_parts_are_counted(self):
        server, address = self.receive_json("--frame-age-max=50ms", f"--out={self.out}")
        sender = udp_socket(self)
        for sequence in (0, 1, 5):
            datagrams = parts_of(jpeg(3_000), sequence=sequence)
            send_all(sender, datagrams[:2 if sequence == 1 else 3], address)
        time.sleep(0.3)  # far beyond its age
        sender.sendto(parts_of(jpeg(3_000), sequence=1)[2], address)
        send_all(sender, parts_of(jpeg(3_000), sequence=6), address)
        self.wait_for_pictures(3)
        report = self.report_of(server)
        self.assertEqual(report["whole"], 3)
        self.assertEqual(report["lost"], 4)
        self.assertEqual((report["lost_by"]["expired"], report["lost_by"]["unseen"]), (1, 3))
        self.assertEqual(report["parts"]["late"], 1)
        self.assertAlmostEqual(report["lost_fraction"], 4 / 7)

    def test_forged_and_truncated_headers_harm_nobody(self):
        server, address = self.receive_json(f"--out={self.out}", "--frame-bytes-max=1000000")
        sender = udp_socket(self)
        picture = jpeg(5_000)
        good = parts_of(picture)
        wrong = {"stream": 1, "sequence": 0, "frame_hash": xxh3(picture), "frame_bytes": 5_000,
                 "part_bytes": 1_000, "index": 0, "data_parts": 5}
        impossible = [dict(wrong, **change) for change in (
            {"index": 5}, {"index": 65535}, {"data_parts": 6}, {"part_bytes": 0},
            {"part_bytes": 999}, {"frame_bytes": 0}, {"frame_bytes": 2**32 - 1}, {"groups": 0},
            {"groups": 5}, {"parity_parts": 251}, {"parity_parts": 65535}, {"data_parts": 0})]
        truncated = [good[0][:size] for size in range(4, len(good[0]), 30)]
        huge = dict(wrong, frame_bytes=1_000_001, part_bytes=65_000, data_parts=16)
        send_all(sender, [part(b"x" * 1000, **fields) for fields in impossible] + truncated +
                 [b"", b"hello", b"SLP", b"\0" * 1400, part(b"x" * 65_000, **huge)] + good, address)
        self.wait_for_pictures(1)
        self.assertTrue(self.saved() == [picture])
        report = self.report_of(server)
        self.assertEqual(report["refused"], {
            "foreign": 4, "corrupt": len(truncated), "impossible": len(impossible), "too_large": 1,
            "no_room": 0})

    def test_two_hundred_senders_at_once_are_kept_apart(self):
        server = self.receive(f"--out={self.out}", "--senders-max=200", "--quiet",
                              "--frame-age-max=60s")
        clients = [udp_socket(self) for _ in range(100)]
        pictures = {}
        for number in range(200):
            pictures[number] = parts_of(jpeg(2_500, number), stream=number // 100 + 1)
        for index in range(3):  # everybody's first parts, then everybody's second ones
            for number, datagrams in pictures.items():
                send_all(clients[number % 100], [datagrams[index]], server.address("udp"))
        self.wait_for_pictures(200)
        self.assertTrue(sorted(self.saved()) == sorted(jpeg(2_500, i) for i in range(200)))
        self.assertIn("from 200 senders", self.stop(server))

    def test_memory_is_bounded_under_a_flood_of_first_parts(self):
        server, address = self.receive_json("--held-bytes-max=4000000", "--frame-bytes-max=2000000",
                                            "--frame-age-max=60s", f"--out={self.out}")
        before = self.resident_bytes(server)
        first = {"frame_hash": 0, "frame_bytes": 2_000_000, "part_bytes": 20_000, "index": 0,
                 "data_parts": 100}
        flood = [udp_socket(self) for _ in range(60)]
        for sequence in range(10):
            for sender in flood:
                send_all(sender, [part(bytes(20_000), stream=2, sequence=sequence, **first)],
                         address)
        picture = jpeg(20_000)
        send_all(udp_socket(self), parts_of(picture), address)
        self.wait_for_pictures(1)
        self.assertTrue(self.saved() == [picture])
        # 12 MB came, and 1.2 GB were claimed.
        self.assertLess(self.resident_bytes(server) - before, 30_000_000)
        report = self.report_of(server)
        self.assertGreater(report["lost_by"]["forgotten"], 100)

    @staticmethod
    def resident_bytes(server):
        with open(f"/proc/{server.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1)) * 1024


@harness.on_every_backend
class Sending(PictureCase):
    def setUp(self):
        super().setUp()
        self.receiver = udp_socket(self)
        self.receiver.bind(("127.0.0.1", 0))
        self.to = "--to=127.0.0.1:%d" % self.receiver.getsockname()[1]

    def test_count_repeat_and_loop_say_how_much(self):
        files = [self.file("a.jpg", jpeg(100)), self.file("b.jpg", jpeg(200))]
        for flags, frames in ((["--count=3"], 3), (["--repeat=2"], 4), ([], 2)):
            report = json.loads(self.sent(*files, self.to, "--rate=200", "--json", *flags).stdout)
            self.assertEqual(report["frames"], frames)
            self.assertEqual(report["datagrams"], frames)
        result = self.send(*files, self.to, "--loop", "--count=2")
        self.assertEqual(result.returncode, 2)
        self.assertIn("give one of them", result.stderr)

    def test_loop_goes_on_until_it_is_told_to_end(self):
        sender = subprocess.Popen(
            [harness.program("sluice-picture"), "send", self.file("a.jpg", jpeg(100)), self.to,
             "--loop", "--rate=100", f"--backend={self.backend}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(sender.kill)
        for _ in range(5):
            self.receiver.recv(65535)
        sender.send_signal(signal.SIGINT)
        output, errors = sender.communicate(timeout=harness.WAIT_S)
        self.assertEqual(sender.returncode, 0, errors)
        self.assertRegex(output, r"sent \d+ pictures in")

    def test_an_interrupted_list_says_how_far_it_came(self):
        sender = subprocess.Popen(
            [harness.program("sluice-picture"), "send", self.file("a.jpg", jpeg(100)), self.to,
             "--count=1000", "--rate=50", f"--backend={self.backend}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(sender.kill)
        self.receiver.recv(65535)
        sender.send_signal(signal.SIGINT)
        _, errors = sender.communicate(timeout=harness.WAIT_S)
        self.assertEqual(sender.returncode, 1)
        self.assertRegex(errors, r"interrupted: \d+ of 1000 pictures were sent")

    def test_a_file_that_goes_while_sending_is_left_out(self):
        path = self.file("a.jpg", jpeg(100))
        sender = subprocess.Popen(
            [harness.program("sluice-picture"), "send", path, self.to, "--count=20", "--rate=50",
             f"--backend={self.backend}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(sender.kill)
        self.receiver.recv(65535)
        os.remove(path)
        output, errors = sender.communicate(timeout=harness.WAIT_S)
        self.assertEqual(sender.returncode, 1)
        self.assertRegex(output, r"not read: \d+ pictures")
        self.assertEqual(errors.count("cannot open"), 1)

    def test_bad_usage_is_named(self):
        picture = self.file("a.jpg", jpeg(100))
        for arguments, code, words in (
                ([picture], 2, "give --to=HOST:PORT"),
                ([self.to], 2, "give the files to send"),
                ([picture, "--to=127.0.0.1:0"], 2, "nobody can listen on port 0"),
                ([picture, self.to, "--datagram-bytes=65508"], 2, "EMSGSIZE"),
                ([picture, self.to, "--datagram-bytes=50"], 2, "--datagram-bytes"),
                ([picture, self.to, "--fec=10"], 2, "DATA\\+PARITY"),
                ([picture, self.to, "--rate=0"], 2, "--rate"),
                ([picture, self.to, "--out=/tmp"], 2, "--out has no effect here"),
                ([picture, self.to, "--plain", "--fec=2+1"], 2, "--fec has no effect with --plain"),
                ([picture, self.to, "--interface=lo"], 2, "no multicast group"),
                ([self.folder, self.to], 1, "not a regular file"),
                ([picture + "x", self.to], 1, "cannot open"),
                ([self.file("empty", b""), self.to], 1, "it is empty")):
            result = self.send(*arguments)
            self.assertEqual(result.returncode, code, (arguments, result.stderr))
            self.assertRegex(result.stderr, words)
        result = harness.run("sluice-picture", "recieve")
        self.assertEqual(result.returncode, 2)
        self.assertIn("there are send and receive", result.stderr)

    def test_buffers_asked_for_are_reported_as_granted(self):
        result = self.sent(self.file("a.jpg", jpeg(100)), self.to, "--send-buffer-bytes=100000")
        self.assertRegex(result.stderr, r"SO_SNDBUF\): 200,000 bytes granted, 100,000 asked for")
        with open("/proc/sys/net/core/rmem_max") as limit:
            most = int(limit.read())
        server = self.receive(f"--receive-buffer-bytes={2 * most}")
        server.wait_for_error(rf"SO_RCVBUF\): {2 * most:,} bytes granted.*net\.core\.rmem_max")
        self.stop(server)

    def test_parts_are_spread_over_the_interval(self):
        """Or all at once, where that is asked for."""
        picture = self.file("a.jpg", jpeg(100_000))
        for flags, spread in ((["--spread=2s"], True), (["--spread=0"], False)):
            result = self.sent(picture, self.to, "--rate=2", "--count=1", "--json",
                               "--datagram-bytes=10046", *flags)
            # Ten parts in 500 ms: the last one is due after nine tenths of them.
            self.assertEqual(json.loads(result.stdout)["seconds"] >= 0.45, spread, result.stdout)


@harness.on_every_backend
class Saving(PictureCase):
    def test_keep_and_latest(self):
        server = self.receive(f"--out={self.out}", "--keep=2", "--latest")
        self.sent(*[self.file(f"{i}.jpg", jpeg(500, i)) for i in range(6)],
                  f"--to={server.target('udp')}", "--rate=50")
        harness.wait_until(lambda: self.saved()[-1:] == [jpeg(500, 5)], lambda: "the last of them")
        self.stop(server)
        self.assertTrue(self.saved() == [jpeg(500, 4), jpeg(500, 5), jpeg(500, 5)])

    def test_a_full_disk_is_said_once_and_nothing_half_remains(self):
        script = """
            mkdir "$OUT"
            mount -t tmpfs -o size=200k tmpfs "$OUT"
            "$P" receive "$B" --listen=127.0.0.1:9010 --out="$OUT" --count=6 >log 2>errors &
            until grep -q listening log; do sleep 0.02; done
            "$P" send "$B" a.jpg --to=127.0.0.1:9010 --count=6 --rate=50 >/dev/null
            wait
            cat log errors
            ls -l "$OUT"
        """
        self.file("a.jpg", jpeg(60_000))
        output = self.in_network("", f"cd '{self.folder}'\n{script}", mounts=True)
        self.assertEqual(output.count("cannot write"), 1, output)
        self.assertRegex(output, r"not saved: [345] pictures")
        kept = re.findall(r" (\d+) \w+ \d+ [\d:]+ from-", output)
        self.assertTrue(kept and set(kept) == {"60000"}, output)

    def test_duration_and_count_end_it(self):
        result = harness.run("sluice-picture", "receive", f"--backend={self.backend}",
                             "--listen=127.0.0.1:0", "--duration=100ms")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("0 pictures", result.stdout)
        server = self.receive("--count=2")
        self.sent(self.file("a.jpg", jpeg(100)), f"--to={server.target('udp')}", "--rate=100",
                  "--count=2")
        code, output = server.wait()
        self.assertEqual(code, 0)
        self.assertIn("2 pictures", output)

    def test_a_folder_that_cannot_be_is_named(self):
        result = harness.run("sluice-picture", "receive", "--out=/nowhere/at/all")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/at/all", result.stderr)


if __name__ == "__main__":
    unittest.main()
