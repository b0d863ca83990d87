"""Both commands against a server that checks nothing: they must fail it, and say why."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from contenders import ECHO_MODULE, Absent, found  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
LAX = f"{sys.executable} {HERE / 'lax_server.py'} {{root}} {{port}}"
TIMEOUT_S = 100
# Groups in which a server that checks nothing must fail some, and some of what it cannot do.
FAILED = (
    ("request line", "ended by LF alone"), ("field lines", "a space before the colon"), ("host", "missing"),
    ("content-length", "twice unlike"), ("transfer-encoding", "with Content-Length"),
    ("chunked", "size '0x5'"), ("methods", "HEAD has no body"), ("persistence", "HTTP/1.0"),
    ("paths", "no way out: /../secret.txt"), ("not HTTP", "TLS ClientHello"), ("answers", "Date in 200"),
)
PASSED = (("content-length", "5"), ("chunked", "two chunks"), ("delivery", "GET byte by byte"),
          ("persistence", "two requests at once"), ("field lines", "an empty value"))


def run(command, *flags):
    return subprocess.run([sys.executable, str(HERE / command), *flags], capture_output=True, text=True,
                          timeout=TIMEOUT_S)


def is_here(*programs):
    try:
        return all(map(found, programs)) and ECHO_MODULE.exists()
    except Absent:
        return False


class Strictness(unittest.TestCase):
    def test_a_lax_server_fails_where_it_must(self):
        # Few, and with patience: on a busy machine a server may be slow without being wrong.
        names = "|".join(re.escape(f"{group}: {name}") for group, name in FAILED + PASSED)
        done = run("strictness.py", "--command", LAX, "--json", "--patience", "5", "--jobs", "32",
                   "--filter", f"^({names})$")
        self.assertEqual(done.returncode, 1, done.stderr)
        results = {(one["group"], one["name"]): one for one in json.loads(done.stdout)["cases"]}
        for case in FAILED:
            self.assertEqual(results[case]["result"], "failed", case)
            self.assertTrue(results[case]["problems"], case)
        for case in PASSED:
            self.assertEqual(results[case]["result"], "passed", results[case])
        self.assertIn("the secret file came back", results["paths", "no way out: /../secret.txt"]["problems"])

    def test_exit_statuses(self):
        self.assertEqual(run("strictness.py").returncode, 2)
        self.assertEqual(run("strictness.py", "--address", "nowhere").returncode, 2)
        self.assertEqual(run("strictness.py", "--command", LAX, "--filter", "no such case").returncode, 2)
        self.assertEqual(run("strictness.py", "--command", LAX, "--filter", "(").returncode, 2)
        self.assertEqual(run("strictness.py", "--command", "no-such-server {port}").returncode, 77)
        passing = run("strictness.py", "--command", LAX, "--filter", "^content-length: 5$")
        self.assertEqual((passing.returncode, "1 of 1 passed" in passing.stdout), (0, True), passing.stdout)


@unittest.skipUnless(is_here("node", "nginx"), "node and nginx (nodejs, nginx-light) are not both installed")
class Differential(unittest.TestCase):
    def test_a_lax_server_is_found_out_and_the_finding_can_be_replayed(self):
        done = run("differential.py", "--command", LAX, "--cases", "128", "--findings", "3", "--json",
                   "--patience", "2")
        self.assertEqual(done.returncode, 1, done.stderr)
        failures = json.loads(done.stdout)["failures"]
        self.assertTrue(failures)
        again = run("differential.py", "--command", LAX, "--replay", failures[0]["replay"])
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertIn(failures[0]["kind"], again.stdout)

    def test_a_server_agrees_with_itself(self):
        done = run("differential.py", "--contender", "nginx", "--replay", "")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_exit_statuses(self):
        self.assertEqual(run("differential.py").returncode, 2)
        self.assertEqual(run("differential.py", "--command", "no-such-server {port}").returncode, 77)
        self.assertEqual(run("differential.py", "--command", LAX, "--replay", "?").returncode, 2)


unittest.main()
