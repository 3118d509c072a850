"""Who gets what from every address: the one reviewed table of permissions.

A row is a route, a method and a target (what is asked for: `TARGETS` in matrix_city); a column is an
identity. Several routes or targets with the same answers share a row. `EARLY` is a GET that passes
the answers given before Django, a second time for whoever asked before.

in      sent to the log-in page              home, mine, out   sent to /, /my-cells/, /login/
case    sent to the page of a case           told              sent to /notices/
cmd     sent to /command/
desk    sent to /desk/                       board             sent to /desk/teams/
sent, state, rank   sent back to the desk, to the situation, to the list of conflicts
                                         over              sent back to the cell that was handed over
done    sent back to the page of a conflict
table   sent back to the table of the city
step    sent to another step of the import   import            sent to /import/
ok      200, and not one known name in it    none              200, and nothing in it at all
404 …   this status, and no known name       a word            200, and exactly the names that `ANSWERS`
                                                                lists under the row's `shows`
422=…   this status, and these names

Identities: ano(nymous), out(sider: signed in, appointed to nothing), dis(abled: was the member of cell a,
the session is still in the browser), then the thirteen roles: grid m(ember of cell a), grid l(eader of
community p), building leader (post a1), community officer (p), district commander (x), hotline operator,
dispatcher (city), guide (a team), mediator (p), handling unit (a team), visitor, planner, city admin (city). Uploads are the
city admin's own, those of the other one, and of a former one who is a grid member now.
"""

from dataclasses import dataclass
from itertools import product

from tests.case_matrix import CASE_ANSWERS, CASE_LEADS_INTO, CASE_TABLE
from tests.matrix_city import IDENTITIES, LINES, NAMES
from tests.matrix_command import COMMAND_ANSWERS, COMMAND_TABLE

