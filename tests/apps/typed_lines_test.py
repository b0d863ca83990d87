"""tools/terminal's TypedLines at a terminal and on a pipe, on both backends."""

import os
import signal
import subprocess
import termios
import time
import unittest

import harness
from harness import ServerCase
from screen import TerminalProgram

NAME = "typed_lines_program"


@harness.on_every_backend
class AtATerminal(ServerCase):

    def console(self, *flags, **size):
        program = TerminalProgram(NAME, f"--backend={self.backend}", *flags, **size)
        self.addCleanup(program.close)
        program.wait_for_last(">")
        return program

    def assert_put_back(self, console):
        self.assertEqual(console.modes(), console.modes_before)

    def test_lines_are_edited_and_come_back(self):
        console = self.console()
        console.type("hello 你好世界")
        console.wait_for_last("> hello 你好世界")
        console.type("\x1b[D\x1b[D")      # left, twice: over characters two columns wide
        console.type("X\x7fY")            # and one taken back
        console.wait_for_last("> hello 你好Y世界")
        console.type("\x1bOH!\x1b[F?\r")  # home, end
        console.wait_for_last("> !hello 你好Y世界?", "[!hello 你好Y世界?]", ">")

    def test_characters_and_keys_may_come_in_pieces(self):
        console = self.console()
        for byte in "半\x1b[D角\r".encode():
            console.type(bytes([byte]))
            time.sleep(0.002)
        console.wait_for_last("> 角半", "[角半]", ">")

    def test_a_lone_escape_holds_nothing_up(self):
        console = self.console()
        console.type("later incoming\r")
        console.wait_for_last("> later incoming", ">")
        console.type("ab\x1b")
        console.wait_for_last("incoming", "> ab")
        console.type("[Dx\r")
        console.wait_for_last("[axb]", ">")

    def test_keys_that_mean_nothing_leave_nothing(self):
        console = self.console()
        console.type(b"a\x1b[15~\x1b[1;1R\x16\x18\xff\xfe\t\x1bxb\r")
        console.wait_for_last("[ab]", ">")

    def test_the_history_is_walked_from_its_end_each_time(self):
        console = self.console()
        for line in ("one", "two 二", "three"):
            console.type(line + "\r")
            console.wait_for_last(f"[{line}]", ">")
        console.type("\x1b[A\x1b[A")
        console.wait_for_last("> two 二")
        console.type("\r")
        console.wait_for_last("[two 二]", ">")
        console.type("\x1b[A\x1b[A\x1b[B\r")
        console.wait_for_last("[two 二]", ">")

    def test_incoming_text_does_not_tear_the_typed_line(self):
        console = self.console()
        console.type("later 消息 from afar\r")
        console.wait_for_last("> later 消息 from afar", ">")
        console.type("half 半\x1b[D")
        console.wait_for_last("消息 from afar", "> half 半")
        console.type("一\r")
        console.wait_for_last("消息 from afar", "> half 一半", "[half 一半]", ">")

    def test_nor_one_that_wraps(self):
        console = self.console(columns=20)
        console.type("later news\r")
        console.wait_for_last("> later news", ">")
        console.type("0123456789很长很长的一行 end" + "\x02" * 3)
        console.wait_for_last("news", "> 0123456789很长很长", "的一行 end")
        console.type("!\r")
        console.wait_for_last("news", "> 0123456789很长很长", "的一行 !end",
                              "[0123456789很长很长", "的一行 !end]", ">")

    def test_nor_one_that_exactly_fills_its_row(self):
        console = self.console(columns=20)
        console.type("later news\r")
        console.wait_for_last("> later news", ">")
        console.type("x" * 18)
        console.wait_for_last("news", "> " + "x" * 18)
        console.type("y\r")
        console.wait_for_last("news", "> " + "x" * 18, "y", "[" + "x" * 18 + "y", "]", ">")

    def test_strangers_text_is_spelt_out(self):
        console = self.console()
        # Typed, so that it must pass the line editor: what a terminal cannot type is below.
        console.type("print a\u202eb\r")
        console.wait_for_last("a\\u202eb", ">")

    def test_the_prompt_changes(self):
        console = self.console()
        console.type("prompt 聊天>\r")
        console.wait_for_last("> prompt 聊天>", "聊天>")
        console.type("x\r")
        console.wait_for_last("聊天>x", "[x]", "聊天>")

    def test_a_line_cannot_be_typed_beyond_its_limit(self):
        console = self.console("--line_bytes_max=20")
        console.type("中" * 30)
        console.type("\r")
        console.wait_for_last("> " + "中" * 6, "[" + "中" * 6 + "]", ">")

    def test_lines_pasted_at_once_come_one_by_one_and_pauses_hold(self):
        console = self.console()
        console.type("one\rpause\rtwo\rthree\r")
        console.wait_for_last("> two", "[two]", "> three", "[three]", ">")
        shown = console.screen.lines()
        self.assertEqual(shown[:2], ["> one", "[one]"])

    def test_a_terminal_of_another_size_is_redrawn(self):
        console = self.console(columns=30)
        console.type("abc")
        console.wait_for_last("> abc")
        console.resize(12, 15)
        console.wait_for_output()
        console.wait_for_last("> abc")
        console.type("defghijkl\r")
        console.wait_for_last("> abcdefghij", "kl", "[abcdefghijk", "l]", ">")

    def test_ctrl_d_ends_on_an_empty_line_alone(self):
        console = self.console()
        console.type("ab\x01\x04")  # home; then it deletes
        console.wait_for_last("> b")
        console.type("\x04\x04")
        self.assertEqual(console.wait(), 0)
        self.assertEqual(console.screen.lines()[-1], "end")
        self.assert_put_back(console)

    def test_ctrl_c_ends_what_does_not_catch_it(self):
        console = self.console()
        console.type("typed")
        console.wait_for_last("> typed")
        console.type("\x03")
        self.assertEqual(console.wait(), -signal.SIGINT)
        self.assert_put_back(console)

    def test_ctrl_c_is_an_interrupt_where_it_is_caught(self):
        console = self.console("--catch_interrupts")
        console.type("typed")
        console.wait_for_last("> typed")
        console.type("\x03")
        self.assertEqual(console.wait(), 0)
        self.assertEqual(console.screen.lines(), ["interrupted", "> typed"])
        self.assert_put_back(console)

    def test_the_terminal_is_put_back_however_it_ends(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM):
            console = self.console()
            os.kill(console.pid, number)
            self.assertEqual(console.wait(), -number)
            self.assert_put_back(console)
        for line, status in (("exit", 3), ("abort", -signal.SIGABRT), ("forget", 0)):
            console = self.console()
            console.type(line + "\r")
            self.assertEqual(console.wait(), status, line)
            self.assert_put_back(console)

    def test_a_second_interrupt_puts_it_back_too(self):
        console = self.console("--catch_interrupts", "--deaf")
        os.kill(console.pid, signal.SIGTERM)
        time.sleep(1.1)  # sooner it would be the same once more (interrupt.h)
        os.kill(console.pid, signal.SIGTERM)
        self.assertEqual(console.wait(), -signal.SIGTERM)
        self.assert_put_back(console)

    def test_others_may_have_the_terminal_while_it_is_stopped(self):
        console = self.console()
        console.type("typed 半")
        console.wait_for_last("> typed 半")
        os.kill(console.pid, signal.SIGSTOP)
        os.waitpid(console.pid, os.WUNTRACED)
        editing = console.modes()
        termios.tcsetattr(console.fd, termios.TCSANOW, console.modes_before)
        os.kill(console.pid, signal.SIGCONT)
        harness.wait_until(lambda: console.modes() == editing, lambda: "its modes again")
        console.type("!\r")
        console.wait_for_last("> typed 半!", "[typed 半!]", ">")

    def test_a_dumb_terminal_gets_plain_lines(self):
        console = TerminalProgram(NAME, f"--backend={self.backend}", TERM="dumb")
        self.addCleanup(console.close)
        console.type("hello\n")
        console.wait_for_last("[hello]")
        console.type("\x04")
        self.assertEqual(console.wait(), 0)


