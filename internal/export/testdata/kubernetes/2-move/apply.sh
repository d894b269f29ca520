#!/bin/sh
# Does the wave move.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='2-move/apply.sh'
back='Or take the wave back: 2-move/revert.sh'
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is not done yet: run 1-add/apply.sh first'
    object '01' AuthorizationPolicy.v1.security.istio.io on allow
    add_item '01-authorizationpolicy-on-allow.yaml' uid-allow '.spec.rules[0].from[0].source.principals' '"cluster.local/ns/on/sa/filled"' '{.metadata.uid}{.spec.rules[0].from[0].source.principals[0]}' '["uid-allow"]["cluster.local/ns/on/sa/default"]'
    object '02' ServiceAccount on filled
    change merge '02-serviceaccount-on-filled.yaml' uid-filled '{.imagePullSecrets}{.metadata.annotations.note}{.metadata.labels.yes}' '[][][]' "$(printf '%b' '[[{"name": "1e3"}]]["it\0047s $(id)\\n\0342\0200\0256 é"]["on"]')"
    object '03' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>-filled'
    create '03-rolebinding-on-it_s____id____b_-filled.yaml' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "filled","namespace": "on"}]]'
    object '04' RoleBinding.v1.rbac.authorization.k8s.io on read-filled
    create '04-rolebinding-on-read-filled.yaml' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "filled","namespace": "on"}]]'
    object '05' AuthorizationPolicy.v1.security.istio.io on allow
    add_item '05-authorizationpolicy-on-allow.yaml' uid-allow '.spec.rules[0].from[0].source.principals' '"cluster.local/ns/on/sa/1e3"' '{.metadata.uid}{.spec.rules[0].from[0].source.principals[0]}' '["uid-allow"]["cluster.local/ns/on/sa/default"]'
    object '06' ServiceAccount on '1e3'
    create '06-serviceaccount-on-1e3.yaml' '{.automountServiceAccountToken}{.imagePullSecrets}{.metadata.annotations.eks\.amazonaws\.com/role-arn}{.metadata.annotations.note}{.metadata.labels.yes}' "$(printf '%b' '[][[{"name": "1e3"}]][]["it\0047s $(id)\\n\0342\0200\0256 é"]["on"]')"
    object '07' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>-1e3'
    create '07-rolebinding-on-it_s____id____b_-1e3.yaml' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "1e3","namespace": "on"}]]'
    object '08' RoleBinding.v1.rbac.authorization.k8s.io on read-1e3
    create '08-rolebinding-on-read-1e3.yaml' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "1e3","namespace": "on"}]]'
}

# gates must be open before.
gates() {
    :
}

steps() {
    # move/cronjob/on/filled. For CronJob on/filled.
    object '01' CronJob.v1.batch on filled
    change json '01-cronjob-on-filled.yaml' uid-filled '{.spec.jobTemplate.spec.template.spec.serviceAccountName}{.spec.jobTemplate.spec.template.spec.serviceAccount}' '["default"]["default"]' '["filled"]["filled"]'
    # move/deployment/on/1e3. For Deployment on/1e3.
    object '02' Deployment.v1.apps on '1e3'
    change json '02-deployment-on-1e3.yaml' uid-1e3 '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["1e3"]["1e3"]'
    rollout
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
