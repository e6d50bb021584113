"""What happens inside a run, written once; flows add only their own steps."""
