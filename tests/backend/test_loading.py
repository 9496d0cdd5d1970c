"""Loading TensorFlow: late, quietly, on as many cores as allowed."""

import os
import subprocess
import sys
import threading

import pytest

from skmultilabel_nn._backend import loading

FIT = """
import numpy as np
from skmultilabel_nn import KerasMultiLabelClassifier
X = np.random.RandomState(0).standard_normal((40, 5))
Y = (X[:, :2] > 0).astype(int)
model = KerasMultiLabelClassifier((4,), epochs=2, batch_size=16, random_state=0{given}).fit(X, Y)
model.predict(X), model.predict_proba(X[:1]), model.score(X, Y)
"""


def run(code, **environment):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "OMP_", "KERAS_"))}
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        capture_output=True,
        text=True,
        timeout=300,
        env={**env, **environment},
        check=False,
    )


@pytest.mark.parametrize("given", ["", pytest.param(", jit_compile=True", marks=pytest.mark.slow)])
def test_silent(given):
    done = run(FIT.format(given=given))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.slow
def test_silent_but_for_the_bar():
    done = run(FIT.format(given=", verbose=1"))
    assert done.returncode == 0
    assert done.stderr == ""
    assert "loss" in done.stdout


@pytest.mark.slow
def test_the_log_level_of_the_user_is_kept():
    code = """
import os
from skmultilabel_nn._backend.loading import load_keras
load_keras()
print(os.environ.get("TF_CPP_MIN_LOG_LEVEL"))
"""
    assert run(code, TF_CPP_MIN_LOG_LEVEL="1").stdout.strip() == "1"
    assert run(code).stdout.strip() == "None"


@pytest.mark.parametrize("name", ["jax", "torch"])
def test_another_backend_is_refused(name):
    done = run(FIT.format(given=""), KERAS_BACKEND=name)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError")
    assert f"{name!r}. Set the environment variable KERAS_BACKEND=tensorflow" in last


@pytest.mark.slow
@pytest.mark.parametrize(("share", "threads"), [("1", 1), ("", 0), ("nonsense", 0)])
def test_share_of_cores(share, threads):
    code = """
from skmultilabel_nn._backend.loading import load_keras
load_keras()
import tensorflow as tf
print(tf.config.threading.get_intra_op_parallelism_threads())
"""
    assert run(code, OMP_NUM_THREADS=share).stdout.strip() == str(threads)


class TestWithoutChatter:
    def test_messages_pass_and_greetings_do_not(self, capfd):
        with loading.suppress_startup_logs():
            os.write(2, b"I0000 00:00:1 1 port.cc:153] oneDNN is on\na real problem\n")
            os.write(2, b"WARNING: All log messages before absl::InitializeLog() is called\n")
            os.write(2, b"E0000 00:00:1 1 x.cc:1] something broke\n")
        assert capfd.readouterr().err == (
            "a real problem\nE0000 00:00:1 1 x.cc:1] something broke\n"
        )

    def test_given_back_after_an_error(self, capfd):
        with pytest.raises(RuntimeError), loading.suppress_startup_logs():
            raise RuntimeError
        os.write(2, b"still here\n")
        assert capfd.readouterr().err == "still here\n"

    def test_many_threads(self, capfd):
        def work(i):
            for _ in range(20):
                with loading.suppress_startup_logs():
                    os.write(2, b"%d\n" % i)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os.write(2, b"end\n")
        lines = capfd.readouterr().err.splitlines()
        assert lines[-1] == "end"
        assert len(lines) == 81
