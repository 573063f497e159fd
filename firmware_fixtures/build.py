"""Build the synthetic ZigBee OTA upgrade files of this folder, octet for octet.

An upgrade file is a header, little-endian throughout, and sub-elements of tag, length and value; the one
sub-element here is the upgrade image (tag 0). The manufacturer code is a test code that belongs to nobody.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from struct import Struct

FILE_IDENTIFIER = 0x0BEEF11E
HEADER = Struct("<IHHHHHIH32sI")
"""File identifier, header version, header length, field control, manufacturer, image type, file version,
stack version, header string, total size."""
SUB_ELEMENT = Struct("<HI")
UPGRADE_IMAGE = 0x0000
HEADER_VERSION = 0x0100
ZIGBEE_PRO = 0x0002
TEST_MANUFACTURER = 0xFFF1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """One upgrade file: what its header says, and how many octets of image it carries."""

    name: str
    image_type: int
    file_version: int
    size: int

    def build(self) -> bytes:
        """Return the whole file."""
        total = HEADER.size + SUB_ELEMENT.size + self.size
        header = HEADER.pack(
            FILE_IDENTIFIER,
            HEADER_VERSION,
            HEADER.size,
            0,
            TEST_MANUFACTURER,
            self.image_type,
            self.file_version,
            ZIGBEE_PRO,
            self.name.encode("ascii"),
            total,
        )
        return header + SUB_ELEMENT.pack(UPGRADE_IMAGE, self.size) + self.image()

    def image(self) -> bytes:
        """Return the image: SHA-256 of the name and a counter, over and over."""
        blocks = -(-self.size // 32)
        return b"".join(sha256(f"{self.name}/{number}".encode()).digest() for number in range(blocks))[: self.size]


FIXTURES = (Fixture(name="alder-e1-1.3", image_type=0x0001, file_version=0x00010300, size=2048),)


def write_all(folder: Path) -> None:
    """Write every fixture into ``folder``."""
    for fixture in FIXTURES:
        (folder / f"{fixture.name}.zigbee").write_bytes(fixture.build())


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
