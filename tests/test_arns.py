"""ARNs and access key ids, read without any network."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sts.arns import Arn, account_id_from_access_key_id, arn_problem, canonical_arn, parse_arn, role_arn_of, role_arn_problem
from sts.errors import ParamValidationError
from sts.testing.service.accounts import make_access_key_id


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

    assert account_id_from_access_key_id(make_access_key_id(prefix, account)) == account


@pytest.mark.parametrize(
    ("session", "path", "role"),
    [
        ("arn:aws:sts::123456789012:assumed-role/demo/TestAR", "/", "arn:aws:iam::123456789012:role/demo"),
        ("arn:aws-cn:sts::123456789012:assumed-role/demo/a@b", "/", "arn:aws-cn:iam::123456789012:role/demo"),
        ("arn:aws:sts::123456789012:assumed-role/demo/x", "/service-role/", "arn:aws:iam::123456789012:role/service-role/demo"),
        ("arn:aws:sts::123456789012:assumed-role/demo/x", "a/b", "arn:aws:iam::123456789012:role/a/b/demo"),
        ("arn:aws:iam::123456789012:role/a/demo", "/", "arn:aws:iam::123456789012:role/a/demo"),
    ],
)
def test_the_role_of_a_session(session, path, role):
    """
    From the caller's ARN to the ARN that trust policies and AssumeRole take; the path is not in it.

    hashicorp/terraform-provider-aws#42545, kubernetes-sigs/aws-iam-authenticator#98, gravitational/teleport#24362.
    """
    assert role_arn_of(session, path=path) == role


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::123456789012:user/x", "arn:aws:iam::123456789012:root", "arn:aws:sts::123456789012:federated-user/x"]
)
def test_who_has_no_role(arn):
    """The error names what the ARN is of."""
    with pytest.raises(ParamValidationError, match="is the ARN of a"):
        role_arn_of(arn)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("arn:aws:iam:123456789012:role/admin", "a colon may be missing.*arn:aws:iam::123456789012:role/admin"),
        ("arn:aws:iam::123456789012::role/admin", "must look like"),
        ("arn:aws:sts::123456789012:assumed-role/admin/me", "ARN of a session.*arn:aws:iam::123456789012:role/admin"),
        ("arn:aws:iam::123456789012:policy/Admin-Policy", "ARN of a policy"),
        ("arn:aws:iam::123456789012:instance-profile/web", "ARN of an instance profile.*arn:aws:iam::123456789012:role/web"),
        ("arn:aws-cn:iam::123456789012:user/me", "ARN of a user.*arn:aws-cn:iam::123456789012:role/NAME"),
        ("arn:aws:iam::123456789012:oidc-provider/x", "ARN of an oidc provider"),
        ("arn:aws:s3:::bucket", "ARN of a bucket"),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "ARN of a policy.*arn:aws:iam::ACCOUNT:role/NAME"),
        ("arn:aws:iam::123456789012:root", "ARN of an account and not.*arn:aws:iam::123456789012:role/NAME"),
        ("arn:aws:iam::123456789012:role:x", "form of a role's ARN.*arn:aws:iam::123456789012:role/x"),
        ("arn:aws:iam::123456789012:Role/a/x", "form of a role's ARN.*arn:aws:iam::123456789012:role/a/x"),
        ("arn:aws:iam::123456789012:role/", "form of a role's ARN.*arn:aws:iam::123456789012:role/NAME"),
        ("arn:aws:iam:eu-west-1:123456789012:role/x", "form of a role's ARN.*arn:aws:iam::123456789012:role/x"),
        ("arn:aws:iam::123456789012:role/x\n", "spaces or line breaks around it; it must be arn:aws:iam::123456789012:role/x."),
        (" arn:aws:iam::123456789012:role/x", "spaces or line breaks"),
        ("AdminRoleOfTheCompany", "not an ARN.*arn:aws:iam::ACCOUNT:role/AdminRoleOfTheCompany"),
        ("role/Admin", "role/Admin"),
        ("${ROLE_ARN}", "not an ARN"),
        ("", "not an ARN"),
    ],
)
def test_the_wrong_kind_of_arn_is_named_with_the_one_that_is_wanted(text, says):
    """
    Sessions, users, policies, instance profiles and names are no roles.

    aws/aws-cli#4024, crossplane-contrib/provider-aws#517, cevoaustralia/aws-google-auth#163 (a space).
    """
    assert re.search(says, role_arn_problem(text))


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::123456789012:role/a/b", "arn:aws:iam:::role/S3Access", "arn:minio:iam:::role/idmp-x"]
)
def test_roles_are_roles(arn):
    """With a path, and of other servers."""
    assert role_arn_problem(arn) == ""


@pytest.mark.parametrize(
    ("member", "text", "says"),
    [
        (
            "PrincipalArn",
            "arn:aws:iam::123456789012:role/x",
            "a role .*SAML provider.*arn:aws:iam::123456789012:saml-provider/NAME",
        ),
        ("PrincipalArn", "arn:aws-cn:iam::123456789012:oidc-provider/x", "an oidc provider.*arn:aws-cn:iam"),
        ("PolicyArns", "arn:aws:iam::123456789012:role/x", "a role .*managed policy.*policy/NAME"),
        ("PolicyArns", "arn:aws:iam::123456789012:user/x", "a user "),
        ("SerialNumber", "arn:aws:iam::123456789012:user/x", "a user .*MFA device.*arn:aws:iam::123456789012:mfa/NAME"),
    ],
)
def test_the_wrong_kind_of_arn_in_other_members(member, text, says):
    """
    A SAML provider's and a role's are easily confused, and so are a user's and its MFA device's.

    physera/onelogin-aws-cli#12, Versent/saml2aws#536, aws/aws-sdk-net#1157.
    """
    assert re.search(says, arn_problem(member, text))


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("PrincipalArn", "arn:aws:iam::123456789012:saml-provider/a.b"),
        ("PolicyArns", "arn:aws:iam::aws:policy/service-role/x"),
        ("SerialNumber", "GAHT12345678"),
        ("SerialNumber", "arn:aws:iam::123456789012:mfa/x"),
        ("SerialNumber", "arn:aws-us-gov:iam::123456789012:sms-mfa/x"),
    ],
)
def test_the_right_kind_of_arn(member, text):
    assert arn_problem(member, text) == ""
