"""``animirror gpu``: the GPU pack of the packaged program, where there is no window."""

from __future__ import annotations

import argparse
from pathlib import Path

from tqdm import tqdm

from core import gpu_pack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    deeds = parser.add_subparsers(
        dest="deed", metavar="DEED", title="more", description="without one: tell what is there"
    )
    add = deeds.add_parser("add", help="check and unpack the files of the GPU pack")
    add.add_argument("sources", nargs="+", type=Path, metavar="FILE_OR_FOLDER", help="its files, or a folder with them")
    deeds.add_parser("remove", help="delete it; the processor is used from the next start on")


def run(options: argparse.Namespace) -> int:
    """Do what is asked; return the exit code."""
    match options.deed:
        case "add":
            return _add(options.sources)
        case "remove":
            gpu_pack.remove()
            print("The GPU pack was removed; the next start uses the processor.")
            return 0
    pack, folder = gpu_pack.wanted(), gpu_pack.installed()
    if pack is None:
        print("This Animirror takes no GPU pack: started from source, it uses the CUDA that pip installed.")
        return 0
    print(f"The GPU pack is added, in {folder}." if folder else "The GPU pack is not added. It consists of:")
    for wheel in pack.wheels if folder is None else ():
        print(f"  {wheel.name}{' (optional)' if wheel.optional else ''}\n      SHA-256 {wheel.sha256}")
    return 0


def _add(sources: list[Path]) -> int:
    with tqdm(total=1000, bar_format="{percentage:3.0f} % {bar} {remaining}", disable=None) as bar:

        def progress(share: float) -> bool:
            bar.update(round(share * 1000) - bar.n)
            return True

        folder = gpu_pack.add(sources, progress)
    print(f"The GPU pack is added, in {folder}. It is used from the next start on.")
    return 0
