"""sluice-sticky end to end, on both backends: what TCP and UDP really do, and the exit codes."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

import harness

CLASSES = ("intact", "glued", "split", "corrupted", "lost", "truncated")
KEYS = {"mode", "sent", "received", "messages_per_second", "p50_us", "p99_us", *CLASSES}
FRAMED = ("delimiter", "length-prefix")


def sticky(*arguments):
    return harness.run("sluice-sticky", *arguments, timeout=2 * harness.WAIT_S)


@harness.on_every_backend
class WhatArrives(harness.ServerCase):
    def modes(self, *arguments):
        """Runs with --json and returns its modes by name, having checked what always holds."""
        result = sticky(f"--backend={self.backend}", "--json", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr, "")
        report = json.loads(result.stdout)
        self.assertEqual(report["backend"], self.backend)
        for mode in report["modes"]:
            self.assertLessEqual(KEYS, set(mode))
            self.assertEqual(mode["sent"], sum(mode[name] for name in CLASSES), mode)
            self.assertEqual(mode["received"], mode["sent"] - mode["lost"], mode)
            self.assertGreater(mode["messages_per_second"], 0, mode)
            self.assertLessEqual(mode["p50_us"], mode["p99_us"], mode)
            receives = sum(bar["receives"] for bar in mode["messages_per_receive"])
            self.assertEqual(receives, mode["receives"], mode)
        return {mode["mode"]: mode for mode in report["modes"]}

    def test_every_mode_by_default(self):
        modes = self.modes("--messages=20000", "--duration=1s")
        self.assertEqual(list(modes), ["naive", "interval", "delimiter", "length-prefix", "udp"])
        naive = modes["naive"]
        self.assertGreater(naive["glued"], 0)
        self.assertGreater(naive["split"], 0)
        self.assertEqual(naive["corrupted"] + naive["lost"] + naive["truncated"], 0)
        for name in FRAMED:
            self.assertEqual(modes[name]["intact"], modes[name]["sent"])
        udp = modes["udp"]
        self.assertEqual(udp["glued"] + udp["split"] + udp["corrupted"], 0)

    def test_a_million_messages_framed_are_all_intact(self):
        modes = self.modes("--modes=delimiter,length-prefix", "--messages=1000000", "--duration=0",
                           "--size=36..200")
        for name in FRAMED:
            self.assertEqual(modes[name]["sent"], 1_000_000)
            self.assertEqual(modes[name]["intact"], 1_000_000)
            self.assertEqual(modes[name]["reordered"] + modes[name]["repeated"], 0)

    def test_framed_survives_small_buffers_a_slow_receiver_and_a_long_terminator(self):
        modes = self.modes("--modes=delimiter,length-prefix", "--messages=3000", "--duration=0",
                           "--size=36..9000", "--terminator=\\r\\n##", "--receive-buffer-bytes=4096",
                           "--pause=200us", "--pause-after=0")
        for name in FRAMED:
            self.assertEqual(modes[name]["intact"], 3000)

    def test_a_receiver_that_pauses_after_each_receive_loses_nothing(self):
        modes = self.modes("--modes=naive,length-prefix", "--messages=1000", "--duration=0",
                           "--pause=500us", "--pause-after=0")
        self.assertEqual(modes["length-prefix"]["intact"], 1000)
        self.assertEqual(modes["naive"]["glued"] + modes["naive"]["split"], 1000)

    def test_naive_sends_one_message_a_send(self):
        naive = self.modes("--modes=naive", "--messages=5000")["naive"]
        self.assertEqual(naive["sent"], 5000)
        self.assertGreaterEqual(naive["sends"], 5000)
        self.assertGreater(naive["receives_of_several"], 0)

    def test_naive_is_right_when_nothing_can_stick(self):
        # Far slower than any turn of a loop, and smaller than a receive.
        naive = self.modes("--modes=naive", "--messages=20", "--rate=20", "--pause=0",
                           "--size=64")["naive"]
        self.assertEqual(naive["split"], 0)
        self.assertGreater(naive["intact"], 0)

    def test_naive_splits_what_is_longer_than_a_receive(self):
        naive = self.modes("--modes=naive", "--messages=200", "--size=5000")["naive"]
        self.assertEqual(naive["split"], 200)

    def test_the_interval_is_no_cure_for_a_receiver_that_looks_away(self):
        interval = self.modes("--modes=interval", "--interval=1ms", "--pause=100ms",
                              "--pause-after=200ms", "--size=64", "--messages=200",
                              "--duration=0")["interval"]
        self.assertGreater(interval["glued"], 0)

    def test_nagle_gathers(self):
        modes = self.modes("--modes=naive,delimiter", "--no-nodelay", "--messages=3000")
        self.assertEqual(modes["delimiter"]["intact"], 3000)
        self.assertGreater(modes["naive"]["glued"], 0)

    def test_udp_is_truncated_by_a_small_receive_and_never_glued(self):
        udp = self.modes("--modes=udp", "--messages=500", "--rate=5000", "--size=36..800",
                         "--receive-bytes=300", "--pause=0")["udp"]
        self.assertEqual(udp["glued"], 0)
        self.assertGreater(udp["intact"], 0)
        # Two sizes in three are above the limit.
        self.assertGreater(udp["truncated"], udp["intact"])

    def test_udp_is_lost_when_the_socket_buffer_is_full(self):
        udp = self.modes("--modes=udp", "--messages=3000", "--size=500",
                         "--receive-buffer-bytes=4096", "--pause=500ms")["udp"]
        self.assertGreater(udp["lost"], 0)
        self.assertGreater(udp["kernel_drops"], 0)
        self.assertEqual(udp["glued"], 0)

    def test_the_same_seed_sends_the_same_messages(self):
        def split():
            return self.modes("--modes=naive", "--messages=500", "--size=36..3000",
                              "--receive-bytes=1", "--seed=9")["naive"]["receives"]

        # With receives of one byte their number is the number of bytes sent.
        self.assertEqual(split(), split())

    def test_show_draws_the_boundaries(self):
        result = sticky(f"--backend={self.backend}", "--show", "--messages=5000", "--duration=1s")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("\x1b", result.stdout)
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)
        self.assertTrue(result.stdout.isascii())
        drawing = result.stdout.split("The first receives")[1]
        naive, rest = drawing.split("\nnaive\n")[1].split("\ninterval\n")
        self.assertRegex(naive, r"\[#1[ .]*\|#2")
        self.assertIn("~", naive)
        framed = rest.split("\ndelimiter\n")[1].split("\nudp\n")[0]
        self.assertRegex(framed, r"\[#1[ .]*\]\[#2[ .]*\]")
        self.assertNotIn("|#", framed)

    def test_the_table_says_what_it_means(self):
        result = sticky(f"--backend={self.backend}", "--messages=2000", "--duration=500ms")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(self.backend, result.stdout)
        for mode, verdict in {"naive": "wrong", "interval": "not cured", "delimiter": "cured",
                              "length-prefix": "cured", "udp": "never glued"}.items():
            self.assertRegex(result.stdout, rf"(?m)^  {mode} +{verdict}")


@harness.on_every_backend
class Interrupted(harness.ServerCase):
    # The first mode is soon done; the second would send a message an hour.
    ENDLESS = ("--modes=length-prefix,interval,udp", "--messages=2000", "--duration=0",
               "--interval=1h")

    def interrupt(self, number, *arguments):
        """Signals it under way; (stdout, stderr)."""
        process = subprocess.Popen(
            [harness.program("sluice-sticky"), f"--backend={self.backend}", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        # Two loops run once there are three threads; from then on any moment will do.
        harness.wait_until(lambda: len(os.listdir(f"/proc/{process.pid}/task")) >= 3,
                           lambda: "the threads")
        time.sleep(0.5)
        process.send_signal(number)
        output, errors = process.communicate(timeout=45)
        self.assertEqual(process.returncode, 1, errors)
        self.assertRegex(errors, r"\Asluice-sticky: interrupted: [012] of 3 modes were measured"
                                 r"(, the last of them in part)?\n\Z")
        return output, errors

    def test_what_was_measured_is_printed_and_marked(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            report = json.loads(self.interrupt(number, "--json", *self.ENDLESS)[0])
            self.assertTrue(report["interrupted"])
            self.assertTrue(report["modes"][-1]["interrupted"])
            for mode in report["modes"]:
                # Sending stops, and what was sent is counted to the last message.
                self.assertGreater(mode["sent"], 0)
                self.assertEqual(mode["sent"], mode["received"], mode)

    def test_people_see_the_table(self):
        output, _ = self.interrupt(signal.SIGINT, *self.ENDLESS)
        self.assertRegex(output, r"(?m)^  length-prefix +\S+")
        self.assertIn("(Interrupted:", output)

    def test_it_does_not_wait_for_slow_senders_and_receivers(self):
        for mode in ("naive", "interval", "delimiter", "length-prefix", "udp"):
            with self.subTest(mode=mode):
                self.interrupt(signal.SIGINT, f"--modes={mode},interval,udp", "--interval=1h",
                               "--rate=1", "--pause=1m", "--pause-after=0", "--duration=1h")


class BadUsage(unittest.TestCase):
    def test_one_line_and_exit_2(self):
        for arguments in (["--modes=morse"], ["--modes="], ["--size=12"], ["--size=900..100"],
                          ["--size=big"], ["--duration=0"], ["--duration=-1s"], ["--rate=-1"],
                          ["--terminator=abc"], ["--terminator="], ["--receive-bytes=0"],
                          ["--messages=99999999999"], ["--pause=-1s"],
                          ["--modes=udp", "--size=70000"], ["--backend=kqueue"], ["--nonsense"],
                          ["stray"], ["--duration=10"], ["--modes=naive,"],
                          ["--modes=naive", "--terminator=#"], ["--modes=udp", "--interval=1s"],
                          ["--modes=interval", "--rate=9"], ["--modes=udp", "--no-nodelay"],
                          ["--modes=delimiter", "--receive-bytes=9"], ["--show", "--json"],
                          ["--pause=0", "--pause-after=1s"]):
            with self.subTest(arguments=arguments):
                result = sticky(*arguments)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
                self.assertTrue(result.stderr.startswith("sluice-sticky: "), result.stderr)

    def test_help_explains_the_counts(self):
        result = sticky("--help")
        self.assertEqual(result.returncode, 0)
        for word in (*CLASSES, "--pause-after", "--terminator", "--seed"):
            self.assertTrue(re.search(rf"\b{re.escape(word.lstrip('-'))}\b", result.stdout), word)


if __name__ == "__main__":
    unittest.main()
