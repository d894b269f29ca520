#!/bin/sh
# Builds podpass from the checkout of the action, for action.yml.
set -eu
command -v go >/dev/null 2>&1 || {
	echo 'podpass: error: Go is not there to build podpass: use actions/setup-go before, or give the input podpass' >&2
	exit 1
}
CGO_ENABLED=0 go build -C "$GITHUB_ACTION_PATH" -trimpath -o "$RUNNER_TEMP/podpass-bin/podpass" ./cmd/podpass
printf 'podpass=%s\n' "$RUNNER_TEMP/podpass-bin/podpass" >>"$GITHUB_OUTPUT"
