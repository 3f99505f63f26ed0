"""CONTRL of syntax versions 3 and 4 (ISO 9735), which belongs to no directory (notation: transforms.edi.structure)."""

from __future__ import annotations

SEGMENTS = """
UCD an1-3! (n1-3! n1-3)!
UCF an1-14! (an1-35! an1-4) (an1-35! an1-4) an1-3! an1-3 an3 (n1-3! n1-3)
UCI an1-14! (an1-35! an1-4 an1-35)! (an1-35! an1-4 an1-35)! an1-3! an1-3 an3 (n1-3! n1-3)
UCM an1-14! (an1-6! an1-3! an1-3! an1-3! an1-6)! an1-3! an1-3 an3 (n1-3! n1-3)
UCS n1-6! an1-3
"""

MESSAGES = {
    "CONTRL": """
        UCI! UCM:999999(UCS:999(UCD:99)) UCF:999999(UCM:999999(UCS:999(UCD:99)))
    """,
}
