"""The memory probe sees what is held for a while, in this process and in others, and counts shared pages once."""

import os
import subprocess
import sys
import time

import pytest

from benchmarks.memory_probe import PeakMemory, proportional_mb, tree

pytestmark = pytest.mark.skipif(proportional_mb(os.getpid()) is None, reason="Linux alone tells proportional sizes")

MB = 10**6
HOLD = "import sys; held = b'x' * {size}; print('ready', flush=True); sys.stdin.read()"


def test_memory_of_a_child_counts():
    """A child that holds 150 MB for a while raises the peak by about as much, its interpreter apart."""
    with PeakMemory() as before:
        time.sleep(0.2)
    with PeakMemory() as during:
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", HOLD.format(size=150 * MB)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        held = sum(proportional_mb(process) or 0.0 for process in tree(os.getpid()))
        time.sleep(0.4)
        child.communicate()
    assert during.mb >= 0.95 * held
    assert held >= 150.0
    assert during.mb >= before.mb


def test_shared_pages_count_once():
    """Two forks of a process that holds 200 MB: the three together hold little more than the one."""
    script = (
        "import os, sys, time; sys.path.insert(0, '.')\n"
        "from benchmarks.memory_probe import PeakMemory\n"
        "held = b'x' * 200_000_000\n"
        "with PeakMemory() as memory:\n"
        "    forks = [os.fork() for _ in range(2)]\n"
        "    if 0 in forks:\n"
        "        time.sleep(0.6)\n"
        "        os._exit(0)\n"
        "    for fork in forks:\n"
        "        os.waitpid(fork, 0)\n"
        "print(memory.mb)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert 200.0 <= float(told.stdout) <= 300.0


def test_tree_holds_children_and_theirs():
    """A shell's child is found; a process that is no descendant is not."""
    shell = subprocess.Popen(["/bin/sh", "-c", "sleep 30 & read line; kill $!"], stdin=subprocess.PIPE)
    time.sleep(0.2)
    found = tree(os.getpid())
    assert shell.pid in found
    assert len(tree(shell.pid)) == 2
    assert set(tree(shell.pid)) <= set(found)
    assert os.getppid() not in found
    shell.communicate(b"\n")
