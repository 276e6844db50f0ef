"""What happens after a visit is recorded: review, notification, decision, follow-up, close, and
the documents and certificates that go out on the way."""
