#!/bin/sh
# Does the wave clean.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='4-clean/apply.sh'
back='Or take the wave back: 4-clean/revert.sh'
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is not done yet: run 2-move/apply.sh first'
    object '01' CronJob.v1.batch on filled
    change json '01-cronjob-on-filled.yaml' uid-filled '{.spec.jobTemplate.spec.template.spec.serviceAccountName}{.spec.jobTemplate.spec.template.spec.serviceAccount}' '["default"]["default"]' '["filled"]["filled"]'
    object '02' Deployment.v1.apps on '1e3'
    change json '02-deployment-on-1e3.yaml' uid-1e3 '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["1e3"]["1e3"]'
    first='this is not done yet: run 3-lock/apply.sh first'
    object '02' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    change json '02-rolebinding-on-it_s____id____b_.yaml' 'uid-it'\''s `$(id)` <b>' '{.subjects}' '[[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]' '[]' ''
}

# gates must be open before.
gates() {
    unused on default
}

steps() {
    # clean/rolebinding/on/it's `$(id)` <b>. For the namespace on.
    object '01' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    delete 'uid-it'\''s `$(id)` <b>' '{.roleRef.kind}{.roleRef.name}{.subjects}' '["Role"]["reader"][]'
    # clean/authorizationpolicy/on/allow. For the namespace on.
    object '02' AuthorizationPolicy.v1.security.istio.io on allow
    drop_item uid-allow '.spec.rules[0].from[0].source.principals' /spec/rules/0/from/0/source/principals '"cluster.local/ns/on/sa/default"'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
