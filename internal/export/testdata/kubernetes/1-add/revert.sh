#!/bin/sh
# Takes the wave add back, step by step from its end.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='1-add/revert.sh'
back=''
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    first='this is done already: run 2-move/revert.sh first'
    object '01' CronJob.v1.batch on filled
    change json '01-cronjob-on-filled.revert.yaml' uid-filled '{.spec.jobTemplate.spec.template.spec.serviceAccountName}{.spec.jobTemplate.spec.template.spec.serviceAccount}' '["filled"]["filled"]' '["default"]["default"]'
    object '02' Deployment.v1.apps on '1e3'
    change json '02-deployment-on-1e3.revert.yaml' uid-1e3 '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["1e3"]["1e3"]' '[][]'
}

# gates must be open before.
gates() {
    unused on '1e3'
    unused on filled
}

steps() {
    # add/rolebinding/on/read-1e3. For Deployment on/1e3.
    object '08' RoleBinding.v1.rbac.authorization.k8s.io on read-1e3
    delete '' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "1e3","namespace": "on"}]]'
    # add/rolebinding/on/it's `$(id)` <b>-1e3. For Deployment on/1e3.
    object '07' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>-1e3'
    delete '' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "1e3","namespace": "on"}]]'
    # add/serviceaccount/on/1e3. For Deployment on/1e3.
    object '06' ServiceAccount on '1e3'
    delete '' '{.automountServiceAccountToken}{.imagePullSecrets}{.metadata.annotations.eks\.amazonaws\.com/role-arn}{.metadata.annotations.note}{.metadata.labels.yes}' "$(printf '%b' '[][[{"name": "1e3"}]][]["it\0047s $(id)\\n\0342\0200\0256 é"]["on"]')"
    # add/authorizationpolicy/on/allow#2. For Deployment on/1e3.
    object '05' AuthorizationPolicy.v1.security.istio.io on allow
    drop_item uid-allow '.spec.rules[0].from[0].source.principals' /spec/rules/0/from/0/source/principals '"cluster.local/ns/on/sa/1e3"'
    # add/rolebinding/on/read-filled. For CronJob on/filled.
    object '04' RoleBinding.v1.rbac.authorization.k8s.io on read-filled
    delete '' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "filled","namespace": "on"}]]'
    # add/rolebinding/on/it's `$(id)` <b>-filled. For CronJob on/filled.
    object '03' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>-filled'
    delete '' '{.roleRef}{.subjects}' '[{"apiGroup": "rbac.authorization.k8s.io","kind": "Role","name": "reader"}][[{"kind": "ServiceAccount","name": "filled","namespace": "on"}]]'
    # add/serviceaccount/on/filled. For CronJob on/filled.
    object '02' ServiceAccount on filled
    change json '02-serviceaccount-on-filled.revert.yaml' uid-filled '{.imagePullSecrets}{.metadata.annotations.note}{.metadata.labels.yes}' "$(printf '%b' '[[{"name": "1e3"}]]["it\0047s $(id)\\n\0342\0200\0256 é"]["on"]')" '[][][]'
    # add/authorizationpolicy/on/allow. For CronJob on/filled.
    object '01' AuthorizationPolicy.v1.security.istio.io on allow
    drop_item uid-allow '.spec.rules[0].from[0].source.principals' /spec/rules/0/from/0/source/principals '"cluster.local/ns/on/sa/filled"'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
