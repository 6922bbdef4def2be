"""Write the first inputs of the CSV fuzzer into a folder: ``csv_seeds.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

ROWS = [
    b"2023-01-01T00:00:00Z,FRA,DEU,1,5,2023-01-01",
    b'"2023-01-01 00:00:02.5+01:00","a\r\nb","D""EU",-3,"12",',
    b"2023-03-26T02:30:00,FRA,DEU,007,x,2023-01-02",
    b'2023-10-29 02:30:00,F"RA,DEU,,,',
    b"26/03/2023 02:30:00,FRA,\xff,9,1.0,01/02/2023 00:00:00",
    b"",
    b"one,two",
]
HEADS = [b"\x00\x05\x00", b"\x08\x15\x2a", b"\x18\x2d\x13", b"\x04\x05\xff", b"\x08\x05\x01"]


def seeds() -> list[bytes]:
    """Return each head with some rows, and rows with every line end."""
    found = []
    for number, head in enumerate(HEADS):
        end = (b"\n", b"\r\n", b"\r")[number % 3]
        found.append(head + end.join(ROWS) + end)
        found.extend(head + row for row in ROWS)
    found.append(b"\x00\x05\x00\xef\xbb\xbf" + b"\n".join(ROWS))
    found.append(b'\x00\x01\x00a,b\n"unfinished,\n')
    return found


def main() -> None:
    """Write one file per seed."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number:02}").write_bytes(seed)


if __name__ == "__main__":
    main()
