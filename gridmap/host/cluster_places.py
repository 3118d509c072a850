"""Where a cluster and its socket can lie."""

import hashlib
import os
import pwd
import shutil
import tempfile
from pathlib import Path

from gridmap.host.project import Stop
from gridmap.host.steps import say

# sockaddr_un holds 108 bytes with the closing zero; the server adds this name and a lock's ending.
SOCKET_NAME = "/.s.PGSQL.5432.lock"
SOCKET_LIMIT = 107
ELSEWHERE = Path("/var/lib/gridmap")


def short_name(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def choose_socket_folder(home: Path) -> Path:
    inside = home / "socket"
    if len(os.fsencode(inside)) + len(SOCKET_NAME) <= SOCKET_LIMIT:
        return inside
    return Path(tempfile.gettempdir()) / f"gridmap-{short_name(home)}"


def choose_home(var: Path, user: str | None) -> Path:
    """`var/postgres`, or a folder that the server's account can reach."""
    closed = first_closed_parent(var / "postgres", user)
    if closed is None:
        return var / "postgres"
    home = ELSEWHERE / short_name(var)
    if not home.exists():
        say("database", f"the account {user} may not enter {closed}: the cluster lies in {home}")
    ELSEWHERE.mkdir(parents=True, exist_ok=True)
    return home


def first_closed_parent(folder: Path, user: str | None) -> Path | None:
    """The first folder on the way that `user` may not pass; None where the way is free."""
    if user is None:
        return None
    account = pwd.getpwnam(user)
    for parent in reversed(folder.parents):
        if not parent.exists():
            break
        state = parent.stat()
        if state.st_uid == account.pw_uid:
            may_pass = state.st_mode & 0o100
        elif state.st_gid == account.pw_gid:
            may_pass = state.st_mode & 0o010
        else:
            may_pass = state.st_mode & 0o001
        if not may_pass:
            return parent
    return None


def own_folder(folder: Path, user: str | None) -> None:
    """A folder that only the server's account can enter."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if os.geteuid() == 0 and user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    if folder.stat().st_uid != wanted:
        owner = pwd.getpwuid(folder.stat().st_uid).pw_name
        raise Stop(f"{folder} belongs to {owner}: run this command as {owner}, or remove it")
    folder.chmod(0o700)
