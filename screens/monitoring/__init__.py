"""Monitoring: what happened (Log), what is wrong (Failures), what differs (Reports)."""
