"""The preparation from end to end, and every way in which its input can be bad."""

import csv
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from core.alignment import TEMPLATE
from core.errors import OutputError
from core.faces import FaceDetector
from core.images import load_picture
from core.saving import save_picture
from training.__main__ import main
from training.prepare import pipeline, work
from training.prepare.choosing import Filters, Gender, Why
from training.prepare.cutting import Background, Cut
from training.prepare.pipeline import PrepareError, Summary

from .conftest import drawing, save_all

Prepared = Callable[..., tuple[Summary, Path, list[str]]]
ANYONE = Filters(gender=Gender.ANY, most_yaw=90.0, least_eye_distance=10.0, age_margin=0.0, least_coverage=0.0)


def rows_of(out: Path, domain: str = "photo") -> dict[str, list[dict[str, str]]]:
    """The manifest's rows by the source's file name."""
    found: dict[str, list[dict[str, str]]] = {}
    with (out / f"{domain}.manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(Path(row["source"]).name, []).append(row)
    return found


def pictures_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_one_portrait_becomes_one_straightened_crop(raw: Path, portrait: NDArray[np.uint8], prepared: Prepared) -> None:
    turned = cv2.warpAffine(portrait, cv2.getRotationMatrix2D((224, 110), 20, 1.0), (512, 512))
    save_all(raw, turned=np.asarray(turned, dtype=np.uint8))
    summary, out, _ = prepared()
    assert (summary.train, summary.test) == (1, 0)
    crop = load_picture(out / "trainA" / "turned.png").pixels
    assert crop.shape == (256, 256, 3)
    landmarks = FaceDetector(threads=1).detect(crop)[0].landmarks
    # Within a few pixels the face is where training and the app expect it, upright.
    np.testing.assert_allclose(landmarks, TEMPLATE * 256, atol=9)
    assert abs(landmarks[1, 1] - landmarks[0, 1]) < 4


def test_every_face_of_a_group_is_decided_on_by_itself(raw: Path, group_photo: Path, prepared: Prepared) -> None:
    shutil.copy(group_photo, raw)
    summary, out, _ = prepared(filters=ANYONE, test_share=0.3)
    assert summary.candidates == 6
    rows = rows_of(out)["t1.jpg"]
    assert [row["face"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    kept = [row for row in rows if row["decision"] == "kept"]
    assert len(kept) == summary.train + summary.test == 6
    assert summary.test == 2
    for row in kept:
        assert (out / row["files"]).is_file()
        assert row["files"].startswith("testA/" if row["split"] == "test" else "trainA/")


def test_the_wanted_gender_is_kept_and_the_other_rejected_with_a_reason(
    raw: Path, portrait: NDArray[np.uint8], prepared: Prepared
) -> None:
    save_all(raw, woman=portrait)
    assert prepared(filters=Filters(gender=Gender.WOMEN))[0].train == 1
    with pytest.raises(PrepareError, match="another gender"):
        prepared(filters=Filters(gender=Gender.MEN))
    row = rows_of(raw.parent / "out")["woman.png"][0]
    assert row["kind"] == "another gender"
    assert "men by estimate" in row["reason"]


def test_another_filter_applies_without_looking_again_and_takes_back_what_it_rejects(
    raw: Path, portrait: NDArray[np.uint8], prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = np.asarray(cv2.resize(portrait, (430, 430), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    flipped = np.ascontiguousarray(small[:, ::-1])
    save_all(raw, large=portrait, small=flipped)
    _, out, _ = prepared(test_share=0.0)
    assert pictures_in(out / "trainA") == ["large.png", "small.png"]
    monkeypatch.setattr(pipeline, "Looker", None)
    _, _, told = prepared(test_share=0.0, filters=Filters(least_eye_distance=38))
    assert any("2 of 2 files were looked at before" in sentence for sentence in told)
    assert pictures_in(out / "trainA") == ["large.png"]
    assert rows_of(out)["small.png"][0]["kind"] == "too small"


def test_a_changed_cut_replaces_the_pictures(raw: Path, portrait: NDArray[np.uint8], prepared: Prepared) -> None:
    save_all(raw, one=portrait)
    _, out, _ = prepared()
    _, out, _ = prepared(cut=Cut(size=128, background=Background.KEEP))
    assert load_picture(out / "trainA" / "one.png").pixels.shape == (128, 128, 3)


def test_of_copies_only_the_best_is_kept(raw: Path, portrait: NDArray[np.uint8], prepared: Prepared) -> None:
    save_all(raw, original=portrait)
    save_picture(raw / "compressed.jpg", portrait, quality=35)
    save_picture(raw / "small.png", np.asarray(cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)))
    summary, out, _ = prepared(filters=Filters(least_eye_distance=10))
    assert summary.train == 1
    assert summary.rejected[Why.COPY] == 2
    best = next(name for name, rows in rows_of(out).items() if rows[0]["decision"] == "kept")
    assert best != "small.png"
    assert rows_of(out)["small.png"][0]["reason"].endswith(best)


def test_portraits_as_they_are_keep_their_framing(raw: Path, portrait: NDArray[np.uint8], prepared: Prepared) -> None:
    save_all(raw, one=portrait)
    _, out, _ = prepared(as_is=True)
    made = load_picture(out / "trainA" / "one.png").pixels
    whole = cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)
    # The alignment places pixels by their corners, half a source pixel from where a plain resize does.
    assert np.abs(made.astype(int) - whole).mean() < 5


def test_anime_is_framed_by_its_centre_without_a_detector(
    raw: Path, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.prepare.looking.FaceDetector", None)
    wide = drawing(1, 200, 120)
    save_all(raw, wide=wide, tall=drawing(2, 90, 150), tiny=drawing(3, 20, 24), large=drawing(4, 700, 700))
    summary, out, _ = prepared(anime=True, test_share=0.0)
    assert summary.train == 4
    assert {load_picture(out / "trainB" / name).pixels.shape for name in pictures_in(out / "trainB")} == {(256, 256, 3)}
    centre = cv2.resize(wide[:, 40:160], (256, 256), interpolation=cv2.INTER_LINEAR)
    assert np.abs(load_picture(out / "trainB" / "wide.png").pixels.astype(int) - centre).mean() < 6


def test_an_empty_folder_is_told(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", str(raw), "--out", str(tmp_path / "out"), "--domain", "anime"]) == 1
    assert "There are no files" in capsys.readouterr().err


def test_a_missing_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", str(tmp_path / "gone"), "--out", str(tmp_path / "out"), "--domain", "anime"]) == 1
    assert "check its name" in capsys.readouterr().err


def test_the_raw_pictures_are_not_prepared_onto_themselves(raw: Path, prepared: Prepared) -> None:
    save_all(raw, one=drawing(1))
    with pytest.raises(PrepareError, match="choose another --out"):
        prepared(anime=True, out=raw)
    summary, _, _ = prepared(anime=True, out=raw / "out")
    assert summary.files == 1
    assert prepared(anime=True, out=raw / "out")[0].files == 1


def test_a_broken_file_in_the_middle_is_skipped_counted_and_told(
    raw: Path, portrait: NDArray[np.uint8], prepared: Prepared
) -> None:
    save_all(raw, a=portrait, z=np.ascontiguousarray(portrait[:, ::-1]))
    data = (raw / "a.png").read_bytes()
    (raw / "m.png").write_bytes(data[: len(data) // 2])
    (raw / "n.txt").write_text("notes")
    summary, out, told = prepared(test_share=0.0)
    assert summary.train == 2
    assert summary.rejected[Why.UNREADABLE] == 2
    assert told[0] == "2 files could not be read and were skipped:"
    assert '"m.png" is damaged or cut off' in told[1]
    assert "damaged" in rows_of(out)["m.png"][0]["reason"]


def test_pictures_without_a_face_leave_nothing_and_that_is_told(
    raw: Path, landscape: NDArray[np.uint8], prepared: Prepared
) -> None:
    save_all(raw, hills=landscape)
    with pytest.raises(PrepareError, match=r"None of the 1 files is kept") as caught:
        prepared()
    assert "no face" in str(caught.value)
    out = raw.parent / "out"
    assert rows_of(out)["hills.png"][0]["reason"] == "no face was found"
    assert (out / "photo.rejected.jpg").is_file()


def test_a_folder_that_cannot_be_written_is_told(raw: Path, tmp_path: Path, prepared: Prepared) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="choose another --out"):
        prepared(out=tmp_path / "file" / "out")


def test_files_of_others_are_never_overwritten(raw: Path, portrait: NDArray[np.uint8], prepared: Prepared) -> None:
    save_all(raw, one=portrait)
    own = raw.parent / "out" / "trainA"
    own.mkdir(parents=True)
    (own / "one.png").write_text("mine")
    with pytest.raises(OutputError, match="was not made by this command"):
        prepared()
    assert (own / "one.png").read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every name is text")
def test_a_name_that_is_no_utf_8_is_prepared_like_any_other(raw: Path, prepared: Prepared) -> None:
    save_all(raw, plain=drawing(1), odd=drawing(2))
    (raw / "odd.png").rename(os.fsdecode(os.fsencode(raw) + b"/\xa4\xa4\xa4\xe5.png"))
    for _ in range(2):
        summary, out, _ = prepared(anime=True, test_share=0.0)
        assert summary.train == 2
        assert len(pictures_in(out / "trainB")) == 2
    (raw / "plain.png").unlink()
    (strange,) = raw.iterdir()
    strange.write_bytes(b"broken")
    with pytest.raises(PrepareError, match="None of the 1 files"):
        prepared(anime=True)


def test_pictures_of_other_sources_are_not_deleted_unasked(raw: Path, tmp_path: Path, prepared: Prepared) -> None:
    first, second = raw / "first", raw / "second"
    for number, folder in enumerate((first, second)):
        folder.mkdir()
        save_all(folder, **{f"n{number}": drawing(number)})
    _, out, _ = prepared(anime=True, sources=[first])
    with pytest.raises(PrepareError, match=r"holds 1 pictures .*n0\.png.*--replace"):
        prepared(anime=True, sources=[second])
    assert pictures_in(out / "trainB") == ["n0.png"]
    summary, _, told = prepared(anime=True, sources=[first, second], test_share=0.0)
    assert summary.train == 2
    assert not any("taken back" in sentence for sentence in told)
    _, _, told = prepared(anime=True, sources=[second], replace=True, test_share=0.0)
    assert "1 pictures of an earlier preparation are not wanted any more and are taken back." in told
    assert pictures_in(out / "trainB") == ["n1.png"]
    (second / "n1.png").rename(second / "n2.png")
    assert prepared(anime=True, sources=[second])[0].train == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--age-margin", "nan"], ["--age-margin", "inf"], ["--age-margin", "-1"], ["--min-age", "nan"],
        ["--max-yaw", "nan"], ["--certainty", "nan"], ["--test", "2"], ["--jobs", "-1"], ["--seed", "-1"],
        ["--size", "1"], ["--size", "big"],
    ],
)  # fmt: skip
def test_numbers_that_mean_nothing_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["prepare", "raw", "--out", "out", *wrong])
    assert f"argument {wrong[0]}: {wrong[1]}".replace("'", "") in capsys.readouterr().err.replace("'", "")


def test_what_was_interrupted_goes_on_and_ends_the_same(
    raw: Path, tmp_path: Path, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_all(raw, **{f"n{number}": drawing(number) for number in range(8)})
    whole = tmp_path / "whole"
    prepared(anime=True, out=whole)
    real = work.each
    stop_after = {"looking": 3, "cutting": 2}

    def interrupted(*arguments: Any) -> Iterator[Any]:
        for done, result in enumerate(real(*arguments)):
            if done == stop_after.get(arguments[3]):
                raise KeyboardInterrupt
            yield result

    for stage in ("looking", "cutting"):
        monkeypatch.setattr(pipeline, "each", interrupted)
        with pytest.raises(KeyboardInterrupt):
            prepared(anime=True)
        stop_after.pop(stage)
    # A process that is killed may leave half a line, too.
    journal = tmp_path / "out" / "anime.journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-40])
    monkeypatch.setattr(pipeline, "each", real)
    _, out, told = prepared(anime=True)
    assert "7 of 8 files were looked at before; going on from there." in told
    for folder in ("trainB", "testB"):
        names = pictures_in(whole / folder)
        assert pictures_in(out / folder) == names
        assert all((out / folder / name).read_bytes() == (whole / folder / name).read_bytes() for name in names)
    assert (out / "anime.manifest.csv").read_bytes() == (whole / "anime.manifest.csv").read_bytes()


def test_many_files_go_through_several_processes_with_the_same_result(raw: Path, tmp_path: Path) -> None:
    save_all(raw, **{f"n{number:02d}": drawing(number) for number in range(52)})
    (raw / "n20x.png").write_bytes(b"broken")
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        assert main(["prepare", str(raw), "--out", str(out), "--domain", "anime", "--size", "32", "--jobs", jobs]) == 0
    assert (tmp_path / "1" / "anime.manifest.csv").read_bytes() == (tmp_path / "2" / "anime.manifest.csv").read_bytes()
    assert pictures_in(tmp_path / "1" / "trainB") == pictures_in(tmp_path / "2" / "trainB")


@pytest.mark.parametrize("background", [Background.WHITE, Background.VARY])
def test_the_backdrop_is_exchanged_and_the_face_stays(
    raw: Path,
    portrait: NDArray[np.uint8],
    prepared: Prepared,
    borrowed: Callable[[str], None],
    background: Background,
) -> None:
    borrowed("MODNET")
    save_all(raw, one=portrait)
    _, out, _ = prepared()
    before = load_picture(out / "trainA" / "one.png").pixels.astype(int)
    variants = 2 if background is Background.VARY else 1
    _, out, _ = prepared(cut=Cut(background=background, variants=variants))
    names = pictures_in(out / "trainA")
    made = [load_picture(out / "trainA" / name).pixels.astype(int) for name in names]
    face = (slice(110, 190), slice(90, 166))
    for picture in made:
        assert np.abs(picture[face] - before[face]).mean() < 3
        assert np.abs(picture[:40, :20] - before[:40, :20]).mean() > 5
    if background is Background.WHITE:
        assert made[0][:40, :20].min() > 245
    else:
        assert names == ["one-1.png", "one-2.png"]
        assert np.abs(made[0][:40, :20] - made[1][:40, :20]).mean() > 5


def test_variants_without_varied_backdrops_are_refused(raw: Path, tmp_path: Path, capsys: Any) -> None:
    arguments = ["prepare", str(raw), "--out", str(tmp_path / "out"), "--background", "keep", "--variants", "2"]
    assert main(arguments) == 1
    assert "add --background vary" in capsys.readouterr().err