TABLE = """
# route             method target        shows     | ano out dis | gm   gl   bl   co   dc   ho   di   gu   me   hu   vi   pl   ca
healthz             GET    -             -         | ok  ok  ok  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
healthz             POST   -             -         | 405 405 405 | 405  405  405  405  405  405  405  405  405  405  405  405  405

login               GET    -             -         | ok  home ok | home home home home home home home home home home home home home
login               POST   -             -         | ok  home ok | home home home home home home home home home home home home home
login               POST   right         -         | home home home | home home home home home home home home home home home home home
logout              GET    -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
logout              POST   -             -         | in  out in  | out  out  out  out  out  out  out  out  out  out  out  out  out
password            GET    -             -         | in  ok  in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
password            POST   -             -         | in  ok  in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
language            GET    -             -         | 405 405 405 | 405  405  405  405  405  405  405  405  405  405  405  405  405
language            POST   -             -         | 400 400 400 | 400  400  400  400  400  400  400  400  400  400  400  400  400
language            POST   english       -         | home home home | home home home home home home home home home home home home home
theme               GET    -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
theme               POST   -             -         | in  400 in  | 400  400  400  400  400  400  400  400  400  400  400  400  400
theme               POST   dark          -         | in  home in | home home home home home home home home home home home home home

home                GET    -             home      | in  ok  in  | mine comm mine comm cmd  desk desk board comm board city city cmd
home                GET    p             home-p    | in  ok  in  | mine comm mine comm cmd  desk desk board comm board city plan cmd
home                GET    r             home-r    | in  ok  in  | mine 404  mine 404  cmd  desk desk board 404  board city plan cmd
home                GET    search        found     | in  ok  in  | mine comm mine comm cmd  desk desk board comm board city city cmd
areas               GET    -             home      | in  ok  in  | ok   comm ok   comm sub  city city ok   comm ok   city city city
areas               GET    p             home-p    | in  ok  in  | ok   comm ok   comm sub  city city ok   comm ok   city plan city
areas               GET    r             home-r    | in  ok  in  | ok   404  ok   404  404  city city ok   404  ok   city plan city
areas               GET    search        found     | in  ok  in  | ok   comm ok   comm sub  city city ok   comm ok   city city city
my-cells            GET    -             my-cells  | in  ok  in  | cell ok   post ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
my-cells-ground     GET    any           paper     | in  404 in  | city 404  city 404  404  404  404  404  404  404  404  404  404
contacts            GET    -             contacts  | in  ok  in  | cell comm post comm sub  city city team comm team city ok   city
home                POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
my-cells            POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
my-cells-ground     POST   any           -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
areas               POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
contacts            POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405


conflicts           GET    -             conflicts | in  404 in  | one  one  404  one  sub  all  all  one  one  one  all  plan all
conflicts           GET    community-p   of-p      | in  404 in  | 404  one  404  one  sub  all  all  404  one  404  all  plan all
conflicts           GET    file          conf-file | in  404 in  | one  one  404  one  one  all  all  one  one  one  all  plan all
conflicts           POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
conflict            GET    a             conflict  | in  404 in  | page page 404  page page page page page page page page plan page
conflict            GET    d             far       | in  404 in  | 404  404  404  404  404  page page 404  404  404  page plan page
conflict            GET    unknown       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
conflict            POST   a             -         | in  404 in  | 405  405  404  405  405  405  405  405  405  405  405  405  405
conflict            POST   d             -         | in  404 in  | 404  404  404  404  404  405  405  404  404  404  405  405  405
conflict-act        GET    own-a         asked     | in  404 in  | 409=no 409=no 404 own own 409=no 409=no 409=no 409=no 409=no 409=no 409=no own
conflict-act        GET    unknown-a     -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
conflict-act        POST   measure-a     asked     | in  404 in  | 422=no 422=no 404 done done 422=no 422=no done 422=no done 422=no 422=no done
conflict-act        POST   confirm-d     far-asked | in  404 in  | 404  404  404  404  404  422=no 422=no 404  404  404  422=no 422=no done

desk                GET    all           desk      | in  404 in  | 404  404  404  comm sub  city city 404  404  404  city 404  city
desk                GET    case-a        case-a    | in  404 in  | 404  404  404  comm sub  city city 404  404  404  city 404  city
desk                GET    case-d        case-d    | in  404 in  | 404  404  404  comm sub  city city 404  404  404  city 404  city
desk                POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk                POST   send-a        case-a    | in  404 in  | 404  404  404  sent sent 422=city sent 404  404  404  422=city 404  sent
desk                POST   send-d        case-d    | in  404 in  | 404  404  404  404  404  422=city 422=city 404  404  404  422=city 404  422=city
desk                POST   again-b       again-b   | in  404 in  | 404  404  404  sent sent 422=city sent 404  404  404  422=city 404  sent
desk-cases          GET    any           desk      | in  404 in  | 404  404  404  comm sub  city city 404  404  404  city 404  city
desk-cases          POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-teams          GET    all           board     | in  404 in  | 404  404  404  404  404  404  404  team 404  team 404  404  404
desk-teams          POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-community      GET    all           desk      | in  404 in  | 404  comm 404  comm 404  404  404  404  404  404  404  404  404
desk-community      POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-pins           GET    -             -         | in  404 in  | 404  400  404  400  400  400  400  400  404  400  400  404  400
desk-pins           GET    everywhere    cases     | in  404 in  | 404  comm 404  comm sub  city city team 404  team city 404  city
desk-pins           POST   -             -         | in  404 in  | 404  405  404  405  405  405  405  405  404  405  405  404  405
desk-new            GET    -             -         | in  404 in  | 404  ok   404  ok   ok   ok   ok   404  404  404  404  404  ok
desk-new            POST   -             -         | in  404 in  | 404  422  404  422  422  422  422  404  404  404  404  404  422
desk-new            POST   find          found     | in  404 in  | 404  comm 404  comm sub  city city 404  404  404  404  404  city
desk-hand-over      GET    -             held      | in  404 in  | 404  comm 404  comm sub  404  404  404  404  404  404  404  city
desk-hand-over      GET    cell-d        held-d    | in  404 in  | 404  comm 404  comm sub  404  404  404  404  404  404  404  city
desk-hand-over      POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-hand-over      POST   cell-d        held-d    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  422=city
desk-hand-over      POST   given-d       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  over
desk-export         GET    -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-export         POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-export         GET    all           -         | in  404 in  | 404  404  404  ok   ok   ok   ok   404  404  404  ok   404  ok
desk-export         POST   csv           cases     | in  404 in  | 404  404  404  comm sub  city city 404  404  404  city 404  city
desk-rules          GET    -             areas     | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  city
desk-rules          POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
desk-rules          POST   add           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  table
desk-rules-limits   GET    -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  ok
desk-rules-limits   POST   add           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  table
desk-rules-calendar GET    -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  ok
desk-rules-calendar POST   day           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  table
desk-places         GET    find          found     | in  404 in  | 404  comm 404  comm sub  city city 404  404  404  404  404  city
desk-places         POST   -             -         | in  404 in  | 404  405  404  405  405  405  405  404  404  404  404  404  405
desk-near           GET    d             near      | in  404 in  | 404  ok   404  ok   ok   city city 404  404  404  404  404  city
desk-near           POST   -             -         | in  404 in  | 404  405  404  405  405  405  405  404  404  404  404  404  405

notices             GET    -             told      | in  ok  in  | cell comm post comm sub  city city team comm team city ok   city
notices             POST   -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
notices-read        GET    -             -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
notices-read        POST   -             -         | in  told in | told told told told told told told told told told told told told
notices-read        POST   of-admin      -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  case
notices-read        POST   of-member     -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404

map-identify        GET    -             -         | in  400 in  | 400  400  400  400  400  400  400  400  400  400  400  400  400
map-identify        GET    a1            here-a1   | in  404 in  | cell all  post all  all  all  all  404  all  404  all  plan all
map-identify        GET    d1            here-d1   | in  404 in  | 404  404  404  404  404  all  all  404  404  404  all  plan all
map-geojson         GET    areas         areas     | in  404 in  | none comm none comm sub  city city none comm none city city city
map-geojson         GET    cells         cells     | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-geojson         GET    buildings     buildings | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-geojson         GET    posts         posts     | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-geojson         GET    cells+posts   both      | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-geojson         GET    ground        -         | in  404 in  | none none none none none none none none none none none none none
map-geojson         GET    footprints    -         | in  404 in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
map-geojson         GET    LINES         -         | in  404 in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
map-geojson         GET    NAMES         NAMES     | in  404 in  | city city city city city city city city city city city city city
map-geojson         GET    unknown       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
map-tile            TILE   areas         areas     | in  404 in  | none comm none comm sub  city city none comm none city city city
map-tile            TILE   cells         cells     | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-tile            TILE   buildings     buildings | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-tile            TILE   posts         posts     | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-tile            TILE   cells+posts   both      | in  404 in  | cell comm post comm sub  city city none comm none city city city
map-tile            TILE   ground        -         | in  404 in  | none none none none none none none none none none none none none
map-tile            TILE   footprints    -         | in  404 in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
map-tile            TILE   LINES         -         | in  404 in  | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
map-tile            TILE   NAMES         NAMES     | in  404 in  | city city city city city city city city city city city city city
map-tile            TILE   unknown       -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404

import              GET    -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  ok
import              GET    unfinished    upload    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  own
import              POST   -             -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  422
import-stage        GET    own           upload    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  own
import-reading      GET    own           upload    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  own
import-check        POST   own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  step
import-progress     GET    own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  none
import-picture      GET    own           upload    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  own
import-rows         GET    own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  ok
import-faults       GET    own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  ok
import-confirm      GET    own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  step
import-reading      POST   own           upload    | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  422=own
import-confirm      POST   own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  step
import-discard      POST   own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  import
UPLOAD              BOTH   other         -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
UPLOAD              BOTH   former        -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  404
READ                POST   own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  405
CHANGED             GET    own           -         | in  404 in  | 404  404  404  404  404  404  404  404  404  404  404  404  405

api-reports         GET    -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-reports         POST   -             -         | 401 403 401 | 400  400  400  400  400  400  400  400  400  400  400  403  400
api-reports         POST   report        -         | 401 403 401 | 201  201  201  201  201  201  201  201  201  201  201  403  201
api-cases           GET    -             api-cases | 401 none 401 | a    ab   a    ab   abc  all  all  a    ab   a    all  none all
api-cases           POST   -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-case            GET    a             api-a     | 401 404 401 | a    a    a    a    a    a    a    a    a    a    a    404  a
api-case            GET    d             api-d     | 401 404 401 | 404  404  404  404  404  d    d    404  404  404  d    404  d
api-case            POST   a             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-moves           GET    a             -         | 401 404 401 | ok   ok   none ok   ok   none ok   ok   ok   ok   none 404  ok
api-moves           POST   a             -         | 401 404 401 | 400  400  400  400  400  400  400  400  400  400  400  404  400
api-moves           POST   accept        -         | 401 404 401 | 422  ok   422  ok   ok   422  ok   422  422  422  422  404  ok
api-moves           POST   merge-d       -         | 401 404 401 | 422  422  422  422  422  422  ok   422  422  422  422  404  ok
api-steps           GET    a             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-steps           POST   a             -         | 401 404 401 | 400  400  400  400  400  400  400  400  400  400  400  404  400
api-steps           POST   listen        -         | 401 404 401 | ok   422  422  422  422  422  422  ok   ok   ok   422  404  422
api-photos          GET    a             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-photos          POST   a             -         | 401 404 401 | 400  400  400  400  400  400  400  400  400  400  400  404  400
api-photo           GET    a             -         | 401 404 401 | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   404  ok
api-photo           POST   a             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-conflicts       GET    -             api-conf  | 401 none 401 | one  one  none one  one  all  all  one  one  one  all  all  all
api-conflicts       POST   -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
api-places          GET    -             -         | 401 400 401 | 400  400  400  400  400  400  400  400  400  400  400  400  400
api-places          GET    a1            at-a1     | 401 404 401 | all  all  all  all  all  all  all  404  all  404  all  all  all
api-places          GET    d1            at-d1     | 401 404 401 | 404  404  404  404  404  all  all  404  404  404  all  all  all
api-places          POST   -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405
LISTED              GET    -             -         | 401 ok  401 | ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok   ok
LISTED              POST   -             -         | 401 405 401 | 405  405  405  405  405  405  405  405  405  405  405  405  405

map-identify        POST   a1            -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
map-geojson         POST   cells         -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
map-tile            POST   cells         -         | in  405 in  | 405  405  405  405  405  405  405  405  405  405  405  405  405
"""

