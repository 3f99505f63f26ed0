"""X12 004010: the sets that we read or write, and the segments in them (notation: transforms.edi.structure)."""

from __future__ import annotations

CODES = {
    "353": """
        00 01 02 03 04 05 06 07 08 10 11 12 13 14 15 16 17 18 19 20 21 22 24 25 26 27 28 30 31 32 33 34 35 36 37
        38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 77 CN CO EX GR PR RH RV SU ZZ
    """,
    "715": "A E M P R W X",
    "717": "A E M R W X",
}
"""Lists of codes by data element: purpose, and the verdict on a group and on a set."""

SEGMENTS = """
AAA an1! an2 an2 an1
ACK an2! r1-15 an2 an3 dt8 an1-45 10*[an2 an1-48] an2 an1-15 an1-30 | P0203 P0708-2728
ADV an2! an2! r1-20 r1-20 an1-6 an2 r1-20
AK1 an2! r1-9!
AK2 an3! an4-9!
AK3 an2-3! r1-6! an1-6 an1-3
AK4 (r1-2! r1-2)! r1-4 an1-3! an1-99
AK5 an1@717! 5*[an1-3]
AK9 an1@715! 3*[r1-6!] 5*[an1-3]
AMT an1-3! r1-18! an1
BAK an2@353! an2! an1-22! dt8! an1-30 an1-45 an1-30 an1-30 dt8 an2
BAL an1-2! an1-3! r1-18!
BCA an2@353! an2 an1-22! an1-30 an1-8 dt8! an1-45 an1-30 an1-30 3*[dt8] 3*[an2]
BCH an2@353! an2! an1-22! an1-30 an1-8 dt8! an1-45 an1-30 an1-30 dt8 dt8 5*[an2]
BCT an2! an1-15 an1-15 an1-6 an2 an1-15 an1-15 an1-6 an1-80 an2
BEG an2@353! an2! an1-22! an1-30 dt8! an1-30 an2 an3 4*[an2]
BGN an2@353! an1-30! dt8! tm4-8 an2 an1-30 an2 an1-2 an2
BIA an2@353! an2! an1-30! dt8! tm4-8 an1-2
BIG dt8! an1-22! dt8 an1-22 an1-30 an1-8 an2 an2 an1-2 an1-22
BLI an2! an1-48! r1-15 an2 an3 r1-17 an2 3*[an2 an1-48] 4*[an1-2] an1
BNX an1 an1-13 an1 r5
BRA an1-30! dt8! an2! an1! tm4-8 an2 an1-2
BSN an2@353! an2-30! dt8! tm4-8! an4 an2 an3 | C0706
CAD an1-2 an1-4 an1-10 an2-4 an1-35 an2 an2-3 an1-30 an2
CB1 an2! an1
CLD r1-5! r1-10! an3-5 r1-8 an2
CN1 an2! r1-18 r1-6 an1-30 r1-6 an1-30
CRC an2! an1! an2! 4*[an2]
CRD an2-3! an1-3 r1-18 r1-3
CS an1-30 an1-8 an1-30 an2-3 an1-30 an1-22 an2-10 an2 r1-10 r1-10 r1-18 an2 an2-10 an2 r1-17 an2 an1 an1
CSH an1-2 an1-2 n1-15 an1-35 dt8 an2 an2-10 an1-2 r1-10 an1-2
CTB an2! an1-80 an2 r1-15 an1-3 n1-15
CTP an2 an3 r1-17 r1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15
    r1-10) an3 r1-10 r1-18 an2 an1-10 r1-2
CTT r1-6! r1-10 r1-10 an2 r1-8 an2 an1-80 | P0304 P0506
CUR an2-3! an3! r4-10 an2-3 3*[an3] 4*[dt8 tm4-8 an3] dt8 tm4-8
DD an1-30 an1-3 an2-3 an1-30 an1-30 an1-3 r1-15 an1 an1-30 an1-3
DIS an3! an2! r1-10! an2-3! r1-10! r1-10
DMG an2-3 an1-35 3*[an1] an1-2 an2-3 an1-2 r1-15
DTM an3! dt8 tm4-8 an2 an2-3 an1-35 | R020305 C0403 P0506
DTP an3! an2-3! an1-35!
ETD an1-2! an1! an2-3 an1-30 an1-2
FA1 an2! an4 an1
FA2 an2! an1-80!
FOB an2! an1-2 an1-80 an2 an3 an1-2 an1-80 an2 an1-80
G08 r1-3 r1-3 r1-7 an2
G22 an1! n2-7 r1-2 an1-60 dt8
G23 an2! an1-2! dt8 an2 r1-6 dt8 r1-3 dt8 r1-3 4*[n1-10] r1-5 an1-60 r2
G24 an1-16!
G26 an2! an2 dt8 an3 r1-15 an2
G36 an1-16! an1-16 dt8! an3
G38 r1-18! an3 an2
G39 an12 an2 an1-48 an2-3 r1-8 an1-2 an1 4*[r1-8 an2] r6 r1-6 r1-8 an2 an1-10 r1-10 an1-3 an2 an1-48
    an1-2 r1-8 r1-6 an3-5
G40 an1-3 r1-9! r1-9 an1-45 n2-7 n2-7 an2 an3 r1-9
G43 an1-3! an1-12 an1-80 an2
G46 an1-3! an2! r1-15 an2 n1-15 an1 r1-6 an1-16 an1-20 an1-80 an3 r1-9
G53 an3!
G54 r1-15! an2! an12 an2 an1-48 an1-45
G55 an2! an1-48! an2 an1-48 4*[r1-8 an2] r1-6 r1-8 an2 an1-20 an1-20 an3 r1-4 r1-8 an1 an1-10 r1-8 an1-2
    an1 r1-8 an1-2 an1 an2 an1-48 an1-45 r1-6 an3-5
G61 an2! an1-60! an2 an1-80 an1-20
G62 an2 dt8 an1-2 tm4-8 an2 | R0103 P0102 P0304
G66 an2 an1-2 an1 an2 an1-35 an2 an1-30
G69 an1-45!
G72 an1-3! an2! an1-16 an1-16 r1-15 r1-10 an2 n1-15 r1-6 r1-9 an1-20
G93 an1-3 r1-15 an2 an1-45 an1-2 an3 an1-2 an1
G95 an2 an2! r1-6 r1-15 an2 an1-80 r1-9
GF an2-3 an1-30 an1-30 r1-18 an2-3 an1-30 an1-30 an2-3 an1-30
H1 an4-10! an1-4 an1 an2-30 an1-24 an1-6 r1-3 an2 an1-3
HL an1-12! an1-12 an1-2! an1
INC an2! (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)! r1-15!
    r1-15! r1-18
ISS r1-10 an2 r1-10 an2 r1-8 an2 r1-15 r1-10
IT1 an1-20 r1-10 an2 r1-17 an2 10*[an2 an1-48] | P0607-2425
IT3 r1-10 an2 an2 r1-9 an2
IT8 an1-2 an1-2 n1-15 an1-35 dt8 an2 an1-2 10*[an2 an1-48]
ITD an2 an1-2 r1-6 dt8 r1-3 dt8 r1-3 n1-10 dt8 n1-10 r1-5 an1-80 r1-2 an1-2 r1-10
L7 r1-3 an1-4 an1-7 an1-2 an1-16 r1-2 an2-5 an1-4 an4 dt8 an1-6 an1-2 r1-5 an1 an2-30 an2
LDT an2! r1-15! an2! dt8
LE an1-6!
LEP an4-6 an12-16 an2 an1-30
LFG an1-80! an1-30! an6! an14-40! an1-3 an1
LFH an3! an1-25! an1-25 an1 an2 r1-15 r1-15
LH1 an2! r1-7! an6 an1-6 an1-30 an2 r1-15 an1 an1 an1-3 an1-5
LH2 an1-30 an1 an14-40 an4-25 an2 3*[an2 r1-4]
LH3 an1-25 an1 an3 an1
LH4 an1-12 an1-80 4*[an1-3] an1-2 r1-6 an1-25 an1 an1-80 an2
LH6 an1-60 an1 an1-25 an1-25
LHE an1-25! an14-40! an2-3! an1-30! an2
LHR an2-3! an1-30! dt8
LHT an1-30 an14-40 an4-25
LIN an1-20 an2! an1-48! 14*[an2 an1-48] | P0405-3031
LM an2! an1-15
LQ an1-3 an1-30
LS an1-6!
LX r1-6!
MAN an1-2! an1-48! an1-48 an1-2 an1-48 an1-48 | P0405 C0605
MEA an2 an1-3 r1-20 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)
    r1-20 r1-20 3*[an2] an2-4
MSG an1-264! an2 r1-9
MTX an3 an1-4096 an1-4096 an2
N1 an2-3! an1-60 an1-2 an2-80 an2 an2-3 | R0203 P0304
N2 an1-60! an1-60
N3 an1-55! an1-55
N4 an2-30 an2 an3-15 an2-3 an1-2 an1-30
N9 an2-3! an1-30 an1-45 dt8 tm4-8 an2 (an2-3! an1-30! an2-3 an1-30 an2-3 an1-30) | R0203
NM1 an2-3! an1! an1-35 an1-25 an1-25 an1-10 an1-10 an1-2 an2-80 an2 an2-3
NTE an3 an1-80!
NX2 an2! an1-55! an5
PAL an1-2 r1-3 r1-3 r1-6 r1-8 an2 3*[r1-8] an2 r1-9 an2 r1-9 an2 an1 r1-6
PAM an2 r1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10) an1-3
    r1-18 an2 an3 dt8 tm4-8 an3 dt8 tm4-8 an1-2 r1-10 an1
PCT an1-2! r1-10!
PD an2! dt8! (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)! r1-15!
    an1-60! an1-80 an2 an1-30 an1-80 an1-3
PDD an1-20! r1-15 r1-18 r1-10 an1-3
PER an2! an1-60 3*[an2 an1-80] an1-20 | P0304-0708
PID an1! an2-3 an2 an1-12 an1-80 an2 an1-15 an1 an2-3 | C0403 R0405
PKG an1 an1-5 an2 an1-7 an1-80 an2
PKL an2! an1-48! an2! r1-15! r1-8 r1-8 r1-6 an2 r1-9 an2 r1-9 an2 an1
PO1 an1-20 r1-15 an2 r1-17 an2 10*[an2 an1-48] | C0302 C0504 P0607-2425
PO3 an2! dt8 an3 r1-17 an2 r1-15! an2! an1-80
PO4 r1-6 r1-8 an2 an3-5 an1-2 r1-9 an2 r1-9 an2 3*[r1-8] an2 r1-6 an2 an1-20 an1-20 r1-9 | P0203
POC an1-20 an2! r1-15 r1-9 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15
    r1-10) r1-17 an2 10*[an2 an1-48] | P0809-2627
PRF an1-22! an1-30 an1-8 dt8 an1-20 an1-30 an2
PWK an2! an1-2 r1-2 an2-3 an1-2 an2-80 an1-80 (an1-2! an1-2 an1-2 an1-2 an1-2) an1-2
QTY an2! r1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10) an1-30
    | R0204 E0204
R2 an2-4! an1-2! an2-30 an6-9 an1-2 an1-2 an2-4 an2-4 an1-22 dt8 an1-45 an2 an1-35
R4 an1! an1-2 an1-30 an2-24 an2-3 an2-30 an1-4 an2
RCD an1-20 3*[r1-9 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)]
    4*[an2 r1-9 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)] an2
    r1-15
RDR 3*[an2] an1-80 an1
REF an2-3! an1-30 an1-80 (an2-3! an1-30! an2-3 an1-30 an2-3 an1-30) | R0203
SAC an1! an4 an2 an1-10 n1-15 an1 r1-6 r1-9 an2 r1-15 r1-15 an2 an1-30 an1-20 an1-80 an2-3 | R0203 P0304
SCH r1-15! an2! an2-3 an1-60 an3! dt8! tm4-8 an3 dt8 tm4-8 an1-45 an1-20
SDQ an2! an1-2 an2-80! r1-15! 9*[an2-80 r1-15] an1-30 | P0506-2122
SI an2! an2! an1-48! 9*[an2 an1-48]
SLN an1-20! an1-20 an1! r1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2
    r1-15 r1-10) r1-17 an2 an1 10*[an2 an1-48] | P0910-2728
SN1 an1-20 r1-10! an2! r1-15 r1-15 an2 an1-2 an2 | P0506
SPI an2! an2-3 an1-30 an1-132 an1-80 an1 4*[an2] an1-15 r1-6 an1 an1-3 an4
SR an1-20 an1-7 tm4-8 tm4-8 an1-60 r1-17 r1-15 dt8 dt8 an1-48 an1-48
TAX an1-20 5*[an1-2 an1-30] an1 an1
TC2 an1! an1-30!
TD1 an3-5 r1-7 an1 an1-30 an1-50 an1-2 r1-10 an2 r1-8 an2 | C0102 C0304 C0607 P0708 P0910
TD3 an2 an1-4 an1-10 an1-2 r1-10 an2 an1 an2 an2-15 an4
TD4 an2-3 an1 an1-4 an1-80 an1
TD5 an1-2 an1-2 an2-80 an1-2 an1-35 an2 an1-2 an1-30 an2 an2 r1-4 3*[an2] an2-3 | R0204050612 C0203
    C0708 C1011
TDS n1-15! 3*[n1-15]
TSD an1-20 an1-3
TXI an2! r1-18 r1-10 an2 an1-10 an1 an1 r1-9 an1-20 an1-20
UIT (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)! r1-17 an2
V1 an1-8 an2-28 an2-3 an2-10 an2-4 an1 an2 an1 an1-2
W01 r1-15! an2! an12 an2 an1-48 an2 an1-48 an2-5 an1-3 an1 an1-30 r6 an1-12 an2 an2 an1-48 | R0304 P0405
    P0607
W03 r1-10! r1-10 an2 r1-8 an2 r1-7 an2
W04 r1-10! an2! an12 an2 an1-48 an2 an1-48 an2-5 an1-3 an1 an1-30 r6 an2 an2 an1-48 | R0304 P0405 P0607
    P1011
W05 an1! an1-22! an1-22 r6 an1-22 an2 an1-2
W06 an1! an1-22 dt8 an1-30 an1-12 an1-22 an1-22 r6 an2-3 an2 an2 an1-2
W07 r1-7! an2! an12 an2 an1-48 an2 an1-48 an1-12 an1 an2 an1-48 | R0304 P0405 P0607 P1011
W08 an1-2! an2-4 an1-35 an1-4 an1-10 an2-15 an2-15 an2 an2
W09 an2! r1-4 an2 r1-4 an2 an1-60 an1 r1-3 r1-15
W10 an2 r1-3 an1 an2-15 an2-15 r1-4 an2 r1-4 an2
W12 an2! r1-15 r1-10 r1-9 an2 an12 an2 an1-48 an1-12 r1-10 an1-2 an1 r1-10 an1-2 an1 an12 an2 an1-48 an2
    an1 an2 an1-48 | P0708 P1718 P2122
W13 r1-15! an2! an2! an1-12 an2
W14 r1-7! r1-10 r1-9 r1-7 r1-7
W15 dt8! an1-22 an1-22 an2 an2 an1-2
W17 an1! dt8! an1-12! an1-22 an1-30 an1-2 tm4-8 an1-22 r6
W18 an2! r1-4! an2
W19 an2! r1-10! an2! an12 an2 an1-48 an2 an1-48 an1-12 r1-10 an1-2 an1 r1-10 an1-2 an1 an1-2 an2 an1-48
    | R0405 P0506
W20 r1-6 r1-8 an2 r1-10 an1-2 an1 r1-8 r1-8 an2 an1-10
W27 an1-2! an2-4 an1-35 an2 an2 an1-4 an1-10 an2 an2-3 an2
W28 an1! r1-10 an1-2 an1 r1-2 an1-30 an1-2 an1-12
W6 an2-3! 3*[an2-3]
W66 an2! an1-2! an1 an2 an1-35 an2 an1-30 an1 n1-15 an2-4
W76 r1-15! r1-10 an2 r1-8 an2 r1-10
XPO an1-22! an1-22 an1-2 an2-80
XQ an1-2! dt8! dt8
YNQ an2 an1! an2-3 an1-35 3*[an1-264] an1-3 an1-30 an1-264
ZA an2! r1-15 an2 an3 dt8 an2-3 an1-30 an1
"""

