"""The tests, in the folders of what they test; packages, so that names may repeat."""