CITY_PEOPLE = """
    area-city area-p area-x cell-a cell-b cell-c cell-d post-a1 post-a2 post-b1 post-c1 post-d1
    leader-a1 leader-a2 leader-b1 leader-c1 leader-d1 tel-a1 tel-a2 tel-b1 tel-c1 tel-d1
    member-a member-b member-c member-d staff-leads staff-officer staff-mediator staff-commander
    staff-operator staff-dispatcher staff-visitor staff-planner staff-admin
"""
# Of the own community: also whom a member and a leader in it may call.
COMMUNITY_STAFF = "area-p staff-leads staff-officer staff-mediator"
COMMUNITY_PEOPLE = f"""
    {COMMUNITY_STAFF} cell-a cell-b post-a1 post-a2 post-b1
    leader-a1 leader-a2 leader-b1 tel-a1 tel-a2 tel-b1 member-a member-b
"""
TEAM_CASES = "case-a building-a1 area-p"
COMMUNITY_CASES = f"{TEAM_CASES} case-b building-b1"
DISTRICT_CASES = f"{COMMUNITY_CASES} case-c building-c1 area-x area-q"
CITY_CASES = f"{DISTRICT_CASES} case-d building-d1 area-city area-y area-r"
HERE_A1 = "area-city area-x area-p cell-a building-a1 post-a1"
HERE_D1 = "area-city area-y area-r cell-d building-d1 post-d1"

