"""Forks and interrupts around TensorFlow."""

import os
import subprocess
import sys

import pytest

FITTED = """
import os, signal, sys, pickle
import numpy as np
from skmultilabel_nn import KerasMultiLabelClassifier
X = np.random.RandomState(0).standard_normal((60, 5))
Y = (X[:, :2] > 0).astype(int)
clf = KerasMultiLabelClassifier((4,), epochs=2, random_state=0)

def in_child(work):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)  # a child that hangs
        try:
            work()
        except RuntimeError as error:
            os._exit(7 if "spawn" in str(error) and "loky" in str(error) else 8)
        except BaseException:
            os._exit(9)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
"""


def run(code):
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FITTED + code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize(
    "work",
    [
        "clf.predict(X)",
        "clf.predict_proba(X)",
        "clf.model_",
        "clf.fit(X, Y)",
        "clf.partial_fit(X, Y)",
        "KerasMultiLabelClassifier((4,), epochs=1).fit(X, Y)",
        "pickle.loads(pickle.dumps(clf)).predict(X)",
    ],
)
def test_a_forked_child_is_told_at_once(work):
    run(f"clf.fit(X, Y); assert in_child(lambda: {work}) == 7; clf.predict(X)")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_before_tensorflow_runs_works():
    run("assert in_child(lambda: clf.fit(X, Y).predict(X)) == 0; clf.fit(X, Y)")


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_processes_that_are_started_anew_work(method, tmp_path):
    (tmp_path / "script.py").write_text(
        FITTED
        + f"""
def work():
    return clf.fit(X, Y).predict(X).shape

if __name__ == "__main__":
    import multiprocessing
    clf.fit(X, Y)
    with multiprocessing.get_context({method!r}).Pool(1) as pool:
        assert pool.apply(work) == Y.shape
        assert pool.apply(clf.predict, (X,)).shape == Y.shape
"""
    )
    command = [sys.executable, "script.py"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr


INTERRUPTED = """
import threading, time

def interrupt():
    while "tensorflow" not in sys.modules:
        time.sleep(0.01)
    time.sleep({wait})
    os.kill(os.getpid(), signal.SIGINT)

handler = signal.getsignal(signal.SIGINT)
threading.Thread(target=interrupt, daemon=True).start()
try:
    clf.fit(X, Y)
except KeyboardInterrupt:
    pass
else:
    raise AssertionError("was not interrupted")
assert signal.getsignal(signal.SIGINT) is handler
assert clf.fit(X, Y).predict(X).shape == Y.shape
"""


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.05, 0.5])
def test_an_interrupt_waits_for_the_import_of_tensorflow(wait):
    run(INTERRUPTED.format(wait=wait))


def test_without_tensorflow_the_message_says_what_to_install():
    run("""
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow":
            raise ModuleNotFoundError("No module named 'tensorflow'", name=name)
sys.meta_path.insert(0, Hidden())
try:
    clf.fit(X, Y)
except ImportError as error:
    assert "tensorflow-cpu" in str(error)
else:
    raise AssertionError
""")


def test_memory_that_cannot_be_had():
    run("""
clf.fit(X, Y)
import tensorflow as tf
from skmultilabel_nn._backend.loading import memory_errors
for error in (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), ValueError()):
    try:
        with memory_errors():
            raise error
    except MemoryError as raised:
        assert "OOM" in str(raised)
    except ValueError as raised:
        assert raised is error
""")
