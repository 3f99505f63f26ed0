"""UN/EDIFACT (ISO 9735 syntax 1 to 4, D.96A and D.01B, EANCOM 1997 and 2002).

In: ORDERS, ORDCHG, ORDRSP, DESADV, RECADV, INVRPT, SLSRPT, PRICAT and CONTRL. Out: ORDRSP, DESADV, RECADV,
INVRPT and CONTRL.
"""

from transforms.formats.edifact.reader import check_options, read

__all__ = ["check_options", "read"]
