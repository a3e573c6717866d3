"""What the platform tells an account: in its pages, by e-mail, and to programs by signed webhooks."""
