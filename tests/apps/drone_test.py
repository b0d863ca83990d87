"""sluice-drone as the tutorials' console and plain sockets meet it, and its own, on both backends."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import harness
from drone_case import FAST, NO_STATE, DroneCase, free_port
from screen import TerminalProgram

FOLDER = pathlib.Path(__file__).resolve().parent
README = FOLDER.parent.parent / "apps" / "drone" / "README.md"


@harness.on_every_backend
class TutorialConsole(DroneCase):

    def start_console(self, server, state_port):
        console = subprocess.Popen(
            [sys.executable, "-B", str(FOLDER / "drone_console.py"), "0",
             str(server.address("udp")[1]), str(state_port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(console.stdout.close)
        self.addCleanup(console.stdin.close)
        self.addCleanup(console.wait)
        self.addCleanup(console.kill)
        self.assertRegex(console.stdout.readline(), "^ports ")
        return console

    def say(self, console, text):
        console.stdin.write(text + "\n")
        console.stdin.flush()

    def next_answer(self, console):
        """The next line that is not the state's; of the state's, whether any came."""
        while True:
            line = console.stdout.readline().strip()
            if line.startswith("state "):
                self.states.append(line)
            elif line:
                return line

    def test_the_tutorials_console_flies_it(self):
        self.states = []
        state_port = free_port()
        server = self.simulate(FAST, f"--state-port={state_port}")
        console = self.start_console(server, state_port)
        for said, answer in (
                ("takeoff", "error"), ("command", "ok"), ("takeoff", "ok"), ("flip l", "ok"),
                ("flip forward back left right up down cw ccw", "error out of range: .*"),
                ("forward", "error out of range: forward wants 20..500"),
                ("forward 100", "ok"), ("cw 180", "ok"), ("left 20", "ok"), ("speed 30", "ok"),
                ("speed?", "30.0"), ("land", "ok")):
            self.say(console, said)
            self.assertRegex(self.next_answer(console), f"^{answer}$", said)
        while not self.states or ";h:0;" not in self.states[-1]:
            self.states.append(console.stdout.readline().strip())
        self.assertRegex(self.states[-1], r"^state pitch:0;roll:0;yaw:.*;h:0;bat:9\d;.*;agz:-999.00;$")
        self.say(console, "end")
        self.assertEqual(console.wait(harness.WAIT_S), 0)
        self.stop(server)

    def test_hundreds_of_consoles_fly_at_once(self):
        server = self.simulate("--each", "--speedup=100")
        drone = server.address("udp")
        consoles = [self.socket() for _ in range(250)]
        height = {console: 20 + number for number, console in enumerate(consoles)}
        for said in ("command", "takeoff", "speed 100", "up {}", "position?"):
            for console in consoles:
                console.sendto(said.format(height[console]).encode(), drone)
            for console in consoles:
                answer = console.recvfrom(1518)[0].decode().strip()
                wanted = f"x:0;y:0;z:{80 + height[console]};" if said == "position?" else "ok"
                self.assertEqual(answer, wanted, said)
        self.stop(server)

    def test_no_more_than_there_may_be(self):
        server = self.simulate("--each", "--drones=5")
        answers = [self.ask(self.socket(), server.address("udp"), "command") for _ in range(8)]
        self.assertEqual(answers, ["ok"] * 5 + ["error"] * 3)
        self.stop(server)

    def test_the_state_goes_to_whoever_said_command(self):
        state_port = free_port()
        server = self.simulate("--each", f"--state-port={state_port}", FAST)
        for host in ("127.0.0.2", "127.0.0.3"):
            state = self.socket(host, state_port)
            client = self.socket(host)
            self.assertEqual(self.ask(client, server.address("udp"), "command"), "ok")
            line, sender = state.recvfrom(1518)
            self.assertRegex(line.decode(), r"^pitch:0;roll:0;yaw:0;.*;bat:\d+;.*;\r\n$")
            self.assertEqual(sender, server.address("udp"))
        self.stop(server)


@harness.on_every_backend
class Readme(DroneCase):

    def test_every_command_is_answered_as_it_says(self):
        table = re.search(r"```text\n(.*?)```", README.read_text(), re.S).group(1)
        rows = [re.fullmatch(r"(\S.*?)(?:  +)(.*?)(?:  +#.*)?", row) for row in table.splitlines()]
        self.assertGreater(len(rows), 25)
        server = self.simulate(FAST)
        drone, client = server.address("udp"), self.socket()
        for row in rows:
            said, answer = row.groups()
            if answer == "-":
                client.sendto(said.encode(), drone)
                continue
            heard = self.ask(client, drone, said).strip()
            # What a slow machine makes more, or less, of.
            pattern = {"time?": r"\d+s", "battery?": r"9\d", "temp?": r"6\d~6\dC"}.get(said)
            self.assertRegex(heard, f"^{pattern or re.escape(answer)}$", said)
        self.stop(server)

    def test_its_script_flies(self):
        script = re.search(r"--json says what happened\n(.*?)\n\n", README.read_text(), re.S).group(1)
        server = self.simulate(FAST)
        result = self.fly(server, self.script(script.replace("wait 2s", "wait 20ms")))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"takeoff -> ok \(.*\)\nland -> ok ")
        self.stop(server)


@harness.on_every_backend
class Flights(DroneCase):

    def test_a_script_by_the_line(self):
        server = self.simulate(FAST)
        result = self.fly(server, self.script(
            "# up and round\ntakeoff\nup 50\nexpect ok\nheight?\nexpect >= 13\n"
            "flip x\nexpect error*\nposition?\nexpect x:0;y:0;z:130;\nend\nnever reached\n"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        said = [line.split(" -> ")[0] for line in result.stdout.splitlines()]
        self.assertEqual(said, ["command", "takeoff", "up 50", "height?", "flip x", "position?", "land"])
        self.stop(server)

    def test_a_script_stops_at_its_first_error_and_lands(self):
        server = self.simulate(FAST, "--log")
        for script, wrong in (("takeoff\nup 5\nup 50\n", "line 2: up 5 -> error out of range.*"),
                              ("takeoff\nup 50\nexpect error\nup 50", "line 3: \"ok\" came, .*"),
                              ("takeoff\nbattery?\nexpect < 3\nup 50", "line 3: .*")):
            result = self.fly(server, self.script(script), "--json")
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, f"^sluice-drone: {wrong}\n$")
            found = json.loads(result.stdout)
            self.assertFalse(found["ok"])
            self.assertRegex(found["error"], wrong)
            self.assertEqual(found["commands"][-1]["command"], "land")
            self.assertEqual(found["commands"][-1]["answer"], "ok")
        self.assertEqual(self.ask(self.socket(), server.address("udp"), "command"), "ok")
        self.stop(server)

    def test_lines_from_a_pipe(self):
        server = self.simulate(FAST)
        for text, last in (("takeoff\n\nup 50\nposition?\nstate\nend\nup 50\n", "land"),
                           ("takeoff\nup 50\nposition?\nland\n", "land")):
            result = subprocess.run(
                [harness.program("sluice-drone"), "fly", server.target("udp"),
                 f"--backend={self.backend}", NO_STATE],
                input=text, capture_output=True, text=True, timeout=harness.WAIT_S)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertIn("position? -> x:0;y:0;z:130;", result.stdout)
            self.assertRegex(result.stdout.splitlines()[-1], f"^{last} -> ok")
            self.assertEqual(result.stdout.count("up 50"), 1)
        self.stop(server)

    def test_nobody_is_there(self):
        result = harness.run("sluice-drone", "fly", f"127.0.0.1:{free_port()}", NO_STATE,
                             self.script("takeoff\n"), "--timeout=20ms",
                             f"--backend={self.backend}")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "sluice-drone: no drone answers there (5 tries)\n")
        by_hand = harness.run("sluice-drone", "fly", f"127.0.0.1:{free_port()}", NO_STATE,
                              "--timeout=20ms", f"--backend={self.backend}")
        self.assertEqual(by_hand.returncode, 1)
        self.assertEqual(by_hand.stderr, "sluice-drone: no drone answered\n")

    def test_somebody_else_flies_it(self):
        server = self.simulate()
        owner = self.socket("127.0.0.2")
        self.assertEqual(self.ask(owner, server.address("udp"), "command"), "ok")
        result = self.fly(server, self.script("takeoff\n"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("somebody else may be flying it", result.stderr)
        self.stop(server)

    def start_flight(self, server, script):
        flight = subprocess.Popen(
            [harness.program("sluice-drone"), "fly", server.target("udp"), NO_STATE,
             f"--backend={self.backend}", self.script(script)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(flight.stdout.close)
        self.addCleanup(flight.stderr.close)
        self.addCleanup(flight.wait)
        self.addCleanup(flight.kill)
        server.wait_for_error("-> forward 500")
        return flight

    def test_ctrl_c_lands(self):
        server = self.simulate("--log", "--speedup=20")
        flight = self.start_flight(server, "takeoff\nspeed 10\nforward 500\n")
        flight.send_signal(signal.SIGINT)
        output, errors = flight.communicate(timeout=harness.WAIT_S)
        self.assertEqual(flight.returncode, 1)
        self.assertEqual(errors, "sluice-drone: interrupted\n")
        self.assertRegex(output, r"forward 500 -> cut short: .*\n(.*\n)*land -> ok")
        self.assertRegex(server.errors(), r"-> forward 500\n(.*\n)*.*-> land\n(.*\n)*.*<- ok\n")
        self.stop(server)

    def test_killed_in_the_middle_the_drone_lands_and_is_free(self):
        server = self.simulate("--log", "--silence=200ms", "--speedup=20")
        flight = self.start_flight(server, "takeoff\nspeed 100\nforward 500\n")
        flight.kill()
        flight.wait()
        server.wait_for_error("lands: no command came")
        server.wait_for_error("is forgotten")
        self.assertEqual(self.ask(self.socket("127.0.0.3"), server.address("udp"), "command"), "ok")
        self.stop(server)

    def test_the_drone_is_gone_in_the_middle(self):
        server = self.simulate("--log", FAST)
        flight = self.start_flight(server, "takeoff\nspeed 100\nforward 500\nup 50\n")
        server.process.send_signal(signal.SIGKILL)
        flight.send_signal(signal.SIGINT)  # does not wait 10 s for forward to be over
        time.sleep(1.1)
        flight.send_signal(signal.SIGINT)
        self.assertNotEqual(flight.wait(harness.WAIT_S), 0)

    def test_a_terminal(self):
        server = self.simulate(FAST, "--log")
        flight = TerminalProgram("sluice-drone", "fly", server.target("udp"), NO_STATE,
                                 f"--backend={self.backend}", columns=80, rows=200)
        self.addCleanup(flight.close)

        def wait_for(*patterns):
            flight.wait_for(lambda lines: re.search(
                r".*\n.*".join(patterns), "\n".join(lines), re.DOTALL))

        wait_for("command -> ok", "drone>")
        for typed, answer in (("takeoff", "takeoff -> ok"), ("speed?", r"speed\? -> 50.0"),
                              ("help", "takeoff  land"), ("up 50", "up 50 -> ok")):
            flight.type(typed + "\r")
            wait_for(f"drone> {re.escape(typed)}", answer)
        os.kill(flight.pid, signal.SIGINT)
        wait_for("land -> ok")
        self.assertEqual(flight.wait(), 0)
        self.stop(server)


class BadInput(unittest.TestCase):

    def refused(self, code, pattern, *arguments):
        result = harness.run("sluice-drone", *arguments)
        self.assertEqual(result.returncode, code, result)
        self.assertEqual(result.stdout, "")
        self.assertRegex(result.stderr.splitlines()[0], pattern)

    def test_what_makes_no_sense(self):
        for arguments, pattern in (
                (["hover"], "no subcommand \"hover\""),
                (["fly"], "fly what\\?"),
                (["fly", "nonsense"], "fly: .*nonsense"),
                (["fly", "127.0.0.1:0"], "fly: .*no HOST:PORT"),
                (["fly", "127.0.0.1:1", "--json"], "--json has no effect without --script"),
                (["fly", "127.0.0.1:1", "--tries=0"], "--tries must be from 1"),
                (["fly", "127.0.0.1:1", "--timeout=0s"], "--timeout must be from 1ms"),
                (["fly", "127.0.0.1:1", "--bind=[::1]:0"], "--bind: from .* no way"),
                (["simulate", "127.0.0.1:1"], "simulate takes flags alone"),
                (["simulate", "--loss=101"], "--loss must be from 0 to 100"),
                (["simulate", "--loss=nan"], "--loss must be from 0 to 100"),
                (["simulate", "--battery=-1"], "--battery must be from 0 to 100"),
                (["simulate", "--speedup=0"], "--speedup must be from 1"),
                (["simulate", "--drones=3"], "--drones has no effect without --each"),
                (["simulate", "--state-port=70000"], "--state-port must be from 0"),
                (["simulate", "--listen=unix:/tmp/drone"], "a drone has a HOST:PORT"),
                (["simulate", "--tries=2"], "--tries has no effect"),
                (["fly", "127.0.0.1:1", "--loss=2"], "--loss has no effect")):
            with self.subTest(arguments=arguments):
                self.refused(2, pattern, *arguments)

    def test_what_cannot_be_done(self):
        self.refused(1, "no-such-script.txt cannot be read", "fly", "127.0.0.1:1",
                     "--script=no-such-script.txt")
        self.refused(1, "cannot resolve host", "fly", "no-such-host.invalid:1")
        with tempfile.NamedTemporaryFile("w") as script:
            script.write("takeoff\nwait long\n")
            script.flush()
            self.refused(1, "line 2: wait wants a duration", "fly", "127.0.0.1:1",
                         f"--script={script.name}")

    def test_help(self):
        result = harness.run("sluice-drone", "--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for part in ("simulate", "fly", "Examples:", "--loss", "--keep-alive"):
            self.assertIn(part, result.stdout)


if __name__ == "__main__":
    unittest.main()
