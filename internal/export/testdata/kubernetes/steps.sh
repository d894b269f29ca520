# shellcheck shell=sh
# The scripts set script, here and back; templates of kubectl hold $.
# shellcheck disable=SC2154,SC2016
#
# What apply.sh and revert.sh of a Podpass plan are made of. They read this
# file; it does nothing by itself.
#
# It takes a POSIX shell and kubectl, and no right but those that the changes
# need. From the environment:
#   KUBECTL  the kubectl to use                        (kubectl)
#   CONTEXT  the kubeconfig context                    (the current one)
#   WAIT     seconds to wait for each roll-out; 0: do not wait    (600)
#   ROLES_READY  1: the IAM roles are there and proven (0)
#   PARTLY   1: take back what can be, of what cannot be taken back whole (0)
#
# Each step looks at the object first: as it was when the plan was made, the step
# is done; as the step leaves it, the step is skipped; else the script stops. So
# a script that was stopped is run again.

set -eu
LC_ALL=C # of awk, expr and grep: bytes are bytes
export LC_ALL
WAIT=${WAIT:-600}
mode=start number='' kind='' namespace='' name=''
seen='' state='' reason='' first='' refused='' lost='' did=0 skipped=0

kube() {
    "${KUBECTL:-kubectl}" ${CONTEXT:+"--context=$CONTEXT"} "$@"
}

say() {
    printf '%s\n' "$*"
}

# target names the object that is at hand.
target() {
    printf '%s' "${kind%%.*} ${namespace:+$namespace/}$name"
}

# stop ends the script and says how to go on. What is not visible ASCII is
# shown as ?: it comes from outside.
stop() {
    where=
    if [ "$mode" != start ]; then
        where=" at${number:+ step $number,} $(target)"
    fi
    {
        say "$script stopped$where: $*"
        if [ "$did" = 0 ]; then
            say "This run has changed nothing. Put that right, or make the plan anew if the cluster has moved on; then run $script again: it skips what is done."
        else
            say "Steps done in this run: $did. Put that right and run $script again: it skips what is done. $back"
        fi
    } | tr -c '\12\40-\176' '?' >&2
    exit 1
}

# object sets the object that the next lines are about.
object() { # NUMBER KIND NAMESPACE NAME
    number=$1 kind=$2 namespace=$3 name=$4
}

# on runs a command of kubectl on the object.
on() { # COMMAND… [-- …]
    kube "$@" ${namespace:+"--namespace=$namespace"} -- "$kind" "$name"
}

# look reads what is at some paths of the object, as JSON on one line, one list
# a path: [] where nothing is there. It reads nothing where there is no object.
# An empty list and none are the same to the API server.
look() { # JSONPATH
    seen=$(on get --ignore-not-found -o "jsonpath-as-json=$1") || stop "it could not be read"
    seen=$(printf '%s\n' "$seen" | awk '{ sub(/^ +/, ""); all = all $0 } END { gsub(/\[\[\]\]/, "[]", all); print all }')
}

# look_list reads the items of a list, one a line.
look_list() { # JSONPATH
    seen=$(on get -o "jsonpath-as-json={$1[*]}") || stop "it could not be read"
    seen=$(printf '%s\n' "$seen" | awk '
        /^    [^ ]/ && !/^    []}]/ { put() }
        /^ / { sub(/^ +/, ""); item = item $0 }
        END { put() }
        function put() { sub(/,$/, "", item); if (item != "") print item; item = "" }')
}

