"""The segments of the directories. What has another tag is no segment but a damaged one."""

from __future__ import annotations

TAGS = frozenset({
    "ADR", "AGR", "AJT", "ALC", "ALI", "API", "APP", "APR", "ARD", "ARR", "ASI", "ATT", "AUT", "BAS", "BGM", "BII",
    "BUS", "CAV", "CCD", "CCI", "CDI", "CDS", "CDV", "CED", "CIN", "CLA", "CLI", "CMP", "CNI", "CNT", "COD",
    "COM", "COT", "CPI", "CPS", "CPT", "CST", "CTA", "CUX", "DAM", "DFN", "DGS", "DII", "DIM", "DLI", "DLM",
    "DMS", "DOC", "DRD", "DSG", "DSI", "DTM", "EDT", "EFI", "ELM", "ELU", "ELV", "EMP", "EQA", "EQD", "EQN",
    "ERC", "ERI", "ERP", "EVE", "FCA", "FII", "FNS", "FNT", "FOR", "FSQ", "FTX", "GDS", "GEI", "GID", "GIN",
    "GIR", "GIS", "GOR", "GPO", "GRU", "HAN", "HYN", "ICD", "IDE", "IFD", "IHC", "IMD", "IND", "INP", "INV",
    "IRQ", "LAN", "LIN", "LOC", "MEA", "MEM", "MKS", "MOA", "MSG", "MTD", "NAD", "NAT", "NUN", "PAC", "PAI",
    "PAS", "PAT", "PCC", "PCD", "PCI", "PDI", "PER", "PGI", "PIA", "PIT", "PNA", "POC", "PRC", "PRI", "PRV", "PSD",
    "PTY", "PYT", "QRS", "QTY", "QUA", "QVR", "RCS", "REL", "RFF", "RJL", "RNG", "ROD", "RSL", "RTE", "SAL",
    "SCC", "SCD", "SEG", "SEL", "SEQ", "SFI", "SGP", "SGU", "SPR", "SPS", "STA", "STC", "STG", "STS", "TAX",
    "TCC", "TDT", "TEM", "TMD", "TMP", "TOD", "TPL", "TRU", "TSR", "UCD", "UCF", "UCI", "UCM", "UCS", "UGH",
    "UGS", "UNS", "VLI",
})  # fmt: skip
"""D.96A and D.01B, and the service segments that stand inside a message."""
