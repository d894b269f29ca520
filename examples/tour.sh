#!/bin/sh
# Audits the sample shop and shows around: sh examples/tour.sh bin/podpass
set -u
podpass=$1
here=$(cd "$(dirname "$0")" && pwd)
choices=$here/choices.yaml
case $podpass in /*) ;; *) podpass=$(pwd)/$podpass ;; esac

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

step "5. Mend it: each workload gets an account of its own, with the rights that it has. First the diff, without decisions of yours. Exit code 4: some things are for you to decide." "podpass fix examples/shop | head -n 40"
cp -R "$here/shop" "$dir/shop" || exit 1
(cd "$dir" && "$podpass" fix shop >"$dir/diff" 2>"$dir/left")
code=$?
head -n 40 "$dir/diff"
cat "$dir/left"
echo "exit code $code"
[ "$code" = 4 ] || exit 1

step "6. Decide (examples/choices.yaml), and change the files: all or none." "podpass fix shop --choices examples/choices.yaml --waves add,move,lock,clean --write"
(cd "$dir" && "$podpass" fix shop --choices "$choices" --waves add,move,lock,clean --write)
echo "exit code $?"

step "7. The shop before, and after. What is left: kube2iam itself, a token that does not expire, and a dump of pods, which no manifest changes." "podpass audit examples/shop | tail -n 1; podpass audit shop"
"$podpass" audit "$here/shop" --config none | tail -n 1
(cd "$dir" && "$podpass" audit shop --config none)
code=$?
echo "exit code $code"
[ "$code" = 3 ] || exit 1

cat <<'END'

# Next
  podpass audit                   your current cluster; reads, changes nothing
  podpass rbac                    the least rights that this takes
  podpass audit --format sarif    for code scanning; also json, junit, markdown, csv
  podpass audit --read-secrets    looks for keys in the cluster's Secrets too
  podpass plan                    what to do about it, and what you have to decide
END
