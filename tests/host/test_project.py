import pytest

from gridmap.host.project import ROOT, Project, Stop, current_project, read_surroundings


def test_nothing_set_means_development_on_this_machine_alone() -> None:
    here = read_surroundings({})
    assert (here.kind, here.address) == ("development", "http://127.0.0.1:8000/")


@pytest.mark.parametrize("port", ["0", "65536", "80a", "-1", "８０００年"])
def test_an_impossible_port_is_refused_with_its_value(port: str) -> None:
    with pytest.raises(Stop, match="PORT="):
        read_surroundings({"PORT": port})


def test_an_unknown_kind_of_surroundings_is_refused() -> None:
    with pytest.raises(Stop, match="development, production, test"):
        read_surroundings({"GRIDMAP_ENV": "staging"})


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "http://localhost:8000/"), ("::1", "http://[::1]:8000/")],
)
def test_the_address_can_be_typed_into_a_browser(host: str, address: str) -> None:
    assert read_surroundings({"HOST": host}).address == address


def test_what_is_made_lies_in_var_unless_told_otherwise() -> None:
    assert current_project({}) == Project(ROOT, ROOT / "var")
    assert str(current_project({"GRIDMAP_VAR": "/srv/city"}).var) == "/srv/city"


def test_tests_keep_their_things_apart() -> None:
    project = current_project({})
    assert project.for_tests().var == project.var / "test"
    assert project.for_tests().python == project.python
