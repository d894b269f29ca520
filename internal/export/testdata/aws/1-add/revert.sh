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
    object '01' Deployment.v1.apps on given
    change json '01-deployment-on-given.revert.yaml' uid-given '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["given"]["given"]' '[][]'
    object '02' Deployment.v1.apps on known
    change json '02-deployment-on-known.revert.yaml' uid-known '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["known"]["known"]' '[][]'
    object '03' Deployment.v1.apps on new
    change_items '2-move/03-deployment-on-new.revert.gotmpl' uid-new '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["new"]["new"]' '[][]'
    object '05' Deployment.v1.apps on pod
    change json '05-deployment-on-pod.revert.yaml' uid-pod '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["pod"]["pod"]' '[][]'
}

# gates must be open before.
gates() {
    unused on given
    unused on known
    unused on new
    unused on pod
}

steps() {
    # add/serviceaccount/on/pod. For Deployment on/pod.
    object '04' ServiceAccount on pod
    delete '' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false][]'
    # add/serviceaccount/on/new. For Deployment on/new.
    object '03' ServiceAccount on new
    delete '' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/podpass/on_new-bcefc26c"]'
    # add/serviceaccount/on/known. For Deployment on/known.
    object '02' ServiceAccount on known
    delete '' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/known"]'
    # add/serviceaccount/on/given. For Deployment on/given.
    object '01' ServiceAccount on given
    delete '' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/app/given"]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' prod
