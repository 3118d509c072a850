"""Five years of made-up cases for the demonstration city.

Pure modules plan and tell them from a seed and a day; `loading` reads the city, and writes what they tell.
"""