# same_uid tells whether the object is the one that was planned for, and takes
# the uid off what was read. A uid of '' is any.
same_uid() { # UID
    found=${seen#'["'}
    found=${found%%'"]'*}
    seen=${seen#*'"]'}
    if [ -n "$1" ] && [ "$found" != "$1" ]; then
        state=other reason="it is another object of that name than the one that was planned for (uid $found, not $1)"
        return 1
    fi
}

# differs is the state of an object that is neither as before nor as after.
differs() { # BEFORE AFTER
    state=other reason="it changed since the plan was made.
  it is        $seen
  planned for  $1
  would be     $2"
}

# settle does what the state of the object asks for. The command that follows
# changes it; with --dry-run=server as its last word the server only says
# whether it would.
settle() { # WHAT COMMAND…
    what=$1
    shift
    case $mode/$state in
    check/made | check/gone) ;;
    check/*) stop "$first${reason:+; or else $reason}" ;;
    */other | */gone) stop "${reason:-it is not there}" ;;
    dry/todo) "$@" --dry-run=server >/dev/null || stop "the server would refuse to $what it" ;;
    act/todo)
        "$@" >/dev/null || stop "could not $what it"
        did=$((did + 1))
        say "$number $what $(target)"
        ;;
    act/made)
        skipped=$((skipped + 1))
        say "$number $what $(target): done already"
        ;;
    esac
}

# create makes an object, unless it is there and as the file has it. States after
# the third are those that other steps leave.
create() { # FILE JSONPATH WANT [OTHER…]
    file=$1
    look "$2"
    reason='' state=todo
    if [ -n "$seen" ]; then
        differs '(nothing of that name)' "$3"
        shift 2
        among "$@"
    fi
    settle create put_file "$file"
}

# among settles the state where what was read is one of some.
among() { # STATE…
    for one in "$@"; do
        if [ "$seen" = "$one" ]; then
            state=made
        fi
    done
}

put_file() { # FILE [--dry-run=server]
    file=$1
    shift
    kube create ${namespace:+"--namespace=$namespace"} --field-manager=podpass -f "$here/$file" "$@"
}

# change patches fields that are as before. States after the third are those
# that other steps leave; '' is an object that is not there.
change() { # TYPE FILE UID JSONPATH BEFORE AFTER [OTHER…]
    type=$1 file=$2 uid=$3 before=$5
    look "{.metadata.uid}$4"
    reason='' state=gone
    shift 5
    if [ -z "$seen" ]; then
        among "$@"
    elif same_uid "$uid"; then
        differs "$before" "$1"
        if [ "$seen" = "$before" ]; then
            state=todo
        fi
        among "$@"
    fi
    settle change patch "$type" --patch-file "$here/$file"
}

patch() { # TYPE --patch-file FILE | -p PATCH [--dry-run=server]
    type=$1
    shift
    on patch --type="$type" --field-manager=podpass "$@"
}

# change_items patches fields, and in the same patch items of lists of containers,
# by the places where these stand now. The template tells what is there, without
# the value of any variable, and what has to be done: see look_items.
change_items() { # TEMPLATE UID JSONPATH BEFORE AFTER
    template=$1 uid=$2 before=$4 after=$5 items=''
    look "{.metadata.uid}$3"
    reason='' state=gone
    if [ -n "$seen" ] && same_uid "$uid"; then
        look_items "$template"
        differs "$before" "$after"
        reason="$reason
  its items    $(item_names '')"
        if [ -z "$(item_names other)" ]; then
            if [ "$seen" = "$after" ] && [ -z "$(item_names todo)" ]; then
                state=made
            elif [ "$seen" = "$before" ]; then
                state=todo
            fi
        fi
        if [ "$mode" = dry ] && [ -n "$(item_names lost)" ]; then
            lost="$lost
  $(target): $(item_names lost)"
        fi
    fi
    settle change patch json -p "[$(printf '%s\n' "$items" | sort -rn | awk '$2 == "test" || $2 == "todo" { sub(/^[^ ]* [^ ]* [^ ]* /, ""); printf "%s", $0 }')]"
}

# look_items reads what is there of named items, one a line: PLACE STATE NAME=WHAT
# OPERATIONS. Operations on later places come first, since places shift.
look_items() { # TEMPLATE
    items=$(on get -o "go-template-file=$here/../$1") || stop "it could not be read"
}

