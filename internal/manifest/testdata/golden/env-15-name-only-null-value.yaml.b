apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    env:
    - value: AKIAEXAMPLE
      name: AWS_ACCESS_KEY_ID
    - name: LOG
      value:   # empty
    image: nginx
