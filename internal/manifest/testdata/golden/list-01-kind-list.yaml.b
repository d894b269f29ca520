apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata:
      name: a
    spec:
      containers:
        - name: web
          image: nginx
  - apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: b
    spec:
      jobTemplate:
        spec:
          template:
            spec:
              containers:
                - name: job
                  image: nginx
  - apiVersion: v1
    kind: ServiceAccount
    metadata:
      name: app-sa
      namespace: shop
