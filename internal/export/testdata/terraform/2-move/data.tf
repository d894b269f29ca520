# Stops a run with credentials of another account.
data "aws_caller_identity" "owner" {
  lifecycle {
    postcondition {
      condition     = self.account_id == "111122223333"
      error_message = "These roles are of the account 111122223333: use its credentials."
    }
  }
}