@harness.on_every_backend
class OnAPipe(ServerCase):

    def run_with(self, data, *flags):
        return subprocess.run(
            [harness.program(NAME), f"--backend={self.backend}", *flags], input=data,
            capture_output=True, timeout=harness.WAIT_S, check=False)

    def test_lines_come_however_they_end(self):
        result = self.run_with("one\r\n\n二\nlast".encode())
        self.assertEqual(result.stdout.decode(), "[one]\n[]\n[二]\n[last]\nend\n")
        self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_nothing_is_the_end(self):
        self.assertEqual(self.run_with(b"").stdout, b"end\n")

    def test_a_file_and_dev_null_are_input_too(self):
        for path, expected in ((__file__, b"[import os]\n"), (os.devnull, b"end\n")):
            with open(path, "rb") as file:
                result = subprocess.run(
                    [harness.program(NAME), f"--backend={self.backend}"], stdin=file,
                    capture_output=True, timeout=harness.WAIT_S, check=False)
            self.assertIn(expected, result.stdout)
            self.assertEqual((result.returncode, result.stderr), (0, b""))

    def test_closed_standard_input_is_an_error(self):
        result = subprocess.run(
            ["sh", "-c", f'exec "{harness.program(NAME)}" --backend={self.backend} <&-'],
            capture_output=True, timeout=harness.WAIT_S, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"standard input", result.stderr)

    def test_a_long_line_is_an_error_that_names_limit_and_line(self):
        result = self.run_with(b"fits\n" + b"x" * 21, "--line_bytes_max=20")
        self.assertEqual(result.stdout, b"[fits]\nend\n")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"line 2 is longer than 20 bytes (line_bytes_max)", result.stderr)
        self.assertEqual(self.run_with(b"x" * 20, "--line_bytes_max=20").stdout,
                         b"[" + b"x" * 20 + b"]\nend\n")

    def test_strangers_text_is_spelt_out(self):
        result = self.run_with(b"print \x1b[31mred\x07 \xff \xc2\x9b \xe2\x80\xae \t \xe4\xbd\xa0\x7f\n")
        self.assertEqual(
            result.stdout,
            b"\\x1b[31mred\\x07 \\xff \\xc2\\x9b \\u202e \t \xe4\xbd\xa0\\x7f\nend\n")

    def test_a_paused_console_lets_the_writer_wait(self):
        process = subprocess.Popen(
            [harness.program(NAME), f"--backend={self.backend}"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdin.write(b"hold\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"[hold]\n")
        os.set_blocking(process.stdin.fileno(), False)
        line = b"x" * 99 + b"\n"
        written = 0
        # A pipe holds 64 KiB, and one piece may have been read already.
        while written < 1 << 20:
            try:
                written += os.write(process.stdin.fileno(), line)
            except BlockingIOError:
                break
        self.assertLess(written, 1 << 18)
        process.stdin.close()

    def test_many_lines_each_once(self):
        lines = [b"%d" % number for number in range(50_000)]
        result = self.run_with(b"\n".join(lines))
        self.assertEqual(result.stdout, b"".join(b"[%s]\n" % line for line in lines) + b"end\n")

    def test_destroyed_in_its_own_function_it_is_silent(self):
        self.assertEqual(self.run_with(b"one\nforget\ntwo\n").stdout, b"[one]\nforgotten\n")

    def test_an_interrupt_ends_it(self):
        process = subprocess.Popen(
            [harness.program(NAME), f"--backend={self.backend}", "--catch_interrupts"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdin.write(b"ready\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline(), b"[ready]\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.stdout.read(), b"interrupted\n")
        process.stdin.close()
        self.assertEqual(process.wait(harness.WAIT_S), 0)


if __name__ == "__main__":
    unittest.main()
