#!/bin/sh
# Applies the sample shop to the API server of KUBECONFIG and audits it live:
# sh examples/tour-cluster.sh bin/podpass
set -u
podpass=$1
here=$(dirname "$0")

echo "# The shop is applied to a real API server ($KUBECONFIG)"
(cd "$here/.." && go run ./internal/lab/apply -unlocked examples/shop) || exit 1

echo
echo "# podpass audit"
"$podpass" audit
code=$?
echo "exit code $code"
[ "$code" = 3 ]