CASE_A = "case-a area-p cell-a building-a1"
CASE_B = "case-b area-p cell-b building-b1"
CASE_C = "case-c area-q cell-c building-c1"
CASE_D = "case-d area-r cell-d building-d1"

# `shows` of a row, then the word in a column. The own name is never counted: pages greet.
EVERY_AREA = "area-city area-x area-y area-p area-q area-r"
ANSWERS: dict[str, dict[str, str]] = {
    "areas": {
        "comm": "area-p",
        "sub": "area-x area-p area-q",
        "city": "area-city area-x area-y area-p area-q area-r",
    },
    "cells": {
        "post": "cell-a",
        "cell": "cell-a",
        "comm": "cell-a cell-b",
        "sub": "cell-a cell-b cell-c",
        "city": "cell-a cell-b cell-c cell-d",
    },
    "buildings": {
        "post": "building-a1",
        "cell": "building-a1 building-a2",
        "comm": "building-a1 building-a2 building-b1",
        "sub": "building-a1 building-a2 building-b1 building-c1",
        "city": "building-a1 building-a2 building-b1 building-c1 building-d1",
    },
    "posts": {
        "post": "post-a1",
        "cell": "post-a1 post-a2",
        "comm": "post-a1 post-a2 post-b1",
        "sub": "post-a1 post-a2 post-b1 post-c1",
        "city": "post-a1 post-a2 post-b1 post-c1 post-d1",
    },
    "both": {
        "post": "cell-a post-a1",
        "cell": "cell-a post-a1 post-a2",
        "comm": "cell-a cell-b post-a1 post-a2 post-b1",
        "sub": "cell-a cell-b cell-c post-a1 post-a2 post-b1 post-c1",
        "city": "cell-a cell-b cell-c cell-d post-a1 post-a2 post-b1 post-c1 post-d1",
    },
    # Paper is the same for everybody with an appointment.
    "streets": {"city": "street-1"},
    "landmarks": {"city": "landmark-1"},
    "community_names": {"city": "area-p area-q area-r"},
    "district_names": {"city": "area-x area-y"},
    "paper": {"city": "street-1 landmark-1"},
    # The two levels below the own area; at a community its cells and their members.
    "home": {
        "comm": "area-p cell-a cell-b member-a member-b",
        "sub": "area-x area-p area-q",
        "city": "area-city area-x area-p area-q area-y area-r",
    },
    "home-p": {
        "comm": "area-p cell-a cell-b member-a member-b",
        "sub": "area-x area-p cell-a cell-b member-a member-b",
        "city": "area-city area-x area-p cell-a cell-b member-a member-b",
        "plan": "area-city area-x area-p cell-a cell-b",
    },
    "home-r": {
        "city": "area-city area-y area-r cell-d member-d",
        "plan": "area-city area-y area-r cell-d",
    },
    "found": {
        "comm": "area-p building-a1 building-a2 building-b1",
        "sub": "area-p area-q building-a1 building-a2 building-b1 building-c1",
        "city": "area-p area-q area-r building-a1 building-a2 building-b1 building-c1 building-d1",
    },
    "my-cells": {
        "post": "area-p cell-a building-a1 post-a1 leader-a1 tel-a1 case-a",
        "cell": """area-p cell-a building-a1 building-a2 post-a1 post-a2
                   leader-a1 leader-a2 tel-a1 tel-a2 case-a""",
    },
    "contacts": {
        "post": f"cell-a post-a1 leader-a1 tel-a1 member-a {COMMUNITY_STAFF}",
        "cell": f"""cell-a post-a1 post-a2 leader-a1 leader-a2 tel-a1 tel-a2 member-a
                    {COMMUNITY_STAFF}""",
        "comm": COMMUNITY_PEOPLE,
        "sub": f"{COMMUNITY_PEOPLE} area-x cell-c post-c1 leader-c1 tel-c1 member-c staff-commander",
        "city": CITY_PEOPLE,
        "team": "staff-guide staff-unit",
    },
    "here-a1": {
        "post": f"{HERE_A1} leader-a1 tel-a1 member-a",
        "cell": f"{HERE_A1} leader-a1 tel-a1 post-a2 leader-a2 tel-a2 member-a",
        "all": f"{HERE_A1} leader-a1 tel-a1 post-a2 leader-a2 tel-a2 member-a",
        "plan": f"{HERE_A1} post-a2",
    },
    "cases": {
        "team": "case-a",
        "comm": "case-a case-b",
        "sub": "case-a case-b case-c",
        "city": "case-a case-b case-c case-d",
    },
    # The areas of the filters, the cases with their buildings; an opened one tells who answers.
    # With what its team has to do about a conflict.
    "board": {"team": f"{TEAM_CASES} conflict-a task-a"},
    "desk": {
        "comm": COMMUNITY_CASES,
        "sub": DISTRICT_CASES,
        "city": CITY_CASES,
    },
    "case-a": {
        "comm": f"{COMMUNITY_CASES} member-a",
        "sub": f"{DISTRICT_CASES} member-a",
        "city": f"{CITY_CASES} member-a",
    },
    "case-d": {"comm": COMMUNITY_CASES, "sub": DISTRICT_CASES, "city": f"{CITY_CASES} member-d"},
    "again-b": {"city": f"{CITY_CASES} member-b"},
    "near": {"city": "case-d"},
    "held": {
        "comm": "area-p member-a member-b",
        "sub": "area-p area-q member-a member-b member-c",
        "city": "area-p area-q area-r member-a member-b member-c member-d",
    },
    "held-d": {
        "comm": "area-p member-a member-b",
        "sub": "area-p area-q member-a member-b member-c",
        "city": "area-p area-q area-r member-a member-b member-c member-d case-d building-d1",
    },
    "upload": {"own": "upload-city"},
    # A case with its places; the story tells who registered it.
    "api-cases": {
        "a": CASE_A,
        "ab": f"{CASE_A} {CASE_B}",
        "abc": f"{CASE_A} {CASE_B} {CASE_C}",
        "all": f"{CASE_A} {CASE_B} {CASE_C} {CASE_D}",
    },
    "api-a": {"a": f"{CASE_A} staff-dispatcher"},
    "api-d": {"d": f"{CASE_D} staff-dispatcher"},
    "at-a1": {"all": "cell-a area-p building-a1 post-a1"},
    "at-d1": {"all": "cell-d area-r building-d1 post-d1"},
    "here-d1": {"all": f"{HERE_D1} leader-d1 tel-d1 member-d", "plan": HERE_D1},
    "api-conf": {"one": "conflict-a area-p", "all": "conflict-a conflict-d area-p area-r"},
    "conflicts": {
        "one": "conflict-a area-p staff-officer",
        "sub": "conflict-a area-p area-q area-x staff-officer",
        "plan": f"conflict-a conflict-d {EVERY_AREA}",
        "all": f"conflict-a conflict-d {EVERY_AREA} staff-officer",
    },
    "of-p": {
        "one": "conflict-a area-p staff-officer",
        "sub": "conflict-a area-p area-q area-x staff-officer",
        "plan": f"conflict-a {EVERY_AREA}",
        "all": f"conflict-a {EVERY_AREA} staff-officer",
    },
    # Of a conflict a planner sees what it is, and neither cases nor persons.
    "conflict": {
        "page": "conflict-a area-p plan-a task-a case-a building-a1 cell-a member-a staff-officer staff-commander",
        "plan": "conflict-a area-p plan-a task-a",
    },
    "far": {
        "page": "conflict-d area-r case-d building-d1 cell-d member-d",
        "plan": "conflict-d area-r",
    },
    "asked": {
        "no": "conflict-a",
        # Those among whom an owner is chosen.
        "own": "conflict-a area-city area-p area-x cell-a member-a staff-admin staff-commander staff-guide "
        "staff-leads staff-officer",
    },
    "far-asked": {"no": "conflict-d"},
    **CASE_ANSWERS,
    **COMMAND_ANSWERS,
}

