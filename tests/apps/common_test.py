"""What all commands have in common: --version, --help, and an output that nobody takes."""

import os
import re
import socket
import subprocess
import unittest

import harness

COMMANDS = ("sluice-backlog", "sluice-cast", "sluice-chat", "sluice-drone", "sluice-echo",
            "sluice-files", "sluice-httpd", "sluice-load", "sluice-picture", "sluice-probe",
            "sluice-record", "sluice-sim", "sluice-sticky")
# Each prints something on standard output before it ends by itself, well or not.
SHORT = (("sluice-load", "--udp=127.0.0.1:9", "--connections=1", "--duration=1ms",
          "--udp-timeout=1ms"),
         ("sluice-sticky", "--modes=delimiter", "--messages=10"),
         ("sluice-sticky", "--modes=delimiter", "--messages=10", "--json"),
         ("sluice-backlog", "serve", "--listen=127.0.0.1:0", "--duration=100ms"),
         ("sluice-backlog", "serve", "--listen=127.0.0.1:0", "--duration=100ms", "--json"),
         ("sluice-backlog", "sweep", "--backlogs=5", "--somaxconn=4096", "--syncookies=1",
          "--abort-on-overflow=0", "--half-open=0", "--accept-rate=never", "--timeout=300ms"),
         *((command, flag) for command in COMMANDS for flag in ("--help", "--version")))


def run_into(output, command, *flags):
    """The exit code and what standard error has."""
    result = subprocess.run([harness.program(command), *flags], stdin=subprocess.DEVNULL,
                            stdout=output, stderr=subprocess.PIPE, text=True,
                            timeout=harness.WAIT_S)
    return result.returncode, result.stderr


class BadInput(unittest.TestCase):
    def test_what_is_no_address_but_looks_like_one(self):
        for text, pattern in (("http://127.0.0.1:80", "is a URL: give HOST:PORT"),
                              ("[fe80::1]:9999", "needs its interface, as in \\[fe80::1%eth0\\]")):
            for program, flag in (("sluice-echo", "--tcp"), ("sluice-echo", "--udp"),
                                  ("sluice-load", "--tcp"), ("sluice-backlog", "--listen")):
                subcommand = ["serve"] if program == "sluice-backlog" else []
                with self.subTest(program=program, text=text):
                    result = harness.run(program, *subcommand, f"{flag}={text}")
                    self.assertEqual(result.returncode, 2, result)
                    self.assertRegex(result.stderr, f"^{program}: {flag}: .*{pattern}.*\n$")


class Texts(unittest.TestCase):
    def test_version_is_one_line(self):
        for command in COMMANDS:
            result = harness.run(command, "--version")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertRegex(result.stdout, rf"\A{command} \d+\.\d+\.\d+\n\Z")

    def test_help_fits_a_terminal(self):
        for command in COMMANDS:
            result = harness.run(command, "--help")
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            for part in (f"Usage: {command}", "Exit code", "Examples:", "--version"):
                self.assertIn(part, result.stdout)
            for line in result.stdout.splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_a_missing_subcommand_is_answered_with_their_names(self):
        for command, names in (("sluice-backlog", ("serve", "sweep")),
                               ("sluice-sim", ("run", "replay", "digest", "list", "queues"))):
            for flags in ((), ("--json",)):
                result = harness.run(command, *flags)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertTrue(result.stderr.startswith(f"Usage: {command} "), result.stderr)
                for name in names:
                    self.assertRegex(result.stderr, rf"(?m)^  {name} ")
                self.assertLess(result.stderr.count("\n"), 10)


class Output(unittest.TestCase):
    def test_a_reader_that_went_changes_no_exit_code(self):
        for command in SHORT:
            with self.subTest(command=command):
                expected, _ = run_into(subprocess.DEVNULL, *command)
                reader, writer = os.pipe()
                os.close(reader)
                with os.fdopen(writer, "wb") as pipe:
                    code, errors = run_into(pipe, *command)
                self.assertEqual(code, expected, errors)
                self.assertNotIn("cannot write", errors)
                near, far = socket.socketpair()
                far.close()
                with near:
                    code, errors = run_into(near, *command)
                self.assertEqual(code, expected, errors)
                self.assertNotIn("cannot write", errors)

    def test_a_full_disk_is_a_failure(self):
        for command in SHORT:
            with self.subTest(command=command), open("/dev/full", "wb") as full:
                code, errors = run_into(full, *command)
                self.assertEqual(code, 1, errors)
                self.assertTrue(re.search(r"(?m)^sluice-\w+: cannot write to the standard output",
                                          errors), errors)


if __name__ == "__main__":
    unittest.main()
