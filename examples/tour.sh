#!/bin/sh
# Audits the sample shop and shows around: sh examples/tour.sh bin/podpass
set -u
podpass=$1
here=$(dirname "$0")

step() { printf '\n\033[1m# %s\033[0m\n$ %s\n' "$1" "$2" | if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then cat; else sed 's/\x1b\[[01]*m//g'; fi; }

step "1. Audit manifests, as in a pull request. Exit code 3: there are findings." "podpass audit examples/shop"
"$podpass" audit "$here/shop"
code=$?
echo "exit code $code"
[ "$code" = 3 ] || exit 1

step "2. What a rule means, with a bad and a good example." "podpass rules PP101 | head -n 20"
"$podpass" rules PP101 | head -n 20

step "3. A snapshot holds what an audit needs and no secret: mail it, audit it elsewhere." "podpass snapshot examples/shop -o shop.podpass && podpass audit --snapshot shop.podpass --format json | head -n 20"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$podpass" snapshot "$here/shop" -o "$dir/shop.podpass" || exit 1
"$podpass" audit --snapshot "$dir/shop.podpass" --format json | head -n 20

step "4. Start with what is there: from now on only new findings fail. Exit code 0." "podpass audit examples/shop --format json -o report.json; podpass report baseline report.json -o known.json; podpass audit examples/shop --baseline known.json | head -n 12"
"$podpass" audit "$here/shop" --config none --format json -o "$dir/report.json"
"$podpass" report baseline "$dir/report.json" -o "$dir/known.json" || exit 1
"$podpass" audit "$here/shop" --config none --baseline "$dir/known.json" >"$dir/text"
code=$?
head -n 12 "$dir/text"
echo "exit code $code"
[ "$code" = 0 ] || exit 1

cat <<'END'

# Next
  podpass audit                   your current cluster; reads, changes nothing
  podpass rbac                    the least rights that this takes
  podpass audit --format sarif    for code scanning; also json, junit, markdown, csv
  podpass audit --read-secrets    looks for keys in the cluster's Secrets too
END
