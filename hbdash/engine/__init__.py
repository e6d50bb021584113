"""Who runs when: leases, clock, dispatcher, requests, recovery."""
