#!/bin/sh
# Runs every fuzz target of the module, and of that which reads exports, for the
# time given.
set -eu
time=${1:-30s}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Go's fuzzer sometimes calls its own deadline, at the end of the time, a
# failure without an input, up to Go 1.26: https://go.dev/issue/75804
deadline_alone() { grep -q 'context deadline exceeded' "$log" && ! grep -q -e 'Failing input' -e 'panic:' "$log"; }

for module in . test/exports; do
	for pkg in $(cd "$module" && go list ./...); do
		dir=$(cd "$module" && go list -f '{{.Dir}}' "$pkg")
		for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go 2>/dev/null | sed 's/^func //'); do
			echo "== $pkg $target"
			failed=0
			(cd "$module" && go test "$pkg" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 20x) >"$log" 2>&1 || failed=$?
			cat "$log"
			[ "$failed" = 0 ] || deadline_alone || exit "$failed"
		done
	done
done
