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
    object '03' Deployment.v1.apps on new
    change_items '2-move/03-deployment-on-new.gotmpl' uid-new '{.spec.template.spec.serviceAccountName}{.spec.template.spec.serviceAccount}' '[][]' '["new"]["new"]'
}

# gates must be open before.
gates() {
    :
}

steps() {
    # clean/secret/on/aws. For the namespace on.
    object '01' Secret on aws
    delete uid-aws '{.metadata.name}' '["aws"]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' prod
