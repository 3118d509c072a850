from layers.caches import LeastRecent


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    cache: LeastRecent[str, bytes] = LeastRecent(10, len)
    cache.put("a", b"1234")
    cache.put("b", b"1234")
    assert cache.get("a") == b"1234"
    cache.put("c", b"1234")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"1234", None, b"1234")
    assert cache.weight == 8


def test_a_new_value_takes_the_place_and_the_weight_of_the_old() -> None:
    cache: LeastRecent[str, bytes] = LeastRecent(10, len)
    cache.put("a", b"1234")
    cache.put("a", b"12")
    assert (cache.get("a"), cache.weight) == (b"12", 2)


def test_a_value_too_heavy_is_not_kept() -> None:
    cache: LeastRecent[str, bytes] = LeastRecent(3, len)
    cache.put("a", b"12")
    cache.put("b", b"1234")
    assert (cache.get("a"), cache.get("b"), cache.weight) == (None, None, 0)


def test_an_empty_value_is_a_value() -> None:
    cache: LeastRecent[str, bytes] = LeastRecent(3, len)
    cache.put("a", b"")
    assert cache.get("a") == b""