# Pages that are offered to these only; to everybody else no link leads there.
AT_A_DESK = {
    "hotline_operator",
    "dispatcher",
    "visitor",
    "district_commander",
    "community_officer",
    "city_admin",
}
WITH_AREAS = AT_A_DESK | {"grid_leader", "mediator", "planner"}
WITH_CASES = set(IDENTITIES) - {"anonymous", "outsider", "disabled", "planner"}
OFFERED = {
    "my-cells": {"grid_member", "building_leader"},
    "command": WITH_AREAS,
    "desk": AT_A_DESK,
    "desk/cases": AT_A_DESK,
    "desk/teams": {"guide", "handling_unit"},
    "desk/community": {"community_officer", "grid_leader"},
    "desk/hand-over": {"grid_leader", "community_officer", "district_commander", "city_admin"},
    "desk/rules": {"city_admin"},
    "desk/new": AT_A_DESK - {"visitor"} | {"grid_leader"},
    "cases": WITH_CASES,
    "briefing": WITH_CASES - {"grid_member", "building_leader", "guide", "handling_unit"},
    "conflicts": set(IDENTITIES) - {"anonymous", "outsider", "disabled", "building_leader"},
    "report": WITH_CASES,
    "import": {"city_admin"},
}

LEADS = {
    "cmd": "/command/",
    "home": "/",
    "mine": "/my-cells/",
    "out": "/login/",
    "import": "/import/",
    "told": "/notices/",
    "desk": "/desk/",
    "board": "/desk/teams/",
}
LEADS_INTO = {
    "in": "/login/?next=",
    "step": "/import/",
    "case": "/cases/",
    "done": "/conflicts/JYG-R",
    "sent": "/desk/?",
    "state": "/command/?",
    "rank": "/conflicts/?",
    "over": "/desk/hand-over/?",
    "table": "/desk/rules/",
    **CASE_LEADS_INTO,
}

