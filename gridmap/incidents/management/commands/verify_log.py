import json
import re
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gridmap.accounts.owner import as_owner
from gridmap.incidents.log import Note, Verdict, head, verify

NOTE = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
STAGES = {
    "chain": gettext_noop("链环"),
    "entries": gettext_noop("日志条目"),
    "rows": gettext_noop("数据表"),
}
TELL_EVERY_S = 2.0


class Command(BaseCommand):
    help = "Compute the chain of the log anew and compare every row with it. Exit code 1 on faults."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--head",
            action="store_true",
            help="print position and hash of the last link, to be noted elsewhere, and look at nothing",
        )
        parser.add_argument(
            "--since-head",
            type=note_from,
            metavar="POSITION:HASH",
            help="a head noted before: tells also a log that was cut off at its end or written anew",
        )

    def handle(self, *, head: bool, since_head: Note | None, **options: Any) -> None:
        as_owner()
        if head:
            self._print_head()
            return
        verdict = verify(since_head, self._progress())
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_dict(verdict), ensure_ascii=False, indent=1))
        else:
            self._say(verdict)
        if not verdict.ok:
            sys.exit(1)

    def _print_head(self) -> None:
        note = head()
        if note is None:
            raise CommandError(_("日志没有链尾。先运行 verify_log，看缺了什么。"), returncode=1)
        self.stdout.write(str(note))

    def _progress(self) -> Any:
        """Tells on the error stream how far it is, at most every two seconds."""
        told_at = time.monotonic()

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_EVERY_S:
                told_at = time.monotonic()
                self.stderr.write(f"{_(STAGES[stage])} {done:,}/{total:,}")

        return tell

    def _say(self, verdict: Verdict) -> None:
        self.stdout.write(
            _("核对了 %(seals)s 个链环、%(entries)s 条日志、%(tables)s 张表的 %(rows)s 行。")
            % {
                name: f"{getattr(verdict, name):,}"
                for name in ("seals", "entries", "tables", "rows")
            }
        )
        for taken in verdict.taken:
            self.stdout.write(
                _("日志第 %(entry)s 条：升级时按原样接管 %(table)s 的 %(count)s 行。") % vars(taken)
            )
        for fault in verdict.faults:
            self.stdout.write(str(fault))
        if verdict.more:
            self.stdout.write(_("另有 %(count)s 处没有列出。") % {"count": f"{verdict.more:,}"})
        if verdict.ok:
            self.stdout.write(_("没有发现问题。链尾：%(head)s") % {"head": verdict.head})


def note_from(text: str) -> Note:
    found = NOTE.fullmatch(text.strip())
    if found is None:
        raise ArgumentTypeError(_("要写成“位置:散列”，像 verify_log --head 打印的那样"))
    return Note(int(found[1]), found[2])


def as_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "ok": verdict.ok,
        "seals": verdict.seals,
        "entries": verdict.entries,
        "tables": verdict.tables,
        "rows": verdict.rows,
        "head": str(verdict.head) if verdict.head else None,
        "taken_over": [vars(taken) for taken in verdict.taken],
        "faults": [fault.as_dict() for fault in verdict.faults],
        "faults_not_listed": verdict.more,
    }
