# Stops a run with credentials of another account.
data "aws_caller_identity" "owner" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "These roles are of the account 111122223333: use its credentials."
    }
  }
}

# The OIDC provider of the cluster. It is looked up, since nearly every
# cluster has it already: README.md says what to do where it is missing.
data "aws_iam_openid_connect_provider" "cluster" {
  url = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"

  lifecycle {
    postcondition {
      condition     = self.arn == "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF" && contains(self.client_id_list, "sts.amazonaws.com")
      error_message = "The OIDC provider of the cluster is of another account, or does not take the audience sts.amazonaws.com."
    }
  }
}

# It exists: its trust policy lets in also shop/unknown. The statement for it
# is added by hand: README.md says how.
data "aws_iam_role" "unknown" {
  name = "unknown"

  lifecycle {
    postcondition {
      condition     = self.arn == "arn:aws:iam::111122223333:role/unknown"
      error_message = "The role unknown has another path."
    }
  }
}
