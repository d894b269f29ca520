#!/bin/sh
# Takes the wave clean back, step by step from its end.
# Of plan 0000000000000000000000000000000000000000000000000000000000000000,
# made by podpass. README.md tells more; what these lines do stands in
# steps.sh.
#
# steps.sh uses what is set here; names may hold $.
# shellcheck disable=SC1091,SC2016,SC2034
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
script='4-clean/revert.sh'
back=''
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
    # clean/authorizationpolicy/on/allow. For the namespace on.
    object '02' AuthorizationPolicy.v1.security.istio.io on allow
    add_item '02-authorizationpolicy-on-allow.revert.yaml' uid-allow '.spec.rules[0].from[0].source.principals' '"cluster.local/ns/on/sa/default"' '{.metadata.uid}' '["uid-allow"]'
    # clean/rolebinding/on/it's `$(id)` <b>. For the namespace on.
    object '01' RoleBinding.v1.rbac.authorization.k8s.io on 'it'\''s `$(id)` <b>'
    create '01-rolebinding-on-it_s____id____b_.revert.yaml' '{.roleRef.kind}{.roleRef.name}{.subjects}' '["Role"]["reader"][]' '["Role"]["reader"][[{"kind": "ServiceAccount","name": "default","namespace": "on"}]]'
}

carry_out kube-system '11111111-2222-3333-4444-555555555555' 'prod `$(id)`'
say 'Not as it was: RoleBinding on/it'\''s `$(id)` <b> is made again without its labels and annotations, and has another uid.'
say 'Not as it was: in AuthorizationPolicy on/allow the item stands at the end of its list.'
