"""Smooth lines through a few points, and smooth noise along them."""

import numpy as np
import shapely

from geodata.demo_city.patches import Points


def smoothed(points: Points, pieces: int) -> Points:
    """Return a curve through all points (Catmull-Rom), `pieces` straight steps between two."""
    padded = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, pieces, endpoint=False)[:, np.newaxis]
    curve = [
        0.5
        * (
            2 * p1
            + (p2 - p0) * t
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
            + (3 * p1 - p0 - 3 * p2 + p3) * t**3
        )
        for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.concatenate([*curve, points[-1:]])


def curve(points: Points, pieces: int = 8) -> shapely.LineString:
    """Return a smooth line through points, metres."""
    return shapely.LineString(smoothed(np.asarray(points, dtype=float), pieces))


def smooth_noise(count: int, span: int, rng: np.random.Generator) -> Points:
    """Return noise within −1…1 that changes over about `span` steps, shape (count,)."""
    window = np.hanning(2 * span + 1)
    window /= np.sqrt((window**2).sum())
    noise = np.convolve(rng.normal(size=count + 2 * span), window, "valid")
    return np.asarray(np.tanh(noise))


def oval(
    centre: Points, axes: Points, rng: np.random.Generator, *, corners: int = 48
) -> shapely.Polygon:
    """Return an oval with bays; the rows of `axes` are its two half axes, metres."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = np.ones(corners)
    for waves in (2, 3, 4):
        reach += rng.uniform(0.04, 0.13) * np.cos(waves * angles + rng.uniform(0, 6.28))
    ring = np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=-1)
    return shapely.Polygon(centre + ring @ axes)
