resource "aws_eks_pod_identity_association" "shop_pods" {
  region          = "eu-central-1"
  cluster_name    = "prod"
  namespace       = "shop"
  service_account = "pods"
  role_arn        = aws_iam_role.shop_pods-e6491394.arn
}
