"""
The command line: `sts` and `python -m sts`.

Exit codes are those of the AWS CLI 2: 0 done, 130 interrupted, 252 invalid command line or parameter, 253 unusable
configuration or credentials, 254 request refused by the service, 255 anything else, such as no response. `exec` returns the
exit code of its command. `fan-out`, `verify` and `key-info` return 1 for a negative result.
"""

from __future__ import annotations

from sts.cli.program import main as main
