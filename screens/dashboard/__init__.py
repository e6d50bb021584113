"""Dashboard: is everything all right?"""
