#!/bin/sh
# What the command line does, one line each, against a local STS that every command starts for itself: no AWS account needed.
# Leave --local out to do the same with AWS.
# Explained in docs/how-to/shells.md.
set -eu

ROLE=arn:aws:iam::123456789012:role/demo

sts whoami --local
eval "$(sts assume "$ROLE" --local --duration 15m)" && echo "assumed, key $AWS_ACCESS_KEY_ID until $AWS_CREDENTIAL_EXPIRATION"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION
sts exec --local --role-arn "$ROLE" -- sh -c 'echo "a command with key $AWS_ACCESS_KEY_ID in $AWS_REGION"'
sts credential-process --local --role-arn "$ROLE" | cut -c 1-48
sts eks-token --local --cluster-name prod | cut -c 1-80
sts presign get-caller-identity --local --expires-in 1m | cut -c 1-60
sts key-info AKIASP2TPHJSQH3FJRUX
printf '123456789012\n' | sts fan-out --local --accounts - --role-name demo --format profiles
