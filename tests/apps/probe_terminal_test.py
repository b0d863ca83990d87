"""How sluice-probe leaves its terminal, and what it does when the terminal leaves it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import unittest

import harness

LINE_MODES = termios.ICANON | termios.ECHO | termios.ISIG


def line_modes(terminal):
    return termios.tcgetattr(terminal)[3] & LINE_MODES


class AtATerminal(unittest.TestCase):
    def start(self):
        """The program at a terminal, its screen drawn: (process, master, slave)."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        process = subprocess.Popen(
            [harness.program("sluice-probe"), "tcp-listen", "127.0.0.1:0"], stdin=slave,
            stdout=slave, stderr=subprocess.DEVNULL, env=dict(os.environ, TERM="xterm"))

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()

        self.addCleanup(end)
        shown = b""
        while b"nobody is there" not in shown:
            self.assertTrue(select.select([master], [], [], harness.WAIT_S)[0], shown)
            shown += os.read(master, 1 << 16)
        return process, master, slave

    def test_a_signal_that_ends_it_puts_the_modes_back(self):
        for name in ("SIGHUP", "SIGQUIT", "SIGABRT", "SIGTERM"):
            with self.subTest(signal=name):
                process, master, slave = self.start()
                self.assertNotEqual(line_modes(slave), LINE_MODES)
                process.send_signal(getattr(signal, name))
                # What it still writes has room.
                reader = threading.Thread(target=drain, args=(master,))
                reader.start()
                process.wait(harness.WAIT_S)
                self.assertEqual(line_modes(slave), LINE_MODES)
                os.close(slave)
                reader.join()
                os.close(master)

    def test_it_ends_with_a_terminal_that_hung_up(self):
        process, master, slave = self.start()  # not its controlling terminal: no SIGHUP
        os.close(slave)
        os.close(master)
        process.wait(harness.WAIT_S)
        # A hung-up terminal is no failure of the socket.
        self.assertEqual(process.returncode, 0)


def drain(master):
    try:
        while os.read(master, 1 << 16):
            pass
    except OSError:  # EIO: nobody has the other end any more
        pass


if __name__ == "__main__":
    unittest.main()