READ = ("import-stage", "import-progress", "import-picture", "import-rows", "import-faults")
CHANGED = ("import-check", "import-discard")
GROUPS = {
    "LISTED": ("api-lookups", "api-schema"),
    "LINES": LINES,
    "NAMES": NAMES,
    "READ": READ,
    "CHANGED": CHANGED,
    "UPLOAD": (*READ, *CHANGED, "import-reading", "import-confirm"),
    "BOTH": ("GET", "POST"),
    "TILE": ("GET", "EARLY"),
}


@dataclass(frozen=True)
class Row:
    """One request and what each identity gets."""

    route: str
    method: str
    target: str
    shows: str
    answers: dict[str, str]

    @property
    def is_of_case_file(self) -> bool:
        """Asked in the city of `case_matrix`."""
        return self.route.split("-")[0] in {"case", "cases", "report"}

    def __str__(self) -> str:
        return f"{self.method} {self.route} {self.target}"


def rows() -> list[Row]:
    """The table, its groups unfolded."""
    table = TABLE + COMMAND_TABLE + CASE_TABLE
    lines = (line for line in table.splitlines() if line and not line.startswith("#"))
    return [row for line in lines for row in _unfolded(line)]


def _unfolded(line: str) -> list[Row]:
    routes, methods, targets, shows, *answers = line.replace("|", " ").split()
    by_identity = dict(zip(IDENTITIES, answers, strict=True))
    every = (GROUPS.get(word, (word,)) for word in (routes, methods, targets))
    return [
        Row(route, method, target, target if shows in GROUPS else shows, by_identity)
        for route, method, target in product(*every)
    ]
