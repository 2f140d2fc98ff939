"""The preparation from end to end: find files, look, choose, cut, and tell what became of every one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from core.errors import AnimirrorError, quoted
from training.prepare.choosing import Chosen, Filters, Rejection, Why, choose
from training.prepare.cutting import Cut, Cutter, Order
from training.prepare.looking import Looker, Way
from training.prepare.outputs import Outputs, file_names
from training.prepare.records import Journal, Look, told
from training.prepare.sheets import draw_sheet, kept_sections, rejected_sections
from training.prepare.work import each

#: Unreadable files that are named one by one; the manifest has all of them.
_NAMED = 10


class PrepareError(AnimirrorError):
    """Pictures that cannot be prepared, or that all fell through."""


@dataclass(frozen=True)
class Wishes:
    """What to prepare and how.

    sources: folders, searched with all below them, or single files.
    test_share: share of the kept pictures, 0 to 1, that are held out; seed: draws them and the backdrops.
    jobs: processes; 0 takes every core.
    replace: take back the pictures of an earlier preparation that come from other sources than these.
    """

    sources: Sequence[Path]
    out: Path
    way: Way
    filters: Filters = field(default_factory=Filters)
    cut: Cut = field(default_factory=Cut)
    test_share: float = 0.05
    seed: int = 0
    jobs: int = 0
    replace: bool = False


@dataclass(frozen=True)
class Summary:
    """Counts: files found, candidates in them, training and test pictures chosen, rejections by kind."""

    files: int
    candidates: int
    train: int
    test: int
    rejected: Counter[Why]

    def __str__(self) -> str:
        """Tell it in a few lines."""
        lines = [f"{self.files} files, {self.train} training and {self.test} test pictures."]
        lines += [f"  {count:5d}  {why.value}" for why, count in self.rejected.most_common()]
        return "\n".join(lines)


def prepare(wishes: Wishes, tell: Callable[[str], None] = print) -> Summary:
    """Prepare pictures; a preparation that is in the folder goes on, and other filters apply to what it looked at.

    Raises:
        PrepareError: a source is missing, there are no files, none is kept, or pictures of other sources are in the
            folder and are not to be replaced.
        OutputError: the folder cannot be written, or holds files that this command did not make.
        WeightsError: a network's weights cannot be fetched.
    """
    outputs = Outputs(wishes.out, wishes.way.domain)
    paths = _files(wishes.sources, wishes.out)
    if not wishes.replace:
        # Looking may take hours; whether its outcome is welcome is asked before.
        _refuse_to_replace(outputs, wishes)
    looks = _look(paths, wishes, outputs, tell)
    rows = choose(looks, wishes.filters, wishes.test_share, wishes.seed)
    rows, files = _cut(rows, wishes, outputs, tell)
    outputs.write_manifest(rows, files)
    # In one folder after the other; a picture that is in neither was rejected.
    train = [path for row in rows if not row.test for path in files.get((row.look.source, row.number), ())]
    test = [path for row in rows if row.test for path in files.get((row.look.source, row.number), ())]
    draw_sheet(outputs.rejected_sheet, rejected_sections(rows))
    draw_sheet(outputs.kept_sheet, kept_sections(train, test))
    summary = Summary(
        files=len(paths),
        candidates=sum(row.candidate is not None for row in rows),
        train=len(train),
        test=len(test),
        rejected=Counter(row.rejection.why for row in rows if row.rejection),
    )
    _tell_unreadable(rows, tell)
    if not train:
        raise PrepareError(
            f"None of the {len(paths)} files is kept; {quoted(outputs.manifest)} has the reason for each.\n{summary}"
        )
    return summary


def _files(sources: Sequence[Path], out: Path) -> list[Path]:
    found: dict[Path, None] = {}
    own = out.resolve()
    for source in sources:
        if not source.exists():
            raise PrepareError(f"There is no file or folder {quoted(source)}; check its name.")
        if own == source.resolve() or own in source.resolve().parents:
            raise PrepareError(f"{quoted(source)} lies in the folder that is written to; choose another --out.")
        below = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in below:
            hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
            if path.is_file() and not hidden and own not in path.resolve().parents:
                found[path] = None
    if not found:
        raise PrepareError(
            f"There are no files in {', '.join(quoted(source) for source in sources)}; name a folder with pictures."
        )
    return list(found)


def _refuse_to_replace(outputs: Outputs, wishes: Wishes) -> None:
    foreign = outputs.from_elsewhere(wishes.sources)
    if foreign:
        raise PrepareError(
            f"{quoted(wishes.out)} holds {len(foreign)} pictures that were made from other files, such as "
            f"{quoted(foreign[0])}, and this run would delete them. Name all folders in one command to have a set of "
            "all of them, choose another --out, or add --replace to take those pictures back."
        )


def _look(paths: list[Path], wishes: Wishes, outputs: Outputs, tell: Callable[[str], None]) -> list[Look]:
    journal = Journal(outputs.journal, wishes.way.words)
    new = [path for path in paths if journal.known(path) is None]
    if len(new) < len(paths):
        tell(f"{len(paths) - len(new)} of {len(paths)} files were looked at before; going on from there.")
    if new:
        with journal.adding() as adding:
            for look in each(Looker, (wishes.way,), new, "looking", wishes.jobs):
                adding.add(look)
    return [journal.looks[told(path)] for path in paths]


def _cut(
    rows: list[Chosen], wishes: Wishes, outputs: Outputs, tell: Callable[[str], None]
) -> tuple[list[Chosen], dict[tuple[str, int], list[Path]]]:
    """Write the kept candidates' pictures; a source that cannot be read any more turns into a rejection."""
    names = file_names(rows, wishes.cut.variants, wishes.cut.suffix)
    files: dict[tuple[str, int], list[Path]] = {}
    made_from: dict[Path, str] = {}
    orders = []
    for row in rows:
        key = row.look.source, row.number
        if row.rejection is None and row.candidate is not None:
            files[key] = [(outputs.test if row.test else outputs.train) / name for name in names[key]]
            made_from |= dict.fromkeys(files[key], row.look.source)
            orders.append(Order(row.look.path, row.number, row.candidate, tuple(files[key])))
    outputs.adopt(made_from, asdict(wishes.cut), tell)
    lost: dict[tuple[str, int], str] = {}
    if orders:
        for delivery in each(Cutter, (wishes.cut,), orders, "cutting", wishes.jobs):
            if delivery.problem is not None:
                lost[told(delivery.order.source), delivery.order.number] = delivery.problem
    for key in lost:
        del files[key]
    rows = [
        row._replace(rejection=Rejection(Why.UNREADABLE, lost[key]), test=False, person=None)
        if (key := (row.look.source, row.number)) in lost
        else row
        for row in rows
    ]
    return rows, files


def _tell_unreadable(rows: Sequence[Chosen], tell: Callable[[str], None]) -> None:
    broken = [row.rejection.reason for row in rows if row.rejection and row.rejection.why is Why.UNREADABLE]
    if broken:
        tell(f"{len(broken)} files could not be read and were skipped:")
        for reason in broken[:_NAMED]:
            tell(f"  {reason}")
        if len(broken) > _NAMED:
            tell(f"  and {len(broken) - _NAMED} more; the manifest names them.")
