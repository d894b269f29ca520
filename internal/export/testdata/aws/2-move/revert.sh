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
    :
}

# gates must be open before.
gates() {
    kept Secret on aws
}

steps() {
    # move/deployment/on/pod. For Deployment on/pod.
    object '05' Deployment.v1.apps on pod
    change json '05-deployment-on-pod.revert.yaml' uid-pod '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["pod"]["pod"]' '[][]'
    rollout
    # move/deployment/on/new. For Deployment on/new.
    object '03' Deployment.v1.apps on new
    change_items '2-move/03-deployment-on-new.revert.gotmpl' uid-new '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["new"]["new"]' '[][]'
    rollout
    # move/deployment/on/known. For Deployment on/known.
    object '02' Deployment.v1.apps on known
    change json '02-deployment-on-known.revert.yaml' uid-known '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["known"]["known"]' '[][]'
    rollout
    # move/deployment/on/given. For Deployment on/given.
    object '01' Deployment.v1.apps on given
    change json '01-deployment-on-given.revert.yaml' uid-given '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '["given"]["given"]' '[][]'
    rollout
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' prod
say 'Not as it was: what is put back in lists of Deployment on/new stands at their end.'
say 'Not as it was: the pods of Deployment on/own stay new.'
