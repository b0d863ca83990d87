"""sluice-drone where datagrams are lost, late and doubled, on both backends."""

import json
import socket
import subprocess
import unittest

import harness
from drone_case import FAST, DroneCase


@harness.on_every_backend
class BadLinks(DroneCase):

    def answers(self, *flags):
        """How many answers a hundred questions get."""
        server = self.simulate(*flags)
        client, drone = self.socket(), server.address("udp")
        client.settimeout(0.2)
        greeted = False
        while not greeted:  # it may be lost, too
            try:
                greeted = self.ask(client, drone, "command") == "ok"
            except socket.timeout:
                pass
        for _ in range(100):
            client.sendto(b"battery?", drone)
        count = 0
        try:
            while client.recvfrom(1518)[0]:
                count += 1
        except socket.timeout:
            pass
        self.stop(server)
        return count

    def test_what_is_lost_and_doubled_follows_from_the_seed(self):
        self.assertEqual(self.answers(), 100)
        lossy = [self.answers("--loss=30", f"--seed={seed}") for seed in (1, 1, 2)]
        self.assertEqual(lossy[0], lossy[1])
        self.assertTrue(all(20 < count < 80 for count in lossy), lossy)
        self.assertGreater(self.answers("--duplicate=50", "--seed=7"), 120)

    def test_a_flight_over_a_bad_link(self):
        server = self.simulate("--loss=20", "--duplicate=30", "--delay=30ms", "--seed=11", FAST,
                               "--log")
        questions = "battery?\nspeed 40\nspeed?\nexpect 40.0\nspeed 60\nspeed?\nexpect 60.0\n" * 2
        result = self.fly(server, self.script(questions), "--json", "--timeout=60ms", "--tries=50")
        found = json.loads(result.stdout)
        self.assertEqual((result.returncode, found["ok"]), (0, True), result.stderr)
        self.assertGreater(sum(command["tries"] for command in found["commands"]),
                           len(found["commands"]))
        self.assertGreater(found["duplicate_answers"] + found["late_answers"], 0)
        self.stop(server)

    def test_a_lost_answer_does_not_move_it_twice(self):
        server = self.simulate("--loss=40", "--seed=5", "--speedup=100", "--log")
        moved = 0
        for _ in range(3):
            result = self.fly(server, self.script("takeoff\n" + "up 20\n" * 5 + "land\n"), "--json",
                              "--timeout=30ms", "--tries=50", "--speedup=100")
            commands = json.loads(result.stdout)["commands"]
            moved += sum(command["command"] == "up 20" and command["outcome"] != "not_sent"
                         for command in commands)
            self.assertTrue(all(command["tries"] <= 1 for command in commands
                                if command["command"] in ("up 20", "takeoff")), commands)
            self.assertEqual(commands[-1]["answer"], "ok", commands)
        self.assertLessEqual(server.errors().count("-> up 20\n"), moved)
        self.stop(server)

    def test_packets_dropped_by_the_kernel(self):
        rules = ("ip link set lo up && nft add table ip bad && "
                 "nft 'add chain ip bad input { type filter hook input priority 0; }' && "
                 "nft add rule ip bad input udp dport 1-65535 numgen random mod 100 '<' 25 drop && ")
        unshare = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c"]
        tried = subprocess.run([*unshare, rules + "true"], capture_output=True, text=True)
        if tried.returncode != 0:
            self.skipTest(f"no namespace with nft here: {tried.stderr.strip()}")
        drone = harness.program("sluice-drone")
        script = self.script("battery?\nspeed 70\n" * 6 + "takeoff\nland\n")
        command = (f"{drone} simulate --listen=127.0.0.1:8889 --speedup=100 --backend={self.backend} "
                   f"& sleep 0.2; {drone} fly 127.0.0.1:8889 {script} --json --timeout=20ms "
                   f"--tries=100 --speedup=100 --backend={self.backend}; kill $!; wait")
        result = subprocess.run([*unshare, rules + command], capture_output=True, text=True,
                                timeout=harness.WAIT_S)
        found = json.loads(result.stdout[result.stdout.index("{"):])
        repeated = [entry for entry in found["commands"] if entry["command"] != "takeoff"]
        self.assertTrue(all(entry["outcome"] == "answered" for entry in repeated), found)
        self.assertGreater(sum(entry["tries"] for entry in repeated), len(repeated))
        takeoff = next(entry for entry in found["commands"] if entry["command"] == "takeoff")
        self.assertEqual(takeoff["tries"], 1)
        self.assertEqual(found["commands"][-1]["command"], "land")
        self.assertEqual(found["commands"][-1]["answer"], "ok")


if __name__ == "__main__":
    unittest.main()
