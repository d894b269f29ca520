#!/bin/sh
# Takes the wave lock back, step by step from its end.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='3-lock/revert.sh'
back=''
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is done already: run 4-clean/revert.sh first'
    object '01' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    create '01-rolebinding-on-it_s____id____b_.revert.yaml' '{.roleRef.kind}{.roleRef.name}{.subjects}' '["Role"]["reader"][]' '["Role"]["reader"][[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]'
}

# gates must be open before.
gates() {
    :
}

steps() {
    # lock/rolebinding/on/read. For the namespace on.
    object '03' RoleBinding.v1.rbac.authorization.k8s.io on read
    change json '03-rolebinding-on-read.revert.yaml' uid-read '{.subjects}' '[[{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"},{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]'
    # lock/rolebinding/on/it's `$(id)` <b>. For the namespace on.
    object '02' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    change json '02-rolebinding-on-it_s____id____b_.revert.yaml' '' '{.subjects}' '[]' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]'
    # lock/serviceaccount/on/default. For the namespace on.
    object '01' ServiceAccount on default
    change json '01-serviceaccount-on-default.revert.yaml' uid-default '{.automountServiceAccountToken}' '[false]' '[]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
say 'Not as it was: the pods of DaemonSet on/idle stay new.'
