"""The city that this installation serves, for templates."""

from django import template
from django.conf import settings
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def centre_name() -> str:
    """The name of the city's mediation centre in the reader's language."""
    city = settings.CITY
    is_english = (get_language() or "").startswith("en")
    return str(city.centre_name_en if is_english else city.centre_name)


@register.simple_tag
def centre_phone() -> str:
    """The number under which the city administrator is reached; empty where none is given."""
    return str(settings.CITY.centre_phone)


@register.simple_tag
def basemap_tiles() -> str:
    """The address of a raster service under the maps; empty where there is none."""
    return str(settings.BASEMAP_TILES)