# item_names lists the items that are in a state, or all.
item_names() { # STATE|''
    printf '%s\n' "$items" | awk -v state="$1" '$2 != "test" && (state == "" || $2 == state) { printf "%s%s", gap, $3; gap = " " }'
}

# add_item puts an item at the end of a list, unless it is in it.
add_item() { # FILE UID LIST ITEM JSONPATH WANT
    reason='' state=gone
    look "{.metadata.uid}"
    if [ -n "$seen" ] && same_uid "$2"; then
        look_list "$3"
        if printf '%s\n' "$seen" | grep -Fxq -e "$4"; then
            state=made
        else
            look "$5"
            state=todo
            if [ "$seen" != "$6" ]; then
                differs "$6" "$6"
            fi
        fi
    fi
    settle change patch json --patch-file "$here/$1"
}

# drop_item takes an item out of a list, wherever it stands in it.
drop_item() { # UID LIST POINTER ITEM
    reason='' state=gone place=-
    look "{.metadata.uid}"
    if [ -n "$seen" ] && same_uid "$1"; then
        look_list "$2"
        place=$(printf '%s\n' "$seen" | grep -nFx -e "$4" | head -n 1)
        place=${place%%:*}
        state=made
        if [ -n "$place" ]; then
            state=todo place=$((place - 1))
        fi
    fi
    settle change patch json -p "[
        {\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"$1\"},
        {\"op\":\"test\",\"path\":\"$3/$place\",\"value\":$4},
        {\"op\":\"remove\",\"path\":\"$3/$place\"}]"
}

# delete deletes an object that is as the plan knows it.
delete() { # UID JSONPATH WANT
    look "{.metadata.uid}$2"
    reason='' state=made
    if [ -n "$seen" ] && same_uid "$1"; then
        state=todo
        if [ "$seen" != "$3" ]; then
            differs "$3" '(gone)'
        fi
    fi
    settle delete remove
}

remove() { # [--dry-run=server]
    on delete --wait=false "$@"
}

# restart replaces the pods of a workload, unless they were replaced since the
# plan was made, or it is for their tokens of the API and none of them holds one.
restart() { # UID TIME-OF-THE-PLAN tokens|''
    look '{.metadata.uid}{.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}'
    reason='' state=gone
    if [ -n "$seen" ] && same_uid "$1"; then
        last=${seen#'["'}
        last=${last%'"]'}
        state=todo
        if [ -n "$3" ] && ! holds_token; then
            state=made
        elif expr "x$last" : 'x.*Z$' >/dev/null && expr "x$last" \> "x$2" >/dev/null; then
            state=made
        fi
    fi
    settle restart renew
}

# renew has no dry run on the server: that a change of the template is admitted
# is not known before.
renew() { # [--dry-run=server]
    if [ "$#" = 0 ]; then
        (TZ=UTC0 && export TZ && on rollout restart)
    fi
}

# holds_token tells whether a pod of the workload mounts a token of the API.
holds_token() {
    selector=$(on get -o 'go-template={{range $k, $v := .spec.selector.matchLabels}}{{$k}}={{$v}},{{end}}{{range .spec.selector.matchExpressions}}{{if eq .operator "Exists"}}{{.key}}{{else if eq .operator "DoesNotExist"}}!{{.key}}{{else}}{{.key}}{{if eq .operator "In"}} in {{else}} notin {{end}}({{range $i, $v := .values}}{{if $i}},{{end}}{{$v}}{{end}}){{end}},{{end}}') || stop "it could not be read"
    holders=$(kube get pods ${namespace:+"--namespace=$namespace"} -l "${selector%,}" -o 'go-template={{range .items}}{{$pod := .metadata.name}}{{range .spec.volumes}}{{with .projected}}{{range .sources}}{{with .serviceAccountToken}}{{if not .audience}}{{$pod}} {{end}}{{end}}{{end}}{{end}}{{end}}{{end}}') || stop "its pods could not be listed"
    [ -n "$holders" ]
}

# rollout waits until the pods of a workload are replaced.
rollout() {
    if [ "$mode" != act ] || [ "$WAIT" = 0 ]; then
        return 0
    fi
    how=$(on get -o 'jsonpath={.spec.paused}{.spec.updateStrategy.type}') || stop "it could not be read"
    case $how in
    true*) say "   it is paused: its pods stay as they are until it goes on" ;;
    OnDelete) say "   it replaces a pod only when that is deleted: delete its pods one by one" ;;
    *) on rollout status --timeout="${WAIT}s" || stop "its pods were not replaced within $WAIT seconds (WAIT): see why, with kubectl get pods and kubectl get events" ;;
    esac
}

# role_ready tells whether a workload that gets an IAM role may go on.
role_ready() {
    if [ "${ROLES_READY:-0}" = 1 ]; then
        return 0
    fi
    if [ "$mode" = act ]; then
        say "$number $(target): left for its IAM role"
    fi
    refused=yes
    return 1
}

# unused stops where an unfinished pod runs as an account.
unused() { # NAMESPACE ACCOUNT
    number='' kind=ServiceAccount namespace=$1 name=$2
    seen=$(kube get pods --namespace="$1" --field-selector "spec.serviceAccountName=$2,status.phase!=Succeeded,status.phase!=Failed" -o name) || stop "its pods could not be listed"
    if [ -n "$seen" ]; then
        stop "these pods still run as it; wait until they are gone, or see why they stay:
$seen"
    fi
}

# kept stops where an object is gone that the templates which come back need.
kept() { # KIND NAMESPACE NAME
    number='' kind=$1 namespace=$2 name=$3
    seen=$(on get --ignore-not-found -o name) || stop "it could not be read"
    if [ -z "$seen" ]; then
        stop "it is gone (4-clean deletes it), and pods of the old templates do not start without it. Make it again, with keys that are active"
    fi
}

# whole stops where a step that is taken back leaves something out, unless that
# is wanted.
whole() {
    if [ -z "$lost" ] || [ "${PARTLY:-0}" = 1 ]; then
        return 0
    fi
    mode=start
    stop "these cannot be put back: the plan does not hold them, since they may be secrets.$lost
Where the cluster keeps older templates, put back the one from before the wave: see kubectl rollout history, then kubectl rollout undo --to-revision=N. Without N it takes the last one, which a restart or another wave may have made; and before its account has its rights again, pods of it fail. What is back is skipped here. PARTLY=1 takes back all the rest"
}

# same_cluster tells a cluster by the uid of a namespace.
same_cluster() { # NAMESPACE UID NAME
    seen=$(kube get namespace -o 'jsonpath={.metadata.uid}' -- "$1") || stop "the cluster could not be asked who it is (CONTEXT names the kubeconfig context)"
    if [ "$seen" != "$2" ]; then
        stop "this is another cluster than the plan's${3:+, $3}: its namespace $1 has the uid $seen, not $2. Set CONTEXT, then run $script again"
    fi
}

# carry_out runs a wave. The script has defined others (steps of other waves
# that must be done, or taken back, before), gates and steps.
carry_out() { # NAMESPACE ITS-UID CLUSTER
    case $WAIT in
    '' | *[!0-9]*) stop "WAIT=$WAIT is no number of seconds" ;;
    esac
    same_cluster "$@"
    mode=check
    others
    mode=dry
    gates
    steps
    whole
    gates # a dry run takes its time
    mode=act
    steps
    mode=start
    say "$script: $did done, $skipped were done already"
    if [ -n "$lost" ]; then
        say "Not put back:$lost"
    fi
    if [ -n "$refused" ]; then
        stop "workloads wait for their IAM roles. See README.md for the commands; when the roles are there and proven, run again with ROLES_READY=1"
    fi
}
