"""Loading Keras: late, quietly, and without taking every core of a shared machine."""

import contextlib
import functools
import os
import re
import signal
import sys
import tempfile
import threading

_STARTUP_LOG_PATTERN = re.compile(
    rb"^(WARNING: All log messages before absl|[IW]\d{4} |\d{4}-\d\d-\d\d .*: [IW] "
    rb"|.*failed call to cuInit|.*Unable to register cu)"
)
_LOCK = threading.Lock()
_STDERR = threading.Lock()
# Process in which TensorFlow's runtime was started; a forked child inherits the number.
_runtime_pid = None


def load_keras():
    """Import Keras on TensorFlow and return it.

    Raises
    ------
    ImportError
        If there is no TensorFlow, or Keras is configured for another backend.
    RuntimeError
        If this process was forked from one in which TensorFlow runs.
    """
    _check_not_forked()
    _check_backend(os.environ.get("KERAS_BACKEND", "tensorflow"))
    with _LOCK:
        if "tensorflow" not in sys.modules:
            _first_import()
        _limit_threads()
    import keras

    _check_backend(keras.backend.backend())
    return keras


def load_tensorflow():
    """Import TensorFlow, as quietly as `load_keras` does, and return it."""
    load_keras()
    import tensorflow

    return tensorflow


def start_runtime():
    """Load Keras in order to compute with it, and return it.

    TensorFlow's threads do not exist in a child that is forked from now on.
    """
    global _runtime_pid
    keras = load_keras()
    _runtime_pid = os.getpid()
    return keras


def _check_not_forked():
    if _runtime_pid not in (None, os.getpid()):
        raise RuntimeError(
            f"This process was forked from one (pid {_runtime_pid}) in which TensorFlow was "
            f"running already. TensorFlow does not survive a fork: it would hang. Start the "
            f"process anew, by multiprocessing.get_context('spawn') or 'forkserver', or by joblib "
            f"with its backend 'loky'; or use skmultilabel_nn only after the fork."
        )


@contextlib.contextmanager
def memory_errors():
    """Raise MemoryError where TensorFlow cannot have the memory that it needs."""
    try:
        yield
    except Exception as error:
        tf = sys.modules.get("tensorflow")
        if tf is None or not isinstance(error, tf.errors.ResourceExhaustedError):
            raise
        message = str(error).splitlines()[0]
        raise MemoryError(f"TensorFlow is out of memory: {message}") from error


def serializable(kind):
    """Decorate a class so that Keras finds it by its name in what it saved."""
    return load_keras().saving.register_keras_serializable(package="skmultilabel_nn")(kind)


def _check_backend(name):
    if name not in ("", "tensorflow"):
        raise ImportError(
            f"skmultilabel_nn trains on Keras's TensorFlow backend, but Keras is configured for "
            f"{name!r}. Set the environment variable KERAS_BACKEND=tensorflow before Keras is "
            f"imported."
        )


def _first_import():
    with _default_log_level(), suppress_startup_logs(), _interrupts_held_back():
        try:
            import tensorflow as tf
        except ModuleNotFoundError as error:
            if error.name != "tensorflow":
                raise
            raise ImportError(
                "skmultilabel_nn needs TensorFlow, which is not installed. Install tensorflow, or "
                "another distribution of it (as tensorflow-cpu, tensorflow-rocm), of version 2.18 "
                "or later."
            ) from error
        _limit_threads()
        import keras  # noqa: F401  (its import logs as well)

        tf.constant(0)  # starts the runtime, whose greeting would come later otherwise
    global _runtime_pid
    _runtime_pid = os.getpid()


@contextlib.contextmanager
def _interrupts_held_back():
    """Let Ctrl-C wait: TensorFlow cannot be imported again if its import was broken off."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    if not on_main_thread or handler is None:  # None: not Python's, which could not set it again
        yield
        return
    held = []
    signal.signal(signal.SIGINT, lambda *arguments: held.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held:
            signal.raise_signal(signal.SIGINT)


@functools.cache
def _limit_threads():
    """Keep to the number of threads that joblib allots to a worker.

    joblib tells its workers their share through OMP_NUM_THREADS, which TensorFlow does not read.
    """
    share = os.environ.get("OMP_NUM_THREADS", "")
    if share.isdigit() and int(share) > 0 and "TF_NUM_INTRAOP_THREADS" not in os.environ:
        import tensorflow as tf

        with contextlib.suppress(RuntimeError):  # others have started TensorFlow already
            tf.config.threading.set_intra_op_parallelism_threads(int(share))
            tf.config.threading.set_inter_op_parallelism_threads(int(share))


@contextlib.contextmanager
def _default_log_level():
    """TensorFlow reads its log level once, at import; a level that the user chose is kept."""
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    try:
        yield
    finally:
        del os.environ["TF_CPP_MIN_LOG_LEVEL"]


@contextlib.contextmanager
def suppress_startup_logs():
    """Hold back what the C++ runtime writes to stderr while it starts; pass on all but greetings.

    The first messages are written before TensorFlow's log level is in force, so that the file
    descriptor is the only place where they can be stopped (tensorflow/tensorflow#100442).
    """
    with _STDERR:  # two at once would give it back in the wrong order
        yield from _capture_stderr()


def _capture_stderr():
    try:
        stderr = os.dup(2)
    except OSError:  # a process without stderr
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            rest = b"".join(line for line in held if not _STARTUP_LOG_PATTERN.match(line))
            if rest.strip():
                os.write(2, rest)
