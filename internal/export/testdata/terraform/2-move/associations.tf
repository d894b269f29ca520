resource "aws_eks_pod_identity_association" "shop_own" {
  region          = "eu-central-1"
  cluster_name    = "prod"
  namespace       = "shop"
  service_account = "own"
  role_arn        = "arn:aws:iam::111122223333:role/podpass/shop_own-2318f5a7"
}
