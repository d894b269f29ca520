#!/bin/sh
# Does the wave lock.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='3-lock/apply.sh'
back='Or take the wave back: 3-lock/revert.sh'
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is not done yet: run 2-move/apply.sh first'
    object '01' CronJob.v1.batch on filled
    change json '01-cronjob-on-filled.yaml' uid-filled '{.spec.jobTemplate.spec.template.spec.serviceAccountName}{.spec.jobTemplate.spec.template.spec.serviceAccount}' '["default"]["default"]' '["filled"]["filled"]'
    object '02' Deployment.v1.apps on '1e3'
    change json '02-deployment-on-1e3.yaml' uid-1e3 '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["1e3"]["1e3"]'
}

# gates must be open before.
gates() {
    unused on default
}

steps() {
    # lock/serviceaccount/on/default. For the namespace on.
    object '01' ServiceAccount on default
    change json '01-serviceaccount-on-default.yaml' uid-default '{.automountServiceAccountToken}' '[]' '[false]'
    # lock/rolebinding/on/it's `$(id)` <b>. For the namespace on.
    object '02' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    change json '02-rolebinding-on-it_s____id____b_.yaml' 'uid-it'\''s `$(id)` <b>' '{.subjects}' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]' '[]' ''
    # lock/rolebinding/on/read. For the namespace on.
    object '03' RoleBinding.v1.rbac.authorization.k8s.io on read
    change json '03-rolebinding-on-read.yaml' uid-read '{.subjects}' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"},{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]' '[[{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]'
    # lock/daemonset/on/idle. For DaemonSet on/idle.
    object '04' DaemonSet.v1.apps on idle
    restart uid-idle '2023-11-14T22:13:20Z' tokens
    rollout
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
