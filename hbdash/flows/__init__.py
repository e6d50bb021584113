"""One module or package per family of flows: steps and declarations only."""
