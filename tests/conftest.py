"""Names the plugins that all folders share; fixtures live in tests/support."""

pytest_plugins = ["tests.support.databases"]
