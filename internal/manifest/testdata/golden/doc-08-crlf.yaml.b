apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-sa
  namespace: shop
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web # c
    image: nginx
    env:
    # id
    - name: AWS_ACCESS_KEY_ID
      value: AKIAEXAMPLE
    - name: LOG
      value: info
