"""Who gets what from the pages of the case file: a part of the table in `matrix`, in a city of its own.

Each cell has a case, named after it; the operator took them all down, the team leads them all, and that in cell
b is in hand. Words as in `matrix`; besides

act     sent to the page of a case           kept              sent to the receipt of a report
"""

CASE_TABLE = """
cases               GET    -             listed    | in  ok  in  | cell comm cell comm sub  city city city comm city city ok   city
cases               POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
case                GET    a             page-a    | in  404 in  | all  all  all  all  all  all  all  all  all  all  all  404  all
case                GET    d             page-d    | in  404 in  | 404  404  404  404  404  all  all  team 404  team all  404  all
case                GET    unknown       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
case                POST   a             -         | in  404 in  | 405  405  405  405  405  405  405  405  405  405  405  404  405
case-around         GET    a             around-a  | in  404 in  | all  all  all  all  all  all  all  all  all  all  all  404  all
case-around         GET    d             around-d  | in  404 in  | 404  404  404  404  404  city city team 404  team city 404  city
case-around         POST   a             -         | in  404 in  | 405  405  405  405  405  405  405  405  405  405  405  404  405
case-parties        GET    a             -         | in  404 in  | 405  405  405  405  405  405  405  405  405  405  405  404  405
case-parties        POST   a             -         | in  404 in  | act  act  409  act  act  act  act  act  act  act  act  404  act
case-act            GET    accept-a      acting    | in  404 in  | 409  a    409  a    a    409  a    409  409  409  409  404  a
case-act            POST   accept-a      -         | in  404 in  | 409  act  409  act  act  409  act  409  409  409  409  404  act
case-act            GET    handle-b      -         | in  404 in  | 404  409  404  409  409  409  409  409  409  409  409  404  409
case-act            POST   step-b        -         | in  404 in  | 404  409  404  409  409  409  409  act  act  act  409  404  409
case-act            POST   extension-b   -         | in  404 in  | 404  409  404  409  409  409  409  act  act  act  409  404  409
case-act            POST   separate-a    -         | in  404 in  | 409  act  409  act  act  409  act  409  409  409  409  404  act
case-act            GET    photo-a       acting    | in  404 in  | a    a    409  a    a    a    a    a    a    a    a    404  a
case-act            POST   photo-a       -         | in  404 in  | act  act  409  act  act  act  act  act  act  act  act  404  act
case-photo          GET    a             -         | in  404 in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   404  ok
case-photo          GET    d             -         | in  404 in  | 404  404  404  404  404  ok   ok   ok   404  ok   ok   404  ok
case-photo          POST   a             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
report              GET    -             report    | in  404 in  | comm comm comm comm comm comm comm ok   comm ok   comm 404  comm
report              POST   -             report    | in  404 in  | 422=comm 422=comm 422=comm 422=comm 422=comm 422=comm 422=comm 422 422=comm 422 422=comm 404 422=comm
report              POST   a             -         | in  404 in  | kept kept kept kept kept kept kept kept kept kept kept 404  kept
report              POST   joins-d       report    | in  404 in  | 422=comm 422=comm 422=comm 422=comm 422=comm kept kept kept 422=comm kept kept 404 kept
report-around       GET    a1            near-a    | in  404 in  | cell more post more more more more team more team more 404  more
report-around       GET    d1            near-d    | in  404 in  | not  not  not  not  sub  city city team not  team city 404  city
report-around       GET    -             -         | in  404 in  | 400  400  400  400  400  400  400  400  400  400  400  404  400
report-around       POST   a1            -         | in  404 in  | 405  405  405  405  405  405  405  405  405  405  405  404  405
report-receipt      GET    a             receipt   | in  404 in  | 404  404  404  404  404  own  404  404  404  404  404  404  404
report-receipt      GET    far           received  | in  404 in  | own  404  404  404  404  404  404  404  404  404  404  404  404
report-receipt      POST   a             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
report-withdraw     GET    a             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
report-withdraw     POST   a             -         | in  404 in  | 404  404  404  404  404  home 404  404  404  404  404  404  404
"""
CASE_STAFF = "staff-operator staff-guide staff-unit"
CASE_ANSWERS: dict[str, dict[str, str]] = {
    "listed": {
        "cell": "case-a building-a1",
        "comm": "case-a case-b building-a1 building-b1",
        "sub": "case-a case-b case-c building-a1 building-b1 building-c1",
        "city": "case-a case-b case-c case-d building-a1 building-b1 building-c1 building-d1",
    },
    # The parties are masked for everybody.
    "page-a": {"all": f"case-a words-a building-a1 area-p member-a {CASE_STAFF}"},
    "page-d": {
        "team": f"case-d words-d building-d1 area-r member-d {CASE_STAFF}",
        "all": f"case-d words-d building-d1 area-r member-d {CASE_STAFF} conflict-d",
    },
    # Names of communities, streets and landmarks are paper.
    "around-a": {"all": "case-a building-a1 area-p cell-a landmark-1 street-1"},
    "around-d": {
        "city": "case-d building-d1 area-q area-r cell-c cell-d street-1",
        "team": "case-d building-d1 area-q area-r cell-d street-1",
    },
    "near-a": {
        "post": "case-a building-a1 area-p cell-a landmark-1 street-1",
        "cell": "case-a building-a1 building-a2 area-p cell-a landmark-1 street-1",
        "more": "case-a building-a1 building-a2 area-p cell-a cell-b landmark-1 street-1",
        "team": "case-a building-a1 area-p landmark-1 street-1",
    },
    "near-d": {
        "not": "area-q area-r street-1",
        "sub": "area-q area-r cell-c street-1",
        "city": "case-d building-d1 area-q area-r cell-c cell-d street-1",
        "team": "case-d building-d1 area-q area-r street-1",
    },
    "acting": {"a": "case-a"},
    "report": {"comm": "area-p"},
    # Who told of something beyond the own cell does not learn what it belongs to.
    "received": {"own": "area-r member-d staff-guide staff-unit"},
    "receipt": {"own": "area-p member-a staff-guide staff-unit"},
}
CASE_LEADS_INTO = {"act": "/cases/JYG-", "kept": "/report/"}
