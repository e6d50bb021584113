"""Run a flow: may I, and what will happen?"""
