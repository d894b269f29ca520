#!/bin/sh
# Looks for known vulnerabilities where the database can be reached, else says
# that it did not look.
set -u
out=$(go tool -modfile=tools/go.mod govulncheck ./... 2>&1)
code=$?
printf '%s\n' "$out"
case $out in
*"fetching vulnerabilities"*|*"dial tcp"*|*"no such host"*|*"connection refused"*|*"Forbidden"*|*"proxyconnect"*)
	echo "govulncheck DID NOT RUN: its database could not be reached"
	exit 0 ;;
esac
exit $code
