"""Mutations that change nothing that a test could see, each with the reason; `tests.tools.mutate` leaves them out."""

from __future__ import annotations

_ONLY_SPEED = "only saves a lock or a computation; the result is the same"
_POLICY = "a bound that is only met after an outage or an attack; one unit more has no other effect"
_WINDOWS = "only runs on Windows, where the tests of locks do not"
_RARE = "one random number in at least 65537 would show it, and the next one is taken"
_OTHER_SYSTEM = "every system that the tests run on has this flag"

EQUIVALENT: dict[str, dict[str, str]] = {
    "sts/retry/standard.py": {
        "RetryQuota.release: self.available < self.capacity -> self.available <= self.capacity": _ONLY_SPEED,
        ": MAX_DOUBLINGS = 64 -> MAX_DOUBLINGS = 65": "every delay has reached its maximum long before",
    },
    "sts/credentials/chain/default.py": {
        "ProfileRoleProvider._assume: del members['DurationSeconds'] -> pass": "`LongestSession` sets the member at each call",
    },
    "sts/pipeline/recovery.py": {
        "is_code_spent: getattr(error, 'answered', False) -> getattr(error, 'answered', True)": (
            "every error that is tried again without a response is one of the transport, which says it"
        ),
    },
    "sts/protocol/validate.py": {
        ": TYPE_CHECKING = False -> TYPE_CHECKING = True": "imports what annotations name, and no more",
        "_check_structure: known < len(value) -> known <= len(value)": "looks for unknown members where there are none",
        "_check_structure: known += 1 -> pass": "looks for unknown members where there are none",
        "_plain_characters: -1 -> -2": "leaves out the bracket too, which is no character of a name",
    },
    "sts/pipeline/signing.py": {
        ": TYPE_CHECKING = False -> TYPE_CHECKING = True": "imports what annotations name, and no more",
        "PreparedSigner.__init__: self._signed.headers |= dict.fromkeys(('x-amz-date', 'x-amz-content-sha256', 'authorization'), '')"
        " -> pass": "only keeps less: each request sets its own",
        "PreparedSigner.__init__: self._unsigned.body = self._signed.body = b'' -> pass": "only keeps less: each request sets its own",
    },
    "sts/credentials/refresh/cache.py": {
        ": -NEVER -> NEVER": "nothing is held yet: without credentials a call asks the provider, whatever the moments are",
        ": 20 * 60.0 -> 20 * 61.0": "lifetimes are compared in whole minutes, and 61 * 20 s is none",
        "CachedProvider.__init__: -NEVER -> NEVER": "the first success sets it; until then there are no credentials to renew",
    },
    "sts/credentials/refresh/keys.py": {
        "token_owner: sort_keys=True -> sort_keys=False": "the claims are taken in the order of the list",
        "claims_in: -len(payload) -> len(payload)": "base64 ignores padding that is not needed",
        "aws_cli_sso_key: sort_keys=True -> sort_keys=False": "the members are written in the order of their names",
        "aws_cli_sso_key: usedforsecurity=False -> usedforsecurity=True": "only a Python without SHA-1 knows the difference",
        "aws_cli_key: usedforsecurity=False -> usedforsecurity=True": "only a Python without SHA-1 knows the difference",
    },
    "sts/credentials/refresh/private_files.py": {
        "read_private: longest + 1 -> longest + 2": "a longer file is refused whether one byte more is read or two",
        ": getattr(os, 'O_CLOEXEC', 0) -> getattr(os, 'O_CLOEXEC', 1)": _OTHER_SYSTEM,
        ": getattr(os, 'O_NONBLOCK', 0) -> getattr(os, 'O_NONBLOCK', 1)": _OTHER_SYSTEM,
        ": getattr(os, 'O_NOCTTY', 0) -> getattr(os, 'O_NOCTTY', 1)": _OTHER_SYSTEM,
    },
    "sts/credentials/refresh/file_lock.py": {
        "write_private: getattr(os, 'O_CLOEXEC', 0) -> getattr(os, 'O_CLOEXEC', 1)": _OTHER_SYSTEM,
        ": LONGEST_WAIT = 300.0 -> LONGEST_WAIT = 301.0": _POLICY,
        "write_private: os.urandom(4) -> os.urandom(5)": "a longer random part of a name that nobody sees",
        "_lock_functions: msvcrt.locking(fd, msvcrt.LK_UNLCK, 1) -> msvcrt.locking(fd, msvcrt.LK_UNLCK, 2)": _WINDOWS,
        "_lock_functions: msvcrt.locking(fd, msvcrt.LK_NBLCK, 1) -> msvcrt.locking(fd, msvcrt.LK_NBLCK, 2)": _WINDOWS,
        "_open: getattr(os, 'O_CLOEXEC', 0) -> getattr(os, 'O_CLOEXEC', 1)": _OTHER_SYSTEM,
        "_open: getattr(os, 'O_NONBLOCK', 0) -> getattr(os, 'O_NONBLOCK', 1)": _OTHER_SYSTEM,
    },
    "sts/tokens/presigned.py": {
        "decode_token: validate=True -> validate=False": "the pattern has refused every other character before",
        "our_handler: max_pool=32 -> max_pool=33": "the number of kept connections only saves time",
    },
    "sts/handlers/http1.py": {
        "ResponseReader._find_end: buffer.find(b'\\r\\n', 0, self._scanned) -> buffer.find(b'\\r\\n', 1, self._scanned)": (
            "an answer that begins with an empty line has been refused before"
        ),
        "ResponseReader._read_trailers: return False -> return True": "the answer is complete, and the loop ends by that",
        "ResponseReader._read_chunk_data: len(self._buffer) < size + 2 -> len(self._buffer) <= size + 2": (
            "a chunk is never the end of an answer, so one byte more always comes"
        ),
    },
    "sts/testing/issuers/jws.py": {
        "make_rsa_key: q - 1 -> q - 2": _RARE,
        "EcKey.sign: self.curve.n - 1 -> self.curve.n + 1": _RARE,
        "EcKey.verify: 0 < r < curve.n -> 0 < r <= curve.n": "the comparison at the end refuses it: it is less than the order",
    },
    "sts/base/forks.py": {
        ": LONGEST_WAIT = 30.0 -> LONGEST_WAIT = 31.0": _POLICY,
        "load: getattr(module.__spec__, '_initializing', False) -> getattr(module.__spec__, '_initializing', True)": (
            "without that attribute the module is looked up in sys.modules a second time, under the lock"
        ),
    },
}
"""For each module the names of mutations (`function: original -> replacement`), with the reason."""
