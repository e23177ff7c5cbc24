"""ARNs and access key ids, read without any network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts.arns import Arn, account_id_from_access_key_id, canonical_arn, parse_arn
from sts.errors import ParamValidationError
from sts.testing.service.accounts import access_key_id


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("arn:aws:iam::123456789012:user/division/me", "user", "division/me"),
        ("arn:aws-cn:sts::123456789012:assumed-role/deploy/session", "assumed-role", "deploy/session"),
        ("arn:aws:iam::123456789012:root", "", "root"),
        ("arn:aws:s3:::bucket", "", "bucket"),
        ("arn:aws:s3:::bucket/key:with:colons", "bucket", "key:with:colons"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:name:1", "function", "name:1"),
    ],
)
def test_an_arn_is_taken_apart_and_put_together(text: str, kind: str, name: str) -> None:
    """Its resource may have slashes and colons."""
    arn = parse_arn(text)

    assert (arn.resource_type, arn.resource_id) == (kind, name)
    assert str(arn) == text
    assert parse_arn("arn:aws:iam::123456789012:role/x") == Arn("aws", "iam", "", "123456789012", "role/x")


@pytest.mark.parametrize("text", ["", "arn:aws:iam", "urn:aws:iam::1:x", "arn::iam::1:x", "arn:aws:iam::1:", None, 5], ids=repr)
def test_what_is_no_arn_is_an_error_that_shows_the_form(text: Any) -> None:
    """With an example."""
    with pytest.raises(ParamValidationError, match="arn:PARTITION:SERVICE"):
        parse_arn(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deploy/session", "arn:aws:iam::123456789012:role/deploy"),
        ("arn:aws-us-gov:sts::123456789012:assumed-role/deploy/s", "arn:aws-us-gov:iam::123456789012:role/deploy"),
        ("arn:aws:sts::123456789012:federated-user/me", "arn:aws:sts::123456789012:federated-user/me"),
        ("arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
    ],
)
def test_a_session_leads_to_its_role(text: str, expected: str) -> None:
    """Everybody else stays who they are."""
    assert canonical_arn(text) == expected


@pytest.mark.parametrize(
    ("key", "account"),
    [
        ("AKIASP2TPHJSQH3FJRUX", "171436882533"),
        ("AKIAWDB7XWLS3OBANPCE", "418892985061"),
        ("AKIAVCODYLSA53PQK4ZA", "348839763073"),
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAJWMRCSBBKQO4HQCQ", None),  # of the old format: the same arithmetic gives a wrong account
        ("AKIAIOSFODNN7EXAMPLE", None),
        ("AKIASP2TPHJSQH3FJRU", None),
        ("AKIASP2TPHJSQH3FJRU1", None),
        ("AKIASP2TPHJSQH3FJRUü", None),
        ("", None),
        (None, None),
    ],
)
def test_the_account_in_an_access_key_id(key: Any, account: str | None) -> None:
    """Published examples; an id of the old format tells nothing, which is better than a wrong account."""
    assert account_id_from_access_key_id(key) == account


@given(st.integers(0, 999_999_999_999), st.sampled_from(["AKIA", "ASIA"]))
def test_every_account_is_found(number: int, prefix: str) -> None:
    """The test kit makes its keys the other way round."""
    account = f"{number:012d}"

    assert account_id_from_access_key_id(access_key_id(prefix, account)) == account
