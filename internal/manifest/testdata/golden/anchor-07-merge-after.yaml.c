apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
  spec: &base
    serviceAccountName: shared
    containers:
    - {name: c, image: nginx}
- apiVersion: v1
  kind: Pod
  metadata: {name: b}
  spec:
    serviceAccountName: own
    <<: *base
    restartPolicy: Always
