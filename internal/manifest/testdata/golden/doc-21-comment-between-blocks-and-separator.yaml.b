a: 1

# before the separator
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: app-sa
  namespace: shop
---
# block one

# block two
b: 2
