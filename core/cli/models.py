"""``animirror models``: what is installed, and adding, showing and removing models."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from core.catalogue import Kind, Model, load_catalogue
from core.contract import Channels, Levels
from core.importing.adding import Added, Details, add_model, installed_by_user, remove_model
from core.importing.trial import Wishes
from core.packs import Pack, install_pack, load_packs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    deeds = parser.add_subparsers(dest="deed", metavar="DEED", title="more", description="without one: list the models")
    show = deeds.add_parser("show", help="tell everything about a model")
    show.add_argument("id", metavar="ID")
    add = deeds.add_parser("add", help="add an ONNX model that draws, of whatever make")
    _add_add(add)
    remove = deeds.add_parser("remove", help="remove a model that was added")
    remove.add_argument("id", metavar="ID")
    packs = deeds.add_parser("packs", help="list the models that can be downloaded")
    get = deeds.add_parser("get", help="download and add a pack")
    get.add_argument("id", metavar="PACK")
    for parts in (show, add, packs):
        # As good after the deed as before it.
        parts.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    for parts in (packs, get):
        parts.add_argument("--list", type=Path, metavar="FILE", help="a list of packs (default: the one that ships)")


def _add_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", type=Path, metavar="FILE_OR_FOLDER", help="an .onnx file, or a folder or .zip with one"
    )
    parser.add_argument("--name", help="name to show (default: the file's)")
    parser.add_argument("--name-zh", help="name to show in Traditional Chinese")
    parser.add_argument("--style", help="a few words")
    parser.add_argument("--kind", type=Kind, choices=list(Kind), help="live: quick enough for a camera (default: full)")
    parser.add_argument("--licence", help="what its maker allows (default: what the file says, or asked, or unknown)")
    parser.add_argument("--size", type=int, metavar="PIXELS", help="side of the crop, where the model leaves it free")
    parser.add_argument("--levels", type=Levels, choices=list(Levels), help="black and white (default: found out)")
    parser.add_argument("--channels", type=Channels, choices=list(Channels), help="default: found out")


def run(options: argparse.Namespace) -> int:
    """Do what is asked; return the exit code."""
    match options.deed:
        case "show":
            return _show(load_catalogue().get(options.id), options.json)
        case "add":
            return _add(options)
        case "remove":
            print(f"Removed {remove_model(options.id)}.")
            return 0
        case "packs":
            return _list_packs(load_packs(options.list).packs, options.json)
        case "get":
            return _get(load_packs(options.list).get(options.id))
    return _list(options.json)


def _list(as_json: bool) -> int:
    """List the models; return 1 when there is none or a folder is broken."""
    catalogue = load_catalogue()
    if as_json:
        print(json.dumps([_facts(model) for model in catalogue.models.values()], indent=2))
    else:
        added = installed_by_user(catalogue)
        for identifier, model in catalogue.models.items():
            manifest = model.manifest
            mark = ", added" if identifier in added else ""
            print(f"{identifier}: {model.name()} ({manifest.style}; {manifest.kind}, {manifest.direction}{mark})")
            print(f"    {model.path}")
            print(f"    {manifest.licence}")
    for problem in catalogue.problems:
        print(f"animirror: {problem}", file=sys.stderr)
    if not catalogue.models:
        print("animirror: No model is installed.", file=sys.stderr)
    return 0 if catalogue.models and not catalogue.problems else 1


def _facts(model: Model) -> dict[str, object]:
    sample = str(model.sample) if model.sample else None
    return {**model.manifest.model_dump(mode="json"), "path": str(model.path), "sample": sample}


def _show(model: Model, as_json: bool) -> int:
    manifest = model.manifest
    if as_json:
        print(json.dumps(_facts(model), indent=2, ensure_ascii=False))
        return 0
    rows = {
        "id": manifest.id,
        **{f"name ({language})": name for language, name in manifest.name.items()},
        "style": manifest.style,
        "kind": f"{manifest.kind}, {manifest.direction}",
        "crop": f"{manifest.size} x {manifest.size} pixels",
        "takes": manifest.contract.described(),
        "licence": manifest.licence,
        "file": model.path,
        "size": f"{model.path.stat().st_size / 1e6:.1f} MB",
        "SHA-256": manifest.sha256,
        "sample": model.sample or "none",
        "training": json.dumps(manifest.training, ensure_ascii=False) if manifest.training else "unknown",
        "metrics": json.dumps(manifest.metrics, ensure_ascii=False) if manifest.metrics else "none",
    }
    width = max(len(label) for label in rows)
    for label, value in rows.items():
        print(f"{label:<{width}}  {value}")
    model.verify()
    return 0


def _add(options: argparse.Namespace) -> int:
    licence = options.licence
    if licence is None and sys.stdin is not None and sys.stdin.isatty():
        licence = input("What does its maker allow (licence)? Press Enter where the file says so or nobody knows: ")
    name = {tag: text for tag, text in (("en", options.name), ("zh_TW", options.name_zh)) if text}
    wishes = Wishes(size=options.size, levels=options.levels, channels=options.channels)
    details = Details(name, options.style, (licence or "").strip() or None, options.kind)
    added = add_model(options.source, details, wishes)
    if options.json:
        print(json.dumps(_facts(added.model), indent=2, ensure_ascii=False))
    else:
        _tell(added)
    return 0


def _tell(added: Added) -> None:
    manifest = added.model.manifest
    print(f'Added {added.model.name()} as "{manifest.id}" (licence: {manifest.licence}).')
    print(f"    takes {manifest.contract.described()}, crops of {manifest.size} pixels")
    print(f"    {added.trial.milliseconds:.0f} ms a face on this machine's processor")
    print(f"    a portrait drawn with it: {added.model.sample}")


def _list_packs(packs: tuple[Pack, ...], as_json: bool) -> int:
    if as_json:
        print(json.dumps([pack.model_dump(mode="json") for pack in packs], indent=2, ensure_ascii=False))
        return 0
    for pack in packs:
        print(f"{pack.id}: {pack.name.get('en') or next(iter(pack.name.values()))} ({pack.size / 1e6:.1f} MB)")
        print(f"    {pack.address}")
        print(f"    {pack.licence}")
    if not packs:
        print("No pack is on offer; name a list of packs with --list FILE.")
    return 0


def _get(pack: Pack) -> int:
    with tqdm(total=pack.size, unit="B", unit_scale=True, desc=pack.id, file=sys.stderr) as bar:

        def progress(present: int, _size: int) -> bool:
            bar.update(present - bar.n)
            return True

        added = install_pack(pack, progress)
    for entry in added:
        _tell(entry)
    return 0
