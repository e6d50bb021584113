"""split_packages (R5.14, R9): one package into several at Hepsiburada, one order in Omnitron."""
