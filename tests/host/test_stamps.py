from pathlib import Path

from gridmap.host.stamps import digest_of, is_stamped, write_stamp, write_whole


def test_a_digest_follows_names_contents_and_facts(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    first = digest_of([one, two], "x")
    assert digest_of([two, one], "x") == first
    assert digest_of([one, two], "y") != first
    assert digest_of([one], "x") != first
    two.write_text("c")
    assert digest_of([one, two], "x") != first


def test_no_files_and_no_facts_have_a_digest_too() -> None:
    assert len(digest_of([])) == 64


def test_a_stamp_holds_until_its_inputs_change(tmp_path: Path) -> None:
    stamp = tmp_path / "deep" / "a.stamp"
    assert not is_stamped(stamp, "1")
    write_stamp(stamp, "1")
    assert is_stamped(stamp, "1")
    assert not is_stamped(stamp, "2")


def test_a_secret_is_written_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    write_whole(file, b"first", mode=0o600)
    write_whole(file, b"second", mode=0o600)
    assert file.read_bytes() == b"second"
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
