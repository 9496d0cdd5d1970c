"""The cache of compiled programs."""

import threading

import numpy as np
import pytest

from skmultilabel_nn._backend.program_cache import ProgramCache

# Raised by Keras itself with numpy 2.4, under `Model.fit` too.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


class TestProgramCache:
    def test_taken_out_while_in_use(self):
        cache = ProgramCache(2)
        cache.put("a", 1)
        assert (cache.take("a"), cache.take("a"), len(cache)) == (1, None, 0)

    def test_the_one_used_longest_ago_goes(self):
        cache = ProgramCache(2)
        for key in "ab":
            cache.put(key, key)
        cache.share("a", lambda: pytest.fail("made again"))
        cache.put("c", "c")
        assert [cache.take(key) for key in "abc"] == ["a", None, "c"]

    def test_no_key_is_not_kept(self):
        cache = ProgramCache(2)
        cache.put(None, 1)
        assert len(cache) == 0

    def test_many_threads(self):
        cache = ProgramCache(3)
        in_use, errors = set(), []

        def work(seed):
            rng = np.random.RandomState(seed)
            for _ in range(300):
                key = int(rng.randint(5))
                program = cache.take(key) or object()
                if id(program) in in_use:
                    errors.append(key)
                in_use.add(id(program))
                in_use.discard(id(program))
                cache.put(key, program)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert len(cache) == 3
