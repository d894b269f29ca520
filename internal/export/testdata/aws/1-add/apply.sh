#!/bin/sh
# Does the wave add.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='1-add/apply.sh'
back='Or take the wave back: 1-add/revert.sh'
. "$here/../steps.sh"

# others must be so before: steps of other waves.
others() {
    :
}

# gates must be open before.
gates() {
    :
}

steps() {
    # add/serviceaccount/on/given. For Deployment on/given.
    object '01' ServiceAccount on given
    create '01-serviceaccount-on-given.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/app/given"]'
    # add/serviceaccount/on/known. For Deployment on/known.
    object '02' ServiceAccount on known
    create '02-serviceaccount-on-known.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/known"]'
    # add/serviceaccount/on/new. For Deployment on/new.
    object '03' ServiceAccount on new
    create '03-serviceaccount-on-new.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false]["arn:aws:iam::111122223333:role/podpass/on_new-bcefc26c"]'
    # add/serviceaccount/on/pod. For Deployment on/pod.
    object '04' ServiceAccount on pod
    create '04-serviceaccount-on-pod.yaml' '{.automountServiceAccountToken}{.metadata.annotations.eks\.amazonaws\.com/role-arn}' '[false][]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' prod
