"""What tests of several rooms share; plugins are named in tests/conftest.py."""
