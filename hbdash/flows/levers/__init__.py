"""Levers: lifting penalties, touching versions, and Omnitron's penalties as they stand."""
