"""Where a case is drawn for people who may not know its address: moved once, the same way for ever.

Source: donut geomasking (Hampton et al. 2010, doi:10.1093/aje/kwq248); that masks drawn anew average out to the address:
Zandbergen 2014, doi:10.1155/2014/567049.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FEWEST_HOUSEHOLDS = 20
_OUTER_BY_INNER = 2.0


def donut_radii(households_per_km2: Floats, k: int = FEWEST_HOUSEHOLDS) -> tuple[Floats, Floats]:
    """Radii between which a case moves, so that about k households or more are nearer to its mask than its own.

    Parameters
    ----------
    households_per_km2 : ndarray
        Above 0, around each case.
    k : int

    Returns
    -------
    inner_m, outer_m : ndarray of the same shape
        The inner circle holds k households; the outer is twice as wide.

    Raises
    ------
    ValueError
        If a density is not above 0.
    """
    if not np.all(households_per_km2 > 0):
        raise ValueError("households_per_km2: above 0 is needed everywhere")
    inner = np.sqrt(k / (math.pi * households_per_km2)) * 1000
    return inner, inner * _OUTER_BY_INNER


def masked(
    points: Floats, keys: Sequence[str], inner_m: Floats, outer_m: Floats, *, secret: bytes
) -> Floats:
    """Points moved into a ring around them, evenly over its area, by a secret and what each is a case of.

    Parameters
    ----------
    points : ndarray (cases, 2)
        In metres in a plane.
    keys : sequence of str
        What fixes the move of each case: the code of its address, or the case's own where it has none. Cases of one
        address must share a key, since the mean of many masks around one address is the address.
    inner_m, outer_m : ndarray (cases,)
        Radii in force when the key was first masked; with other radii the same key would move along the same
        line, and two masks would point at the address.
    secret : bytes
        1 to 64 bytes, the same for ever.

    Returns
    -------
    ndarray (cases, 2)

    Raises
    ------
    ValueError
        If lengths differ, a ring is empty, or the secret is empty or too long.
    """
    if not len(points) == len(keys) == len(inner_m) == len(outer_m):
        raise ValueError("points, keys, inner_m, outer_m: one of each is needed for each case")
    if not np.all((inner_m >= 0) & (outer_m > inner_m)):
        raise ValueError("outer_m: above inner_m is needed, and inner_m not below 0")
    if not 1 <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError(f"secret: 1 to {hashlib.blake2b.MAX_KEY_SIZE} bytes are needed")
    if not len(keys):
        return points
    chance = np.array([_uniform(key, secret) for key in keys])
    distance = np.sqrt(inner_m**2 + chance[:, 0] * (outer_m**2 - inner_m**2))
    angle = 2 * math.pi * chance[:, 1]
    moved: Floats = points + distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return moved


def _uniform(key: str, secret: bytes) -> tuple[float, float]:
    digest = hashlib.blake2b(key.encode(), key=secret, digest_size=16).digest()
    return int.from_bytes(digest[:8]) / 2**64, int.from_bytes(digest[8:]) / 2**64


def households_nearer(points: Floats, masks: Floats, households: Floats) -> Ints:
    """How many households are nearer to the mask of each case than the case: what hides it.

    Parameters
    ----------
    points, masks : ndarray (cases, 2)
    households : ndarray (households, 2)
        All in metres in the same plane.
    """
    distances = np.hypot(*(masks - points).T)
    found = cKDTree(households).query_ball_point(masks, distances, return_length=True)
    return np.asarray(found, dtype=np.int64)
