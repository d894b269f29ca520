#!/bin/sh
# Takes the wave move back, step by step from its end.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='2-move/revert.sh'
back=''
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is done already: run 3-lock/revert.sh first'
    object '01' ServiceAccount on default
    change json '01-serviceaccount-on-default.revert.yaml' uid-default '{.automountServiceAccountToken}' '[false]' '[]'
    object '02' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    change json '02-rolebinding-on-it_s____id____b_.revert.yaml' '' '{.subjects}' '[]' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]'
    object '03' RoleBinding.v1.rbac.authorization.k8s.io on read
    change json '03-rolebinding-on-read.revert.yaml' uid-read '{.subjects}' '[[{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"},{"apiGroup": "rbac.authorization.k8s.io","kind": "Group","name": "dev'\''s"}]]'
    first='this is done already: run 4-clean/revert.sh first'
    object '02' AuthorizationPolicy.v1.security.istio.io on allow
    add_item '02-authorizationpolicy-on-allow.revert.yaml' uid-allow '.spec.rules[0].from[0].source.principals' '"cluster.local/ns/on/sa/default"' '{.metadata.uid}' '["uid-allow"]'
}

# gates must be open before.
gates() {
    :
}

steps() {
    # move/deployment/on/1e3. For Deployment on/1e3.
    object '02' Deployment.v1.apps on '1e3'
    change json '02-deployment-on-1e3.revert.yaml' uid-1e3 '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["1e3"]["1e3"]' '[][]'
    rollout
    # move/cronjob/on/filled. For CronJob on/filled.
    object '01' CronJob.v1.batch on filled
    change json '01-cronjob-on-filled.revert.yaml' uid-filled '{.spec.jobTemplate.spec.template.spec.serviceAccountName}{.spec.jobTemplate.spec.template.spec.serviceAccount}' '["filled"]["filled"]' '["default"]["default"]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
