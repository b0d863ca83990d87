"""sluice-sim end to end: what it counts, how it says what is wrong, and that its replays hold."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

import harness

VIOLATION = re.compile(r"violation: .+; at \d+\.\d{9} s; replay: (sluice-sim replay .+)")


def sim(*flags):
    return harness.run("sluice-sim", *flags)


def run_replay(command):
    """Runs a replay command just as it was printed."""
    path = os.environ["SLUICE_BIN"] + os.pathsep + os.environ["PATH"]
    return subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=harness.WAIT_S, env={**os.environ, "PATH": path})


def children_cpu_ticks(pid):
    """How long the children of a process have run, in clock ticks (proc(5))."""
    ticks = 0
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == pid:
            ticks += int(fields[11]) + int(fields[12])
    return ticks


class Runs(unittest.TestCase):

    def run_json(self, *flags):
        result = sim("run", "--json", *flags)
        return result.returncode, json.loads(result.stdout)

    def test_the_scenarios_are_listed(self):
        listed = json.loads(sim("list", "--json").stdout)
        names = {scenario["name"]: scenario["every_seed"] for scenario in listed}
        self.assertTrue(names["echo"])
        self.assertFalse(names["broken-echo"])
        text = sim("list").stdout
        for scenario in listed:
            self.assertIn(f"  {scenario['name']} ", text)
            self.assertIn(scenario["what"], text)

    def test_every_trial_is_run_once_and_counted(self):
        for jobs in (1, 3):
            code, found = self.run_json("--scenario=echo,crash", "--seeds=11..60", f"--jobs={jobs}")
            self.assertEqual(code, 0)
            self.assertEqual((found["trials"], found["violations"]), (100, []))
            self.assertTrue(found["complete"])
            self.assertFalse(found["interrupted"])
            self.assertEqual([(s["name"], s["trials"]) for s in found["scenarios"]],
                             [("echo", 50), ("crash", 50)])
            self.assertGreater(found["events"], 100)
            self.assertEqual(found["jobs"], jobs)

    def test_without_names_it_runs_what_is_for_every_seed(self):
        code, found = self.run_json("--seeds=3")
        every_seed = [s["name"] for s in json.loads(sim("list", "--json").stdout) if s["every_seed"]]
        self.assertEqual(code, 0)
        self.assertEqual([s["name"] for s in found["scenarios"]], every_seed)
        self.assertEqual(found["trials"], len(every_seed))
        self.assertTrue(all(s["tallies"] for s in found["scenarios"]))

    def test_the_report_reads_well(self):
        result = sim("run", "--scenario=udp-chat", "--seeds=1..20")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"(?m)^  udp-chat +20 +[\d.,]+ .*\n")
        self.assertRegex(result.stdout, r"(?m)^  +[\d,]+ datagrams received$")
        self.assertRegex(result.stdout, r"(?m)^  datagram_loss +[1-9]")
        self.assertRegex(result.stdout, r"(?m)^20 trials in .*\nno violations\n\Z")

    def test_what_happens_does_not_depend_on_the_number_of_processes(self):
        runs = [self.run_json("--seeds=1..30", f"--jobs={jobs}")[1] for jobs in (1, 4)]
        for key in ("trials", "events", "scenarios", "faults", "simulated_seconds"):
            self.assertEqual(runs[0][key], runs[1][key], key)

    def test_minutes_end_a_run_without_a_last_seed(self):
        code, found = self.run_json("--minutes=0.01")
        self.assertEqual((code, found["violations"]), (0, []))
        self.assertFalse(found["complete"])
        self.assertFalse(found["interrupted"])
        self.assertGreater(found["trials"], 0)

    def test_a_signal_ends_a_run_with_a_report(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(
                [harness.program("sluice-sim"), "run", "--minutes=10", "--json"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            harness.wait_until(lambda: children_cpu_ticks(process.pid) > 10,
                               lambda: "trials under way")
            process.send_signal(number)
            output, errors = process.communicate(timeout=harness.WAIT_S)
            found = json.loads(output)
            self.assertEqual((process.returncode, errors),
                             (1, "sluice-sim: interrupted: not all seeds were run\n"))
            self.assertTrue(found["interrupted"])
            self.assertFalse(found["complete"])
            self.assertGreater(found["trials"], 0)
            self.assertEqual(found["violations"], [])


class Violations(unittest.TestCase):

    def test_each_has_a_command_that_shows_it_again(self):
        result = sim("run", "--scenario=broken-echo", "--seeds=1..1000", "--violations-max=3")
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        self.assertRegex(result.stdout,
                         r"\nstopped after --violations-max=3: not all seeds were run\n"
                         r"[3-9] violations:\n")
        lines = [line.strip() for line in result.stdout.splitlines() if "violation: " in line]
        self.assertGreaterEqual(len(lines), 3)
        for line in lines:
            command = VIOLATION.fullmatch(line).group(1)
            again = run_replay(command)
            self.assertEqual((again.returncode, again.stderr), (1, line + "\n"))
            self.assertRegex(again.stdout, r"violation: bytes changed on their way\n\Z")

    def test_the_other_trials_are_counted(self):
        result = sim("run", "--scenario=broken-echo,echo", "--seeds=1..150", "--jobs=2",
                     "--violations-max=1000", "--json")
        found = json.loads(result.stdout)
        violations = found["violations"]
        self.assertEqual(result.returncode, 1)
        self.assertTrue(found["complete"])
        self.assertGreater(len(violations), 1)
        self.assertEqual(found["trials"] + len(violations), 300)
        self.assertEqual([s["trials"] for s in found["scenarios"]], [150 - len(violations), 150])
        seeds = [violation["seed"] for violation in violations]
        self.assertEqual(len(set(seeds)), len(seeds))
        for violation in violations:
            self.assertEqual(violation["scenario"], "broken-echo")
            self.assertEqual(VIOLATION.fullmatch(violation["what"]).group(1), violation["replay"])
            self.assertIn(f"--seed={violation['seed']} ", violation["replay"])


class Replays(unittest.TestCase):

    def test_a_trace_has_packets_completions_and_faults(self):
        result = sim("replay", "--scenario=echo", "--seed=7", "--trace")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for pattern in (r"0\.0{9}  10\.0\.0\.2:\d+ > 10\.0\.0\.1:80  SYN",
                        r"\d+\.\d{9}  10\.0\.0\.1:80 > 10\.0\.0\.2:\d+  SYN-ACK",
                        r"\d+\.\d{9}  10\.0\.0\.2:\d+ > 10\.0\.0\.1:80  DATA \d+  \".+\"(\.\.\.)?",
                        r"\d+\.\d{9}  10\.0\.0\.\d:\d+ > 10\.0\.0\.\d:\d+  FIN",
                        r"\d+\.\d{9}  loop \d  slot \d+  receive \d+",
                        r"\d+\.\d{9}  fault \w+",
                        r"[\d,]+ events in .* of simulated time; digest [0-9a-f]{16}; no violation"):
            self.assertRegex(result.stdout, rf"(?m)^{pattern}$")
        times = [float(line.split()[0]) for line in result.stdout.splitlines()
                 if re.match(r"\d+\.\d{9}  ", line)]
        self.assertEqual(times, sorted(times))

    def test_two_runs_are_the_same_run(self):
        digests = [sim("digest", "--seeds=1..20") for _ in range(2)]
        self.assertEqual(digests[0].returncode, 0)
        self.assertEqual(digests[0].stdout, digests[1].stdout)
        lines = [line.split() for line in digests[0].stdout.splitlines()]
        self.assertEqual(len({digest for _, _, digest, _ in lines}), len(lines))
        scenario, seed, digest, _ = lines[-1]
        replay = sim("replay", f"--scenario={scenario}", f"--seed={seed}")
        self.assertIn(f"digest {digest};", replay.stdout)

    def test_a_capture_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "echo.pcap")
            result = sim("replay", "--scenario=echo", "--seed=7", "--pcap", file)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            with open(file, "rb") as capture:
                self.assertEqual(capture.read(4), (0xa1b23c4d).to_bytes(4, sys.byteorder))
            self.assertGreater(os.path.getsize(file), 1000)

    def test_a_capture_file_that_cannot_be_written(self):
        for file, reason in (("/no-such-folder/x.pcap", "ENOENT"), ("/dev/full", "ENOSPC")):
            result = sim("replay", "--scenario=echo", "--seed=7", "--pcap", file)
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, rf"\Asluice-sim: cannot write {file}: {reason}.*\n\Z")


class BadUsage(unittest.TestCase):

    def test_it_is_said_in_one_line(self):
        for flags, pattern in (
                (["frobnicate"], "no subcommand \"frobnicate\""),
                (["run", "extra"], "unexpected argument \"extra\""),
                (["run", "--scenario=nope"], "no scenario \"nope\": `sluice-sim list` names them"),
                (["run", "--seeds=x"], "--seeds: \"x\" names no seeds"),
                (["run", "--seeds=1..x"], "--seeds: \"1..x\" names no seeds"),
                (["run", "--seeds=-1"], "--seeds: \"-1\" names no seeds"),
                (["run", "--seeds=5..1"], "\"5..1\" ends before it begins"),
                (["run", "--seeds=5.."], "without an end: say how long, with --minutes"),
                (["run", "--minutes=-1"], "--minutes must be from 0 to"),
                (["run", "--jobs=-1"], "--jobs must be from 0 to"),
                (["run", "--violations-max=0"], "--violations-max must be from 1 to"),
                (["run", "--seed=7"], "--seed is not a flag of run"),
                (["run", "--pcap=x"], "--pcap is not a flag of run"),
                (["digest", "--json"], "--json is not a flag of digest"),
                (["digest", "--minutes=1"], "--minutes is not a flag of digest"),
                (["digest", "--seeds=5.."], "without an end: digest wants FIRST..LAST"),
                (["list", "--seed=4"], "--seed is not a flag of list"),
                (["replay"], "replay wants one scenario"),
                (["replay", "--scenario=echo,crash"], "replay wants one scenario"),
                (["replay", "--scenario=nope"], "no scenario \"nope\""),
                (["replay", "--scenario=echo", "--seed=x"], "--seed cannot be \"x\""),
                (["replay", "--scenario=echo", "--seeds=1..2"], "--seeds is not a flag of replay")):
            with self.subTest(flags=flags):
                result = sim(*flags)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertRegex(result.stderr, r"\Asluice-sim: [^\n]*" + pattern + r"[^\n]*\n\Z")

    def test_help_shows_examples(self):
        result = sim("--help")
        self.assertEqual(result.returncode, 0)
        for part in ("Usage: sluice-sim run", "\n  replay ", "Examples:", "--violations-max=10"):
            self.assertIn(part, result.stdout)

    def test_without_a_subcommand_it_names_them(self):
        result = sim()
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        for subcommand in ("run", "replay", "digest", "list", "queues"):
            self.assertRegex(result.stderr, rf"(?m)^  {subcommand} ")


if __name__ == "__main__":
    unittest.main()
