apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: web
    # the environment
    env: []

    image: nginx
