apiVersion: v1
kind: ConfigMap
metadata:
  name: web
data:
  a: |
    ---
    kind: Pod
    ...
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-sa
  namespace: shop
