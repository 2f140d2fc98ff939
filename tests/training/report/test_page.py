"""The page as a whole: complete, self-contained, honest about what is missing."""

import dataclasses
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from core.saving import save_picture
from training.__main__ import main
from training.evaluate import Direction, Evaluation
from training.metrics.attention import Attention
from training.metrics.fidelity import Distances
from training.report.page import build_page
from training.report.runs import ReportError, read_runs

from .conftest import MakeRun, grid


class Outline(HTMLParser):
    """Notes tags, addresses and text; complains about tags that do not match."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.addresses: list[str] = []
        self.alts: list[str | None] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if values.get("id"):
            self.ids.add(str(values["id"]))
        self.addresses += [str(values[name]) for name in ("src", "href", "xlink:href") if values.get(name)]
        if tag == "img":
            self.alts.append(values.get("alt"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    found.close()
    assert found.open == []
    return found


def test_the_page_needs_nothing_else(make_run: MakeRun, tmp_path: Path) -> None:
    runs = [make_run("without", cam=0.0), make_run("with", cam=1000.0)]
    assert main(["report", *map(str, runs), "--out", str(tmp_path / "page.html")]) == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    found = outline(page)
    assert found.alts
    assert all(found.alts)
    for address in found.addresses:
        assert address.startswith("data:image/webp;base64,") or address[1:] in found.ids
    assert "http" not in page.replace('http-equiv"', "")
    assert "<script" not in page
    assert "@import" not in page
    assert str(tmp_path) not in page


def test_every_figure_of_the_report_is_there(make_run: MakeRun) -> None:
    page = build_page(read_runs([make_run("without", cam=0.0), make_run("with", cam=1000.0)]))
    found = outline(page)
    assert found.ids >= {"runs", "findings", "pictures", "cam", "attention", "losses", "metrics", "portraits"}
    expected = (
        "without: A2B",
        "with: B2A",
        "CAM 0 (without)",
        "CAM 1000 (with)",
        "step 10",
        "step 40",
        "loss of the generators",
        "loss of the discriminators",
        "KID of the stop rule",
        "The discriminators' loss keeps jumping about.",
    )
    assert [words for words in expected if words not in found.text] == []
    # Both runs at both equal steps, each with drawings and attention, both ways.
    assert sum(bool(re.fullmatch(r"(A2B|B2A), with(out)?, step \d+: .*", alt or "")) for alt in found.alts) == 16


def test_the_findings_are_measured(make_run: MakeRun) -> None:
    page = outline(build_page(read_runs([make_run("run", grids={10: 3.0, 40: 0.02})]))).text
    assert re.search(r"run: fell, from \d[\d.]* to 2\.\d+ over 40 steps", page)
    moved = re.search(r"run, A2B: (\d+)% of attention inside the face at step 10, (\d+)% at step 40", page)
    assert moved is not None
    assert int(moved[1]) < 45 < 90 < int(moved[2])


def test_a_run_that_did_not_get_far_says_so(make_run: MakeRun) -> None:
    text = outline(build_page(read_runs([make_run("short")]))).text
    assert "Short of that: short (step 40)" in text
    assert "neither confirms nor refutes" in text
    long = make_run("long")
    with (long / "stats.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"step": 25_000, "seconds": 9.0, "g": 1.0, "d": 1.0}) + "\n")
    assert "neither confirms nor refutes" not in outline(build_page(read_runs([long]))).text


def test_one_run_alone_says_what_the_comparison_needs(make_run: MakeRun) -> None:
    text = outline(build_page(read_runs([make_run("run")]))).text
    assert "needs a run with CAM 0 and one with CAM 1000" in text
    assert "No checkpoint was evaluated" in text
    assert "--portraits" in text


def test_a_pair_that_differs_in_more_than_cam_says_in_what(make_run: MakeRun) -> None:
    runs = [make_run("without", cam=0.0, seed=1), make_run("with", cam=1000.0)]
    assert "differ in more than CAM (seed)" in outline(build_page(read_runs(runs))).text


def test_training_pictures_are_not_called_held_out(make_run: MakeRun) -> None:
    run = make_run("run", data={"a": "photos", "b": "anime"})
    assert "these were also trained on" in outline(build_page(read_runs([run]))).text
    shown = make_run("other")
    assert "these were also trained on" not in outline(build_page(read_runs([shown]))).text


def test_evaluations_stand_with_their_conditions(make_run: MakeRun) -> None:
    run = make_run("run")
    near = Distances(0.0271, 0.002, 88.8, "some tool 1.0", "some network", 10, 20, 30, 40)
    way = Direction(near, 0.21, Attention(0.61, 0.31))
    one = Evaluation("x", 20, way, way, near, 0.44, 0.5, 0.05, 77.0, "a device", 64)
    lines = [json.dumps(dataclasses.asdict(dataclasses.replace(one, step=step))) for step in (20, 40)]
    (run / "metrics.jsonl").write_text("\n".join([*lines, '{"of": "another version"}', '{"cut o']), encoding="utf-8")
    text = outline(build_page(read_runs([run]))).text
    expected = (
        "2.71 \N{PLUS-MINUS SIGN} 0.20",
        "88.8",
        "0.210",
        "61%",
        "some tool 1.0; some network; 10 subsets of 20; 30 real and 40",
        "cosine of photo and drawing 0.440, of strangers 0.050",
        "77 ms (a device)",
        "KID of B2A drawings",
    )
    assert [words for words in expected if words not in text] == []


def test_evaluations_of_other_conditions_share_neither_curve_nor_table(make_run: MakeRun) -> None:
    run = make_run("run")
    near = Distances(0.0271, 0.002, 88.8, "some tool 1.0", "some network", 10, 20, 30, 40)
    way = Direction(near, 0.21, Attention(0.61, 0.31))
    few = Evaluation("x", 20, way, way, near, 0.44, 0.5, 0.05, 77.0, "a device", 64, "aaaa")
    many = dataclasses.replace(
        few, a2b=dataclasses.replace(way, distances=dataclasses.replace(near, real=300)), pictures="bbbb"
    )
    of = [
        dataclasses.replace(few, step=20),
        dataclasses.replace(few, step=40),
        many,
        dataclasses.replace(many, step=40),
    ]
    (run / "metrics.jsonl").write_text("\n".join(json.dumps(dataclasses.asdict(one)) for one in of), encoding="utf-8")
    page = build_page(read_runs([run]))
    text = outline(page).text
    assert "were evaluated in 2 ways" in text
    # Each way has its own table of two steps, and its own line of two points.
    assert text.count("run: evaluations") == 2
    for conditions in ("30 real and 40 made pictures of 64 pixels (set aaaa)", "300 real and 40 made"):
        assert f"Measured with some tool 1.0; some network; 10 subsets of 20; {conditions}" in text
        assert f"python -m training evaluate (some tool 1.0; some network; 10 subsets of 20; {conditions}" in text
    curves = re.findall(r'aria-label="KID of A2B drawings".*?points="([^"]*)"', page, re.DOTALL)
    assert [len(points.split()) for points in curves] == [2, 2]


def test_an_unknown_recipe_is_said_to_be_unknown(make_run: MakeRun) -> None:
    run = make_run("run")
    (run / "last.safetensors").unlink()
    text = outline(build_page(read_runs([run]))).text
    assert "The recipe of run is not known" in text
    assert "names no held-out pictures" not in text


def test_broken_parts_of_a_run_leave_the_rest(make_run: MakeRun) -> None:
    run = make_run("run")
    (run / "grids" / "A2B-000010.jpg").write_bytes(b"broken")
    save_picture(run / "grids" / "A2B-000020.jpg", grid(1, 0.1)[:101])
    (run / "grids" / "notes.txt").write_text("mine")
    (run / "last.safetensors").write_bytes(b"broken")
    with (run / "stats.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"step": 41, "seconds": 3')
    found = outline(build_page(read_runs([run])))
    assert "A2B drawings after 40 steps" in found.alts
    assert "A2B drawings after 10 steps" not in found.alts
    assert "not known" in found.text


def test_an_empty_run_is_shown_as_empty(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "stats.jsonl").write_text("")
    text = outline(build_page(read_runs([tmp_path / "run"]))).text
    assert "too few steps to tell" in text
    assert "drawn no grids yet" in text


def test_names_are_escaped_and_told_apart(make_run: MakeRun, tmp_path: Path) -> None:
    run = make_run("<b>run")
    shutil.copytree(run, tmp_path / "other" / "<b>run")
    runs = read_runs([run, tmp_path / "other" / "<b>run"])
    assert [one.name for one in runs] == ["<b>run", "<b>run (2)"]
    assert "<b>" not in build_page(runs)


def test_a_folder_without_a_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(tmp_path)]) == 1
    assert "holds no run" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_told(make_run: MakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run("run")
    assert main(["report", str(run), "--out", str(run / "gone" / "page.html")]) == 1
    assert "there is no folder" in capsys.readouterr().err


def test_portraits_are_drawn_and_their_troubles_told(make_run: MakeRun, portrait_photo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "portraits"
    folder.mkdir()
    shutil.copy(portrait_photo, folder / "me.png")
    save_picture(folder / "wall.png", grid(0, 0.1))
    (folder / "bad.jpg").write_bytes(b"broken")
    found = outline(build_page(read_runs([make_run("run")]), folder))
    assert {"me: photo", "me: drawing", "me: attention"} <= set(found.alts)
    assert "No face was found in wall.png." in found.text
    assert '"bad.jpg" is not a picture' in found.text


def test_a_folder_without_portraits_is_told(make_run: MakeRun, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ReportError, match="There are no pictures"):
        build_page(read_runs([make_run("run")]), tmp_path / "none")
