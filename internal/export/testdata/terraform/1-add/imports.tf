import {
  to = aws_iam_role.shared
  id = "shared"
}
