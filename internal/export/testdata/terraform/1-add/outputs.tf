output "role_arns" {
  description = "The IAM role of each service account."
  value = {
    "shop/cart"        = aws_iam_role.shop_cart-39415e21.arn
    "shop/dotted.name" = aws_iam_role.x--1_dotted_name-df493f0df13d5c2e.arn
    "shop/own"         = aws_iam_role.shop_own-2318f5a7.arn
    "shop/pods"        = aws_iam_role.shop_pods-e6491394.arn
    "shop/shares"      = aws_iam_role.shared.arn
    "shop/sharing"     = aws_iam_role.shared.arn
    "shop/unknown"     = data.aws_iam_role.unknown.arn
  }
}
