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
    - name: AWS_SECRET_ACCESS_KEY
      value:
    image: nginx
