"""The VM sizes of the simulated Azure: the general-purpose and memory families of the public cloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Each size as name:vCPUs:GiB of memory.
LISTED = {
    "standardBSFamily": (
        "B1ls:1:0.5 B1s:1:1 B1ms:1:2 B2s:2:4 B2ms:2:8 B4ms:4:16 B8ms:8:32 B12ms:12:48 B16ms:16:64 B20ms:20:80"
    ),
    "standardA0_A7Family": "A0:1:0.75 A1:1:1.75 A2:2:3.5 A3:4:7 A4:8:14 A5:2:14 A6:4:28 A7:8:56",
    "standardAv2Family": "A1_v2:1:2 A2_v2:2:4 A4_v2:4:8 A8_v2:8:16 A2m_v2:2:16 A4m_v2:4:32 A8m_v2:8:64",
    "basicAFamily": "Basic_A0:1:0.75 Basic_A1:1:1.75 Basic_A2:2:3.5 Basic_A3:4:7 Basic_A4:8:14",
    "standardMSFamily": "M64s:64:1024 M64ms:64:1792 M128s:128:2048 M128ms:128:3892",
}
# Families whose sizes are the same but for what comes before and after the number.
NUMBERED = "1:1:3.5 2:2:7 3:4:14 4:8:28 5:16:56 11:2:14 12:4:28 13:8:56 14:16:112"
NUMBERED_FAMILIES = {
    "standardDFamily": "D{}",
    "standardDSFamily": "DS{}",
    "standardDv2Family": "D{}_v2",
    "standardDSv2Family": "DS{}_v2",
}
# Families whose number is that of their vCPUs: what a name is made of, and GiB for each vCPU.
VCPUS = (2, 4, 8, 16, 32)
PROPORTIONAL_FAMILIES = {
    "standardFSFamily": ("F{}s", 2),
    "standardFSv2Family": ("F{}s_v2", 2),
    "standardDv3Family": ("D{}_v3", 4),
    "standardDSv3Family": ("D{}s_v3", 4),
    "standardDv4Family": ("D{}_v4", 4),
    "standardDSv4Family": ("D{}s_v4", 4),
    "standardDAv4Family": ("D{}a_v4", 4),
    "standardDASv4Family": ("D{}as_v4", 4),
    "standardDv5Family": ("D{}_v5", 4),
    "standardDSv5Family": ("D{}s_v5", 4),
    "standardDDSv5Family": ("D{}ds_v5", 4),
    "standardDASv5Family": ("D{}as_v5", 4),
    "standardDADSv5Family": ("D{}ads_v5", 4),
    "standardDCASv5Family": ("DC{}as_v5", 4),
    "standardDLSv5Family": ("D{}ls_v5", 2),
    "standardBsv2Family": ("B{}s_v2", 4),
    "standardBasv2Family": ("B{}as_v2", 4),
    "StandardDsv6Family": ("D{}s_v6", 4),
    "StandardDasv6Family": ("D{}as_v6", 4),
    "standardEv3Family": ("E{}_v3", 8),
    "standardESv3Family": ("E{}s_v3", 8),
    "standardESv4Family": ("E{}s_v4", 8),
    "standardEASv4Family": ("E{}as_v4", 8),
    "standardESv5Family": ("E{}s_v5", 8),
    "standardEASv5Family": ("E{}as_v5", 8),
    "standardEBDSv5Family": ("E{}bds_v5", 8),
    "StandardEsv6Family": ("E{}s_v6", 8),
}
DISKLESS = ("s_v5", "_v5", "_v6", "as_v5", "ls_v5")


@dataclass(frozen=True, slots=True)
class Size:
    """`name` is whole, with its tier; memory in GiB."""

    name: str
    family: str
    vcpus: int
    memory: float

    @property
    def short_name(self) -> str:
        return self.name.removeprefix("Standard_").removeprefix("Basic_")

    @property
    def tier(self) -> str:
        return self.name.partition("_")[0]

    @property
    def premium(self) -> bool:
        """Premium disks go with sizes that have an s in their name."""
        return "s" in self.short_name.lower()

    @property
    def local_disk_megabytes(self) -> int:
        without = self.name.endswith(DISKLESS) and "d" not in self.short_name[1:]
        return 0 if without else int(self.memory * 2048)

    @property
    def data_disks(self) -> int:
        if self.short_name == "A0":
            return 1
        return min(64, max(2, self.vcpus * (4 if self.family in NUMBERED_FAMILIES else 2)))


def _sizes() -> Iterator[Size]:
    for family, text in LISTED.items():
        yield from _parse(family, text, "{}")
    for family, pattern in NUMBERED_FAMILIES.items():
        yield from _parse(family, NUMBERED, pattern)
    for family, (pattern, memory) in PROPORTIONAL_FAMILIES.items():
        for vcpus in VCPUS:
            yield Size(f"Standard_{pattern.format(vcpus)}", family, vcpus, vcpus * memory)


def _parse(family: str, text: str, pattern: str) -> Iterator[Size]:
    for item in text.split():
        name, vcpus, memory = item.split(":")
        whole = name if name.startswith("Basic_") else f"Standard_{pattern.format(name)}"
        yield Size(whole, family, int(vcpus), float(memory))


SIZES = {size.name.lower(): size for size in _sizes()}
