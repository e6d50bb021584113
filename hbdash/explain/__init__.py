"""Why a record does not go on, and what helps: reads store and domain only."""