SETS = {
    "180": """
        BGN! RDR PRF DTM:10 N9:10 PER:2 SAC:10 G38 PKG:5 TD1:10 TD5:10 NTE:5 N1:200(N2:2 N3:2 N4 PER:5)
        LM:10(LQ!:100) BLI:*(N9:20 PID:5 RDR SAC:10 AMT:* MEA:* CRC:* NTE:* PRF DTM:15 DD:100 GF TD5:5
        SDQ:100 LM:10(LQ!:100) N1:200(N2:2 N3:2 N4 PER:5) QTY:*(AMT:5 DTM:10 N1 LM:10(LQ!:100) LX:*(N9:*
        DTM:10 N1 LM:10(LQ!:100))) FA1:*(FA2!:*))
    """,
    "810": """
        BIG! NTE:100 CUR REF:12 YNQ:10 PER:3 N1:200(N2:2 N3:2 N4 REF:12 PER:3 DMG) ITD:* DTM:10 FOB PID:200
        MEA:40 PWK:25 PKG:25 L7 BAL:* INC PAM:* LM:10(LQ!:100) N9(MSG!:10) V1:*(R4:* DTM:*) FA1:*(FA2!:*)
        IT1:200000(CRC QTY:5 CUR IT3:5 TXI:10 CTP:25 PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PKG:25 PO4 ITD:2
        REF:* YNQ:10 PER:5 SDQ:500 DTM:10 CAD:* L7:* SR SAC:25(TXI:10) SLN:1000(DTM REF:* PID:1000 SAC:25
        TC2:2 TXI:10) N1:200(N2:2 N3:2 N4 REF:12 PER:3 DMG) LM:10(LQ!:100) V1:*(R4:* DTM:*) FA1:*(FA2!:*))
        TDS! TXI:10 CAD AMT:* SAC:25(TXI:10) ISS:*(PID) CTT
    """,
    "832": """
        BCT! CTP:100 REF:* YNQ:10 PER:* DTM:10 CTB:25 CUR:5 ITD:2 LDT:* SAC:* TD1:* TD5:* TD3:* TD4:* FOB
        PKG:* G93:50 TXI:* AAA N1:*(N2:2 N3:2 N4:* REF:12 PKG:* PER:* DTM:10) LM:*(LQ!:*) N9:*(DTM:*)
        LIN:*(PO1 G53 SI:* DTM:10 REF:* YNQ:10 PER:* CRD:* CTB:25 PID:200 MEA:40 PKG:25 PO4 TD1:* TD5:*
        TD3:* TD4:* ITD:2 LDT SAC:* FOB AAA TC2:2 TXI:* G55 G54 CTP:100(G40:99 DTM:10 G36 LDT CUR:5 PO4
        CTB:5 REF:* G43:9999 SAC:* G26:99) N1:*(N2:2 N3:2 N4 REF:12 PER:* DTM:10 PKG:*) G39:*(CTP)
        PKL:20(CTP PKG:2) LFG(CRC:*(QTY)) LM:*(LQ!:*) SLN:*(SI:* PID:* DTM:* CTP:* PAM:* PO4:* PKG:* QTY:*
        MEA:* SAC:* MTX:* LM:*(LQ!:*)) N9:*(DTM:*)) CTT
    """,
    "846": """
        BIA! CUR DTM:10 REF:12 PER:3 MEA:20 N1:5(N2:2 N3:2 N4 REF:12 PER:3) LM:10(LQ!:100)
        LIN!:10000(PID:200 MEA:40 PKG:25 DTM:10 CTP:25 CUR SAC:25 REF:* PER:3 SDQ:500 MAN UIT:5 CS DD:* G53
        PCT:* LDT:12 LM:10(LQ!:100) SLN:1000(PID:200 MEA:40 PKG:25 MAN:100(MEA:40)) QTY:99(UIT:12 MEA:25
        LDT:12 DTM:10 SCH:25(MEA:25) LM:*(LQ!:100) LS(REF!:*(DTM:* N1 LM:10(LQ!:100)) LE!)) N1:200(N2:2 N3:2
        N4 REF:12 PER:3)) CTT
    """,
    "850": """
        BEG! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH:5 TC2:* SAC:25(CUR) ITD:* DIS:20 INC DTM:10 LDT:12
        LIN:5 SI:* PID:200 MEA:40 PWK:25 PKG:200 TD1:2 TD5:12 TD3:12 TD4:5 MAN:10 PCT:* CTB:5 TXI:*
        AMT:*(REF:* DTM PCT:* FA1:*(FA2!:*)) N9:1000(DTM:* MSG:1000) N1:200(N2:2 N3:2 N4:* NX2:* REF:12
        PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:200) LM:*(LQ!:*) SPI:*(REF:5 DTM:5 MSG:50 N1:20(N2:2
        N3:2 N4 REF:20 G61 MSG:50) CB1:*(REF:20 DTM:5 LDT MSG:50)) ADV:*(DTM:* MTX:*) PO1!:100000(LIN:* SI:*
        CUR CN1 PO3:25 CTP:*(CUR) PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PO4:* REF:* PER:3 SAC:25(CUR CTP)
        IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 IT3:5 DTM:10 TC2:* TD1 TD5:12 TD3:12 TD4:5 PCT:*
        MAN:10 MSG:* SPI:* TXI:* CTB:* QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5 REF:*) PKG:200(MEA:*)
        LS(LDT!:*(QTY:* MSG REF:3 LM:*(LQ!:*)) LE!) N9:1000(DTM:* MEA:40 MSG:1000) N1:200(N2:2 N3:2 N4 QTY:*
        NX2:* REF:12 PER:3 SI:* DTM FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 PKG:200 LDT:*(MAN:10 QTY:5 MSG
        REF:3)) SLN:1000(MSG:* SI:* PID:1000 PO3:104 TC2:* ADV:* DTM:10 CTP:25 PAM:10 PO4 TAX:3 N9:*(DTM:*
        MSG:*) SAC:25(CUR CTP) QTY:*(SI:*) N1:10(N2:2 N3:2 N4 NX2:* REF:12 PER:3 SI:*)) AMT:*(REF PCT:*)
        LM:*(LQ!:*)) CTT(AMT)
    """,
    "852": """
        XQ! XPO:* N9:* PER:3 N1:200(N2 N3:2 N4 FOB TD5 DTM:* N9:* PER:3) LIN:*(CTP:25 PO4 N9:* AMT:10 PAL
        QTY ZA!:*(QTY CTP:25 SDQ:* G95(DTM:2))) CTT
    """,
    "855": """
        BAK! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LDT:12 LIN:5
        SI:* PID:200 MEA:40 PWK:25 PKG:25 TD1:2 TD5:12 TD3:12 TD4:5 MAN:10 TXI:* CTB:* N9:1000(DTM:*
        MSG:1000) N1:200(N2:2 N3:2 N4 NX2:* REF:12 PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:25 MSG:*)
        ADV:*(DTM:* MTX:*) PO1:100000(LIN:* SI:* CUR PO3:25 CTP:* PAM:10 MEA:40 PID:1000(MEA:10) PWK:25
        PO4:* REF:* PER:3 SAC:25(CUR) IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 DTM:10 LDT:12 TD1
        TD5:12 TD3:12 TD4:5 ACK:104(DTM) MAN:10 AMT CTB:* TXI:* QTY:*(SI:*) PKG:200(MEA:*) SCH:200(TD1:2
        TD5:12 TD3:12 TD4:5 REF:*) N9:1000(DTM:* MSG:1000) N1:200(N2:2 N3:2 N4 NX2:* REF:12 PER:3 SI:* DTM
        FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 QTY:* PKG:25) SLN:1000(MSG:* SI:* PID:1000 PO3:25 CTP:25
        PAM:10 ACK:104 SAC:10(CUR) DTM:10 PO4 TAX:3 ADV:* QTY:*(SI:*) N9:*(DTM:* MSG:*) N1:10(N2:2 N3:2 N4
        NX2:* REF:12 PER:3 SI:*))) CTT(AMT)
    """,
    "856": """
        BSN! DTM:10 HL!:200000(LIN SN1 SLN:1000 PRF PO4 PID:200 MEA:40 PWK:25 PKG:25 TD1:20 TD5:12 TD3:12
        TD4:5 TSD REF:* PER:3 LH1:100(LH2:4 LH3:12 LFH:20 LEP:* LH4 LHT:3 LHR:10 PER:5 LHE) CLD:200(REF:200
        DTP) MAN:* DTM:10 FOB PAL N1:200(N2:2 N3:2 N4 REF:12 PER:3 FOB) SDQ:50 ETD CUR SAC:*(CUR) GF YNQ:10
        LM:10(LQ!:100) V1:*(R4:* DTM:*)) CTT
    """,
    "860": """
        BCH! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH:5 SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LDT:12 LIN:5
        SI:* PID:200 MEA:40 PWK:25 PKG:200 TD1:2 TD5:12 TD3:12 TD4:5 CTB:* MAN:10 G53:* TXI:* PCT:*
        AMT:*(REF:* DTM PCT:* FA1:*(FA2!:*)) N9:1000(DTM:* MSG:1000) N1:200(N2:2 N3:2 N4:* NX2:* REF:12
        PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:200) LM:*(LQ!:*) SPI:*(REF:5 DTM:5 MSG:50 N1:20(N2:2
        N3:2 N4 REF:20 G61 MSG:50) CB1:*(REF:20 DTM:5 LDT MSG:50)) ADV:*(DTM:* MTX:*) POC:*(LIN:* SI:* CUR
        CN1 PO3:25 CTP:* PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PKG:200 PO4:* REF:* PER:3 SAC:25(CUR) IT8
        CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 DTM:10 TD1 TD5:12 TD3:12 TD4:5 MAN:10 PCT:* TC2:2 CTB:*
        TXI:* SPI:* MSG:* QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5) N9:1000(DTM:* MSG:1000)
        LS(LDT!:*(QTY:* MSG REF:3 LM:*(LQ!:*)) LE!) N1:200(N2:2 N3:2 N4 QTY:* NX2:* REF:12 PER:3 SI:* DTM
        FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 PKG:200 LDT:*(MAN:10 QTY:5 MSG REF:3)) SLN:1000(MSG:* SI:*
        PID:1000 PO3:104 TC2:2 SAC:10(CUR) DTM:10 CTP:25 PAM:10 PO4 TAX:3 ADV:* QTY:*(SI:*) N9:*(DTM:*
        MSG:*) N1:10(N2:2 N3:2 N4 NX2:* REF:12 PER:3 SI:*)) AMT:*(REF PCT:*) LM:*(LQ!:*)) CTT(AMT:5)
    """,
    "861": """
        BRA! CUR REF:* PER:3 DTM!:10 PRF:25 TD1:2 TD5:12 TD3:12 TD4:5 MEA:40 N1:200(N2:2 N3:2 N4 REF:100
        PER:3 FOB) LM:10(LQ!:100) RCD:200000(SN1 CUR LIN:100 PID:1000 PO4:100 REF:12 PER:3 DTM:10 PRF:25
        MEA:* FOB TD1:20 TD5:12 TD3:12 TD4:5 SAC:10 MAN:* LM:10(LQ!:100) SLN:100(PID:1000 NM1
        LM:10(LQ!:100)) N1:200(N2:2 N3:2 N4 REF:100 PER:3 FOB)) CTT
    """,
    "865": """
        BCA! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LDT:12 LIN:5
        SI:* PID:200 MEA:40 PWK:25 PKG:25 TD1:2 TD5:12 TD3:12 TD4:5 PCT:* MAN:10 TXI:* CTB:* G53:*
        N9:1000(DTM:* MSG:1000) N1:200(N2:2 N3:2 N4 NX2:* REF:12 PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5
        PKG:25 MSG:*) AMT:*(PCT:*) ADV:*(DTM:* MTX:*) POC:*(LIN:* SI:* CUR PO3:25 CTP:* PAM:10 MEA:40
        PID:1000(MEA:10) PWK:25 PKG:25 PO4:* REF:* PER:3 SAC:25(CUR) IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:*
        SDQ:500 DTM:10 TD1 TD5:12 TD3:12 TD4:5 TXI:* PCT:* ACK:104(DTM) MAN:10 SPI:* MSG:* CTB:*
        AMT:*(PCT:*) QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5 REF:*) LDT:*(QTY:* MSG LM:*(LQ!:*))
        N9:1000(DTM:* MSG:1000) N1:200(N2:2 N3:2 N4 QTY:* NX2:* REF:12 PER:3 SI:* DTM FOB SCH:200 TD1:2
        TD5:12 TD3:12 TD4:5 PKG:25 LDT:*(MAN:10 QTY:5 MSG)) SLN:1000(MSG:* SI:* PID:1000 PO3:25 CTP:25
        PAM:10 ACK:104 SAC:10(CUR) DTM:10 PO4 TAX:3 ADV:* QTY:*(SI:*) N9:*(DTM:*) N1:10(N2:2 N3:2 N4 NX2:*
        REF:12 PER:3 SI:*)) PD:*(PDD:*)) CTT(AMT:5)
    """,
    "888": """
        BGN N1!:*(N2 N3:2 N4) N9:10 G61:3 NTE:20 G93:50 G62! LM:*(LQ!:100) G53!:*(G62:3 NTE:20 G39!:*(G69:5
        QTY:* G23:10 G62:2 G36 G26:2 G43:9999 G24:999 G40:99 G93:50 G22:5 G46:99 H1:5 G54:99 N9:10 UIT:10
        MEA:10 TD1 N1:*(N2:2 N3:2 N4 PAL:*) G55:*(G69:5 QTY) LM:*(LQ!:100)))
    """,
    "940": """
        W05! N1:10(N2:2 N3:2 N4 PER:5) N9:10 G61:3 G62:10 NTE:* W09 W66 W6 R2:13 BNX LM:10(LQ!:100)
        LX:*(MAN:* SDQ:* N1 G62:10 W01:*(G69:5 N9:200 NTE:* W20:3 QTY:10 AMT G62:10 G66 N1:3 PER:5 LH2:6 LHR
        LH6:5 LM:10(LQ!:100) LS(LX!:*(N9:* G62:10 N1 SDQ:* LM:10(LQ!:100) LH1:*(LH2:4 LH3:10 LFH:20 LEP:3
        LH4 LHT:3 LHR:5 PER:5)) LE!) FA1:*(FA2!:*))) W76
    """,
    "943": """
        W06! N1!:10(N2 N3:2 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 W27! W28 W10 W04!:9999(G69:5 N9:200 W20:2)
        W03!
    """,
    "944": """
        W17! N1!:10(N2 N3:2 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 W08 W18:10 G08:2 W07!:9999(G69:5 N9:200 W20:2
        W13:50(N9:200)) W14!
    """,
    "945": """
        W06! N1!:10(N2 N3:2 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 W27 W6 W28 W10:10 G72:5 LM:10(LQ!:100)
        LX:*(MAN:* PAL N9:5 W12:*(G69:5 N9:200 G62:10 QTY:10 MEA:5 AMT R4:5 W27 N1:5 G72:5 LM:10(LQ!:100)
        LS(LX!:*(N9:* G62:10 N1 LM:10(LQ!:100)) LE!) FA1:*(FA2!:*))) W03
    """,
    "947": """
        W15! N1!:100(N2 N3 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 LM:10(LQ!:100) W19!:*(G69:5 N9:10 CS AMT
        G62:10 LM:10(LQ!:100) N1:50(N2:2 N3:2 N4 G61:5) LX:*(N9:* G62 N1 LM:10(LQ!:100)) FA1:*(FA2!:*))
    """,
    "997": """
        AK1! AK2:*(AK3:*(AK4:99) AK5!) AK9!
    """,
}
