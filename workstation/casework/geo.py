"""Places: distance by great circle, the nearest drop-off points, and a link to a map."""

from __future__ import annotations

import math
from collections.abc import Iterable

from workstation.casework.customer import PostalAddress
from workstation.casework.records import DropOffPoint

_EARTH_KM = 6371.0088


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Return the great circle distance of two places (degrees, WGS 84) in kilometres."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(lon_b - lon_a) / 2
    square = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(square)))


def nearest(
    points: Iterable[DropOffPoint], address: PostalAddress, most: int = 3
) -> tuple[tuple[DropOffPoint, float | None], ...]:
    """Return the nearest points with their distance in kilometres, nearest first.

    Where the place of ``address`` is not known, points of the same postcode or town are given, without
    a distance; none when nothing is known at all.
    """
    if address.lat is not None and address.lon is not None:
        lat, lon = address.lat, address.lon
        found = sorted(
            ((distance_km(lat, lon, point.lat, point.lon), point.point_id, point) for point in points),
            key=lambda item: item[:2],
        )
        return tuple((point, km) for km, _, point in found[:most])
    here = sorted(points, key=lambda point: point.point_id)
    for part in (address.postcode, address.city):
        same = [point for point in here if part and part.casefold() in point.address.casefold()]
        if same:
            return tuple((point, None) for point in same[:most])
    return ()


def map_link(lat: float, lon: float) -> str:
    """Return the address of a map with a marker at the place."""
    place = f"{lat:.5f}/{lon:.5f}"
    return f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=18/{place}"
