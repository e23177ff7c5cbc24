"""Table of the commands: descriptions, options, examples; and the exit codes."""

from __future__ import annotations

EXIT_DONE, EXIT_NO, EXIT_INTERRUPTED = 0, 1, 130
EXIT_USAGE, EXIT_CONFIGURATION, EXIT_REFUSED, EXIT_FAILED = 252, 253, 254, 255
"""Exit codes: those of the AWS CLI 2 (`awscli/constants.py`), and 130 for Ctrl-C as in shells."""
COMMANDS = {
    "whoami": "Show the identity of the credentials. With --explain, also show the source of every setting.",
    "assume": "Assume a role and print its credentials for a shell, a file or a program.",
    "exec": "Run a command, or a shell, with credentials that can renew themselves.",
    "profiles": "List the profiles and the expiration of their cached sessions.",
    "login": "Sign in to AWS IAM Identity Center (SSO).",
    "logout": "Sign out of AWS IAM Identity Center (SSO).",
    "credential-process": "Print cached credentials for the setting credential_process of any AWS SDK.",
    "fan-out": "Assume one role in many accounts, at a rate that the service accepts.",
    "console": "Print a sign-in URL of the AWS console, or open it in a browser.",
    "login-url": "Print only a sign-in URL of the AWS console.",
    "eks-token": "Print a token for an EKS cluster, as a kubeconfig's exec plugin.",
    "vault-login": "Print the payload of an AWS login to HashiCorp Vault.",
    "prove": "Print a proof of your identity that one service can verify, without sharing a secret.",
    "verify": "Verify an EKS token or a signed proof of identity, and show whose it is.",
    "presign": "Presign a call: for a limited time, it can be sent without credentials.",
    "decode": "Decode the message of an access-denied error: principal, action and denying statement.",
    "key-info": "Show the account of an access key, without a request to AWS.",
    "shell-init": "Print a shell function that assumes a role in the current shell, and a prompt with the time left.",
    "completion": "Print the shell script that completes commands, options, profiles, regions and roles.",
    "man": "Print the manual page.",
    "configure-report": "Show each setting with its source, and what each credential provider says.",
}
"""Commands other than operations, in the order of the help."""

WORDS = {
    "whoami": "target role session mfa --explain",
    "assume": "target role session mfa --format --profile-name --unset",
    "exec": "target role session mfa --server",
    "profiles": "--json",
    "login": "target --no-browser --use-device-code --browser",
    "logout": "target",
    "credential-process": "target role session mfa",
    "fan-out": "session mfa --accounts --role-name --format --concurrency --out --resume --prefix --quiet",
    "console": "target role session mfa --open --browser --destination --session-duration --issuer",
    "login-url": "target role session mfa --destination --session-duration --issuer",
    "eks-token": "role session mfa --cluster-name --token-only",
    "vault-login": "role session mfa --role --server-id",
    "prove": "role session mfa --audience",
    "verify": "--cluster-name --audience --partition",
    "presign": "role session mfa --expires-in --method --headers",
    "decode": "role session mfa",
    "key-info": "--ask",
    "configure-report": "--offline --json",
    "shell-init": "",
    "completion": "",
    "man": "",
}
"""Words after a command: its groups of options, its own options, and "target" if its first word is a profile or a role.
Completion needs the own options here, because it would be too slow with parsers; a test compares them."""

EXAMPLES = {
    "AssumeRole": "sts assume-role --role-arn arn:aws:iam::123456789012:role/demo --role-session-name me",
    "AssumeRoleWithSAML": "sts assume-role-with-saml --role-arn arn:aws:iam::123456789012:role/demo "
    "--principal-arn arn:aws:iam::123456789012:saml-provider/demo --saml-assertion file://assertion.b64",
    "AssumeRoleWithWebIdentity": "sts assume-role-with-web-identity --role-arn arn:aws:iam::123456789012:role/demo "
    "--role-session-name me --web-identity-token file://token",
    "AssumeRoot": "sts assume-root --target-principal 210987654321 "
    "--task-policy-arn arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
    "DecodeAuthorizationMessage": "sts decode-authorization-message --encoded-message MESSAGE",
    "GetAccessKeyInfo": "sts get-access-key-info --access-key-id AKIASP2TPHJSQH3FJRUX",
    "GetCallerIdentity": "sts get-caller-identity --local",
    "GetDelegatedAccessToken": "sts get-delegated-access-token --trade-in-token file://token",
    "GetFederationToken": "sts get-federation-token --name bob --policy file://policy.json",
    "GetScopedCredentials": "sts get-scoped-credentials --profile prod --duration-seconds 900 --policy file://policy.json",
    "GetSessionToken": "sts get-session-token --serial-number arn:aws:iam::123456789012:mfa/me --token-code 123456",
    "GetWebIdentityToken": "sts get-web-identity-token --audience https://api.example.com --signing-algorithm RS256",
}
"""One example for the sub-command of each operation."""
