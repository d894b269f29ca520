# It exists: its trust policy lets in also shop/shares, shop/sharing.
resource "aws_iam_role" "shared" {
  name = "shared"
  path = "/app/"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Node"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::111122223333:role/node"
        }
        Action = "sts:AssumeRole"
      },
      {
        Effect = "Allow"
        Principal = {
          Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
        }
        Action = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud" = "sts.amazonaws.com"
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub" = "system:serviceaccount:shop:shares"
          }
        }
      },
      {
        Effect = "Allow"
        Principal = {
          Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
        }
        Action = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud" = "sts.amazonaws.com"
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub" = "system:serviceaccount:shop:sharing"
          }
        }
      },
    ]
  })

  lifecycle {
    prevent_destroy = true
    ignore_changes = [
      description,
      max_session_duration,
      permissions_boundary,
      tags,
      tags_all,
    ]
  }
}

# Made for the service account shop/dotted.name.
resource "aws_iam_role" "x--1_dotted_name-df493f0df13d5c2e" {
  name                 = "1+dotted.name"
  path                 = "/podpass/"
  description          = "For the service account shop/dotted.name."
  permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
        }
        Action = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud" = "sts.amazonaws.com"
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub" = "system:serviceaccount:shop:dotted.name"
          }
        }
      },
    ]
  })
  tags = {
    "cost center" = "Größe 1"
    "team"        = "shop"
  }
}

resource "aws_iam_role_policy_attachment" "x--1_dotted_name-df493f0df13d5c2e" {
  for_each = toset([
    "arn:aws:iam::aws:policy/A",
    "arn:aws:iam::aws:policy/B",
  ])

  role       = aws_iam_role.x--1_dotted_name-df493f0df13d5c2e.name
  policy_arn = each.value
}

# Made for the service account shop/cart.
resource "aws_iam_role" "shop_cart-39415e21" {
  name                 = "shop_cart-39415e21"
  path                 = "/podpass/"
  description          = "For the service account shop/cart."
  permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Federated = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
        }
        Action = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:aud" = "sts.amazonaws.com"
            "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub" = "system:serviceaccount:shop:cart"
          }
        }
      },
    ]
  })
  tags = {
    "cost center" = "Größe 1"
    "team"        = "shop"
  }
}

resource "aws_iam_role_policy_attachment" "shop_cart-39415e21" {
  for_each = toset(["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"])

  role       = aws_iam_role.shop_cart-39415e21.name
  policy_arn = each.value
}

resource "aws_iam_role_policy" "shop_cart-39415e21" {
  for_each = {
    "bucket" = jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Effect = "Allow"
          Action = [
            "s3:GetObject",
            "s3:PutObject",
          ]
          Resource = "arn:aws:s3:::shop/$${aws:PrincipalTag/kubernetes-service-account}/%%{if}/\"q\"/*"
          Condition = {
            NumericLessThan = {
              "s3:max-keys" = "10"
            }
            Bool = {
              "aws:SecureTransport" = "true"
            }
          }
        },
      ]
    })
  }

  name   = each.key
  role   = aws_iam_role.shop_cart-39415e21.name
  policy = each.value
}

# Made for the service account shop/own.
resource "aws_iam_role" "shop_own-2318f5a7" {
  name                 = "shop_own-2318f5a7"
  path                 = "/podpass/"
  description          = "For the service account shop/own."
  permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "pods.eks.amazonaws.com"
        }
        Action = [
          "sts:AssumeRole",
          "sts:TagSession",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-central-1:111122223333:cluster/prod"
            "aws:RequestTag/kubernetes-namespace"       = "shop"
            "aws:RequestTag/kubernetes-service-account" = "own"
          }
        }
      },
    ]
  })
  tags = {
    "cost center" = "Größe 1"
    "team"        = "shop"
  }
}

resource "aws_iam_role_policy_attachment" "shop_own-2318f5a7" {
  for_each = toset(["arn:aws:iam::aws:policy/A"])

  role       = aws_iam_role.shop_own-2318f5a7.name
  policy_arn = each.value
}

# Made for the service account shop/pods.
resource "aws_iam_role" "shop_pods-e6491394" {
  name                 = "shop_pods-e6491394"
  path                 = "/podpass/"
  description          = "For the service account shop/pods."
  permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect = "Allow"
        Principal = {
          Service = "pods.eks.amazonaws.com"
        }
        Action = [
          "sts:AssumeRole",
          "sts:TagSession",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/eks-cluster-arn"            = "arn:aws:eks:eu-central-1:111122223333:cluster/prod"
            "aws:RequestTag/kubernetes-namespace"       = "shop"
            "aws:RequestTag/kubernetes-service-account" = "pods"
          }
        }
      },
    ]
  })
  tags = {
    "cost center" = "Größe 1"
    "team"        = "shop"
  }
}

resource "aws_iam_role_policy_attachment" "shop_pods-e6491394" {
  for_each = toset(["arn:aws:iam::aws:policy/A"])

  role       = aws_iam_role.shop_pods-e6491394.name
  policy_arn = each.value
}
