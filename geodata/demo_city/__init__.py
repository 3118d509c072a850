"""A made-up Jiayuguan: real names and codes, invented geometry, from a seed."""

from geodata.demo_city.city import DemoCity, make_city

__all__ = ["DemoCity", "make_city"]
