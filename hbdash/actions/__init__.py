"""Every write that a person, the CLI or a webhook asks for: allowed, done, and audited."""
