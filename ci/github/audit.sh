#!/bin/sh
# Audits once and writes the report as JSON, SARIF and Markdown, for action.yml.
#
# Everything comes by the environment, never as text of a command:
#   PODPASS           the program; default: podpass
#   PODPASS_PATHS     what to audit, one path a line
#   PODPASS_CONFIG, PODPASS_WAIVERS, PODPASS_BASELINE, PODPASS_FAIL_ON
#                     values of the flags of podpass audit; empty: not given
#   PODPASS_STRICT    true for --strict
#   RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY   as GitHub sets them
#
# Exit code 0 once there is a report, whatever it says: the outputs exit-code
# and status tell. Else that of podpass: 1 or 2.
set -eu

podpass=${PODPASS:-podpass}

output() {
	printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

give_up() { # CODE MESSAGE
	output exit-code "$1"
	output status error
	[ -z "$2" ] || printf 'podpass: error: %s\n' "$2" >&2
	printf '## Podpass\n\nThere is no report: the audit ended with exit code %s. The log of the job says why.\n' "$1" >>"$GITHUB_STEP_SUMMARY"
	exit "$1"
}

command -v "$podpass" >/dev/null 2>&1 ||
	give_up 1 'the program podpass is not there: give its path as the input podpass, or leave that empty on a runner with Go'

dir=$(mktemp -d "$RUNNER_TEMP/podpass.XXXXXX")
report=$dir/report.json
set -- audit --format=json --output="$report"
[ -z "${PODPASS_CONFIG:-}" ] || set -- "$@" --config="$PODPASS_CONFIG"
[ -z "${PODPASS_WAIVERS:-}" ] || set -- "$@" --waivers="$PODPASS_WAIVERS"
[ -z "${PODPASS_BASELINE:-}" ] || set -- "$@" --baseline="$PODPASS_BASELINE"
[ -z "${PODPASS_FAIL_ON:-}" ] || set -- "$@" --fail-on="$PODPASS_FAIL_ON"
[ "${PODPASS_STRICT:-}" != true ] || set -- "$@" --strict
set -- "$@" --
flags=$#
while IFS= read -r path; do
	case $path in
	'') ;;
	-) set -- "$@" ./- ;; # a file, not standard input
	*) set -- "$@" "$path" ;;
	esac
done <<END
${PODPASS_PATHS:-}
END
# Without a path podpass would look for a cluster.
[ $# -gt "$flags" ] || give_up 2 'there is nothing to audit: give the input paths, one path a line'

# What is printed holds names out of the files, and GitHub takes lines of a log
# for commands.
token=podpass-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
trap 'printf "::%s::\n" "$token"' EXIT

code=0
"$podpass" "$@" </dev/null || code=$?
case $code in
0) status=clean ;;
3) status=findings ;;
4) status=open ;;
*) give_up "$code" '' ;;
esac

# Code scanning closes every alert that a SARIF file does not hold.
if grep -q '^  "only": {' "$report"; then
	give_up 1 'the report shows a part of the files only (--only-files), and must not become a SARIF file: it would close the alerts of all others'
fi

"$podpass" report convert "$report" --format sarif --output "$dir/podpass.sarif"
"$podpass" report convert "$report" --format markdown >>"$GITHUB_STEP_SUMMARY"
"$podpass" report convert "$report" --format text
output report "$report"
output sarif "$dir/podpass.sarif"
output exit-code "$code"
output status "$status"
