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
    object '01' ServiceAccount on given
    create '01-serviceaccount-on-given.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/app/given"]'
    object '02' ServiceAccount on known
    create '02-serviceaccount-on-known.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/known"]'
    object '03' ServiceAccount on new
    create '03-serviceaccount-on-new.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/podpass/on_new-bcefc26c"]'
    object '04' ServiceAccount on pod
    create '04-serviceaccount-on-pod.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false][]'
}

# gates must be open before.
gates() {
    :
}

steps() {
    # move/deployment/on/given. For Deployment on/given.
    object '01' Deployment.v1.apps on given
    if role_ready; then
        change json '01-deployment-on-given.yaml' uid-given '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["given"]["given"]'
        rollout
    fi
    # move/deployment/on/known. For Deployment on/known.
    object '02' Deployment.v1.apps on known
    if role_ready; then
        change json '02-deployment-on-known.yaml' uid-known '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["known"]["known"]'
        rollout
    fi
    # move/deployment/on/new. For Deployment on/new.
    object '03' Deployment.v1.apps on new
    if role_ready; then
        change_items '2-move/03-deployment-on-new.gotmpl' uid-new '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["new"]["new"]'
        rollout
    fi
    # move/deployment/on/own. For Deployment on/own.
    object '04' Deployment.v1.apps on own
    if role_ready; then
        restart uid-own '2023-11-14T22:13:20Z' ''
        rollout
    fi
    # move/deployment/on/pod. For Deployment on/pod.
    object '05' Deployment.v1.apps on pod
    if role_ready; then
        change json '05-deployment-on-pod.yaml' uid-pod '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["pod"]["pod"]'
        rollout
    fi
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' prod
