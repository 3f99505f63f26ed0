"""X12 005010, as far as it differs from 004010."""

from __future__ import annotations

SEGMENTS = """
ACK an2! r1-15 an2 an3 dt8 an1-45 10*[an2 an1-80] an2 an1-15 an1-30 | P0203 P0708-2728
ADV an2! an2-3! r1-20 r1-20 an1-6 an2-3 r1-20
AK1 an2! r1-9! an1-12
AK2 an3! an4-9! an1-35
AK3 an2-3! r1-10! an1-4 an1-3
AK4 (r1-2! r1-2 r1-4)! r1-4 an1-3! an1-99
AT9 r4-5 r1-8 r1-8 an1-2 an1 r1-10 an1 r1-8
BAK an2@353! an2! an1-22! dt8! an1-30 an1-45 an1-30 an1-50 dt8 an2
BCA an2@353! an2 an1-22! an1-30 an1-8 dt8! an1-45 an1-30 an1-50 3*[dt8] 3*[an2]
BCH an2@353! an2! an1-22! an1-30 an1-8 dt8! an1-45 an1-30 an1-50 dt8 dt8 5*[an2]
BGN an2@353! an1-50! dt8! tm4-8 an2 an1-50 an2 an1-2 an2
BIA an2@353! an2! an1-50! dt8! tm4-8 an1-2
BIG dt8! an1-22! dt8 an1-22 an1-30 an1-8 an2 an2 an1-2 an1-22 an4
BLI an2! an1-80! r1-15 an2 an3 r1-17 an2 3*[an2 an1-80] 4*[an1-2] an1
BRA an1-50! dt8! an2! an1! tm4-8 an2 an1-2
CAD an1-2! an1-4 an1-15 an2-4 an1-35 an2 an2-3 an1-50 an2
CN1 an2! r1-18 r1-6 an1-50 r1-6 an1-30
CRC an2! an1! an2-3! 4*[an2-3]
CS an1-30 an1-8 an1-30 an2-3 an1-50 an1-22 an2-10 an2 r1-10 r1-10 r1-18 an2 an2-10 an2 r1-17 an2 an1 an1
CTB an2! an1-80 an2 r1-15 an1-3 n1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10
    an2 r1-15 r1-10)
CTX (an1-35! an1-35)! an2-3 r1-10 an1-4 (r1-2! r1-2 r1-4) (r1-4! r1-4)
DD an1-30 an1-3 an2-3 an1-50 an1-30 an1-3 r1-15 an1 an1-30 an1-3
DMG an2-3 an1-35 an1 an1 (an1 an1-3 an1-30) an1-2 an2-3 an1-2 r1-15 an1-3 an1-30
EFI an2! an1-264 an2 6*[an1-30] an2 an1-64 an1-4 r1-15 r1-5 an1-30 an3
ETD an1-2! an1! an2-3 an1-50 an1-2
G39 an12 an2 an1-80 an2-3 r1-8 an1-2 an1 4*[r1-8 an2] r6 r1-6 r1-8 an2 an1-10 r1-10 an1-3 an2 an1-80
    an1-2 r1-8 r1-6 an3-5 an1-20
G43 an1-3! an1-13 an1-80 an2
G54 r1-15! an2! an12 an2 an1-80 an1-45
G55 an2! an1-80! an2 an1-80 4*[r1-8 an2] r1-6 r1-8 an2 an1-20 an1-20 an3 r1-4 r1-8 an1 an1-10 r1-8 an1-2
    an1 r1-8 an1-2 an1 an2 an1-80 an1-45 r1-6 an3-5
G61 an2! an1-60! an2 an1-256 an1-20
GF an2-3 an1-50 an1-30 r1-18 an2-3 an1-50 an1-30 an2-3 an1-50
IK3 an2-3! r1-10! an1-4 an1-3
IK4 (r1-2! r1-2 r1-4)! r1-4 an1-3! an1-99
IK5 an1@717! 5*[an1-3]
IN2 an2! an1-60! an1-60
INC an2! (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)! r1-15!
    r1-15 r1-18 an1-3
IT1 an1-20 r1-15 an2 r1-17 an2 10*[an2 an1-80] | P0607-2425
IT8 an1-2 an1-2 n1-15 an1-35 dt8 an2 an1-2 10*[an2 an1-80]
LE an1-4!
LEP an4-6 an12-16 an2 an1-50
LFH an3! an1-25! an1-25 an1 an2 r1-15 r1-15 dt8
LH2 an1-30 an1 an14-40 an4-25 an2 3*[an2 r1-4] an1 r1-10
LH4 an1-12 an1-256 4*[an1-3] an1-2 r1-10 an1-25 an1 an1-256 an2
LHE an1-25! an14-40! an2-3! an1-50! an2
LHR an2-3! an1-50! dt8
LIN an1-20 an2! an1-80! 14*[an2 an1-80] | P0405-3031
LS an1-4!
MAN an1-2! an1-80! an1-80 an1-2 an1-80 an1-80 | P0405 C0605
MEA an2 an1-3 r1-20 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)
    r1-20 r1-20 3*[an2] an2-4 an1-3 an1-30
MTX an3 an1-4096 an1-4096 an2 r1-9 an2-3
N4 an2-30 an2 an3-15 an2-3 an1-2 an1-30 an1-3
N9 an2-3! an1-50 an1-45 dt8 tm4-8 an2 (an2-3! an1-50! an2-3 an1-50 an2-3 an1-50) | R0203
NM1 an2-3! an1! an1-60 an1-35 an1-25 an1-10 an1-10 an1-2 an2-80 an2 an2-3 an1-60
NX2 an2! an1-55! an5 an2 an1-55
PAL an1-2 r1-3 r1-3 r1-6 r1-8 an2 3*[r1-8] an2 r1-9 an2 r1-9 an2 an1 r1-6 an1
PD an2! dt8! (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10)! r1-15!
    an1-60! an1-80 an2 an1-50 an1-80 an1-3
PER an2! an1-60 3*[an2 an1-256] an1-20 | P0304-0708
PKL an2! an1-80! an2! r1-15! r1-8 r1-8 r1-6 an2 r1-9 an2 r1-9 an2 an1
PO1 an1-20 r1-15 an2 r1-17 an2 10*[an2 an1-80] | C0302 C0504 P0607-2425
POC an1-20 an2! r1-15 r1-9 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15
    r1-10) r1-17 an2 10*[an2 an1-80] | P0809-2627
REF an2-3! an1-50 an1-80 (an2-3! an1-50! an2-3 an1-50 an2-3 an1-50) | R0203
SAC an1! an4 an2 an1-10 n1-15 an1 r1-6 r1-9 an2 r1-15 r1-15 an2 an1-50 an1-20 an1-80 an2-3 | R0203 P0304
SI an2! an2-3! an1-80! 9*[an2-3 an1-80]
SLN an1-20! an1-20 an1! r1-15 (an2! r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2 r1-15 r1-10 an2
    r1-15 r1-10) r1-17 an2 an1 10*[an2 an1-80] | P0910-2728
SPI an2! an2-3 an1-50 an1-132 an1-80 an1 4*[an2] an1-15 r1-6 an1 an1-3 an4
SR an1-20 an1-7 tm4-8 tm4-8 an1-60 r1-17 r1-15 dt8 dt8 an1-80 an1-80
TD3 an2 an1-4 an1-15 an1-2 r1-10 an2 an1 an2 an2-15 an4
W01 r1-15! an2! an12 an2 an1-80 an2 an1-80 an2-5 an1-3 an1 an1-30 r6 an1-12 an2 an2 an1-80 | R0304 P0405
    P0607
W04 r1-10! an2! an12 an2 an1-80 an2 an1-80 an2-5 an1-3 an1 an1-30 r6 an2 an2 an1-80 | R0304 P0405 P0607
    P1011
W05 an1! an1-22! an1-22 r6 an1-22 an2 an1-2 an2
W07 r1-15! an2! an12 an2 an1-80 an2 an1-80 an1-12 an1 an2 an1-80 | R0304 P0405 P0607 P1011
W08 an1-2! an2-4 an1-35 an1-4 an1-15 an2-15 an2-15 an2 an2
W12 an2! r1-15 r1-10 r1-9 an2 an12 an2 an1-80 an1-12 r1-10 an1-2 an1 r1-10 an1-2 an1 an12 an2 an1-80 an2
    an1 an2 an1-80 | P0708 P1718 P2122
W19 an2! r1-10! an2! an12 an2 an1-80 an2 an1-80 an1-12 r1-10 an1-2 an1 r1-10 an1-2 an1 an1-2 an2 an1-80
    | R0405 P0506
W27 an1-2! an2-4 an1-35 an2 an2 an1-4 an1-15 an2 an2-3 an2
W28 an1! r1-10 an1-2 an1 r1-2 an1-30 an1-2 an1-25
XQ an1-2! dt8! dt8 an1-50 an2
YNQ an2-3 an1! an2-3 an1-35 3*[an1-264] an1-3 an1-30 an1-264
ZA an2! r1-15 an2 an3 dt8 an2-3 an1-50 an1
"""

SETS = {
    "810": """
        BIG! NTE:100 CUR REF:12 YNQ:10 PER:3 N1:200(N2:2 N3:2 N4 REF:12 PER:3 DMG) ITD:* DTM:10 FOB PID:200
        MEA:40 PWK:25 PKG:25 L7 BAL:* INC PAM:* CRC LM:10(LQ!:100) N9(MSG!:10) V1:*(R4:* DTM:*)
        FA1:*(FA2!:*) IT1:200000(CRC QTY:5 CUR IT3:5 TXI:* CTP:25 PAM:10 MEA:40 PID:1000(MEA:10) PWK:25
        PKG:25 PO4 ITD:2 REF:* YNQ:10 PER:5 SDQ:500 DTM:10 CAD:* L7:* SR SAC:*(TXI:*(DTM)) SLN:1000(DTM
        REF:* PID:1000 SAC:* TC2:2 TXI:*) N1:200(N2:2 N3:2 N4 REF:12 PER:3 DMG) LM:10(LQ!:100) V1:*(R4:*
        DTM:*) FA1:*(FA2!:*)) TDS! TXI:* CAD AMT:* SAC:*(DTM:* TXI:*(DTM)) ISS:*(PID) CTT
    """,
    "832": """
        BCT! CTP:100 REF:* YNQ:10 PER:* DTM:10 CTB:25 CUR:5 ITD:2 LDT:* SAC:* TD1:* TD5:* TD3:* TD4:* FOB
        PKG:* TXI:* AAA MTX:* PWK:25 N1:*(N2:2 N3:2 N4:* REF:12 PKG:* PER:* DTM:10 MTX:* SPI) LM:*(LQ!:*)
        N9:*(DTM:* MTX:* PWK:* EFI:*) G93:*(SAC N1 G26) LIN:*(PO1 G53 SI:* DTM:10 REF:* YNQ:10 PER:* CRD:*
        CTB:25 PID:200 MEA:40 PKG:25 PO4 TD1:* TD5:* TD3:* TD4:* ITD:2 LDT SAC:* FOB AAA TC2:2 TXI:* MTX:*
        G55 G54 CTP:*(DTM:10 G36 LDT CUR:5 PO4 CTB:5 REF:* G43:9999 SAC:* G26:99 TXI:* ITD G40:*(SAC G93:*)
        LS(LM!:*(LQ!:*) LE!) LS(N1!:*(N2:2 N3:2 N4:2) LE!)) N1:*(N2:2 N3:2 N4 REF:12 PER:* DTM:10 MTX:*
        PKG:* PAL:* SPI) G39:*(CTP) PKL:20(CTP PKG:2 G53 DTM:*) LFG(CRC:*(QTY)) LM:*(LQ!:*(REF:* EFI DTM:*
        PID:*(MEA:* MTX))) SLN:*(SI:* PID:* DTM:* CTP:* PAM:* PO4:* PKG:* QTY:* MEA:* SAC:* MTX:*
        LM:*(LQ!:*) N1:*(N2:2 N3:2 N4:* REF:12 PER:* DTM:10)) N9:*(DTM:* MTX:* PWK:* EFI:*)) CTT
    """,
    "850": """
        BEG! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH:5 TC2:* SAC:25(CUR) ITD:* DIS:20 INC DTM:10 LIN:5
        SI:* PID:200 MEA:40 PWK:25 PKG:200 TD1:2 TD5:* TD3:12 TD4:5 MAN:10 PCT:* CTB:5 TXI:* LDT:*(QTY:*
        MTX:* REF:*) AMT:*(REF:* DTM PCT:* FA1:*(FA2!:*)) N9:1000(DTM:* MTX:* PWK:* EFI:*) N1:200(N2:2 IN2:*
        N3:2 N4:* NX2:* REF:12 PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:200) LM:*(LQ!:*) SPI:*(REF:5
        DTM:5 MTX:* N1:20(N2:2 N3:2 N4 REF:20 G61 MTX:*) CB1:*(REF:20 DTM:5 LDT MTX:*)) ADV:*(DTM:* MTX:*)
        PO1!:100000(LIN:* SI:* CUR CN1 PO3:25 CTP:*(CUR) PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PO4:* REF:*
        PER:3 SAC:25(CUR CTP) IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 IT3:5 DTM:10 TC2:* TD1 TD5:12
        TD3:12 TD4:5 PCT:* MAN:10 MTX:* SPI:* TXI:* CTB:* QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5
        REF:*) PKG:200(MEA:*) LS(LDT!:*(QTY:* MTX:* REF:3 LM:*(LQ!:*)) LE!) N9:1000(DTM:* MEA:40 MTX:* PWK:*
        EFI:*) N1:200(N2:2 IN2:* N3:2 N4 QTY:* NX2:* REF:12 PER:3 SI:* DTM FOB SCH:200 TD1:2 TD5:12 TD3:12
        TD4:5 PKG:200 LDT:*(MAN:10 QTY:5 MTX:* REF:3)) SLN:1000(MTX:* SI:* PID:1000 PO3:104 MEA:* TC2:*
        ADV:* DTM:10 CTP:25 PAM:10 PO4 TAX:3 N9:*(DTM:* MTX:*) SAC:25(CUR CTP) QTY:*(SI:*) N1:10(N2:2 IN2:*
        N3:2 N4 NX2:* REF:12 PER:3 SI:*)) AMT:*(REF:* PCT:*) LM:*(LQ!:*)) CTT(AMT)
    """,
    "852": """
        XQ! XPO:* N9:* PER:3 N1:200(N2 N3:2 N4 FOB TD5 DTM:* N9:* PER:3) LIN:*(CTP:25 SAC:* PO4 N9:* AMT:10
        PAL QTY:* ZA!:*(QTY:* CTP:25 SDQ:* G95(DTM:2))) CTT
    """,
    "855": """
        BAK! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LDT:12 LIN:5
        SI:* PID:200 MEA:40 PWK:25 PKG:25 TD1:2 TD5:12 TD3:12 TD4:5 MAN:10 TXI:* CTB:* N9:1000(DTM:* MTX:*
        PWK:* EFI:*) N1:200(N2:2 IN2:* N3:2 N4 NX2:* REF:12 PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:25
        MTX:*) ADV:*(DTM:* MTX:*) PO1:100000(LIN:* SI:* CUR PO3:25 CTP:* PAM:10 MEA:40 PID:1000(MEA:10)
        PWK:25 PO4:* REF:* PER:3 SAC:25(CUR) IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 DTM:10 LDT:12
        TD1 TD5:12 TD3:12 TD4:5 ACK:104(DTM) MAN:10 AMT CTB:* TXI:* QTY:*(SI:*) PKG:200(MEA:*) SCH:200(TD1:2
        TD5:12 TD3:12 TD4:5 REF:*) N9:1000(DTM:* MTX:* PWK:* EFI:*) N1:200(N2:2 IN2:* N3:2 N4 NX2:* REF:12
        PER:3 SI:* DTM FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 QTY:* PKG:25) SLN:1000(MTX:* SI:* PID:1000
        PO3:25 MEA:* CTP:25 PAM:10 ACK:104 SAC:10(CUR) DTM:10 PO4 TAX:3 ADV:* QTY:*(SI:*) N9:*(DTM:* MTX:*)
        N1:10(N2:2 IN2:* N3:2 N4 NX2:* REF:12 PER:3 SI:*))) CTT(AMT)
    """,
    "856": """
        BSN! DTM:10 HL!:200000(LIN SN1 SLN:1000 PRF PO4 PID:200 MEA:40 PWK:25 PKG:25 TD1:20 TD5:12
        TD3:12(AT9) TD4:5 TSD REF:* PER:3 LH1:100(LH2:4 LH3:12 LFH:20 LEP:* LH4:4 LHT:3 LHR:10 PER:5 LHE)
        CLD:200(REF:200 DTP) MAN:* DTM:10 FOB PAL N1:200(N2:2 N3:2 N4 REF:12 PER:3 FOB) SDQ:50 ETD CUR
        SAC:*(CUR) GF YNQ:10 LM:10(LQ!:100) V1:*(R4:* DTM:*)) CTT
    """,
    "860": """
        BCH! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH:5 SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LIN:5 SI:*
        PID:200 MEA:40 PWK:25 PKG:200 TD1:2 TD5:12 TD3:12 TD4:5 CTB:* MAN:10 G53:* TXI:* PCT:* LDT:*(QTY:*
        MTX:* REF:*) AMT:*(REF:* DTM PCT:* FA1:*(FA2!:*)) N9:1000(DTM:* MTX:* PWK:* EFI:*) N1:200(N2:2 IN2:*
        N3:2 N4:* NX2:* REF:12 PER:* SI:* FOB TD1:2 TD5:12 TD3:12 TD4:5 PKG:200) LM:*(LQ!:*) SPI:*(REF:5
        DTM:5 MTX:* N1:20(N2:2 N3:2 N4 REF:20 G61 MTX:*) CB1:*(REF:20 DTM:5 LDT MTX:*)) ADV:*(DTM:* MTX:*)
        POC:*(LIN:* SI:* CUR CN1 PO3:25 CTP:* PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PKG:200 PO4:* REF:*
        PER:3 SAC:25(CUR) IT8 CSH:* ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 DTM:10 TD1 TD5:12 TD3:12 TD4:5
        MAN:10 PCT:* TC2:2 CTB:* TXI:* SPI:* MTX:* QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5 REF:*)
        N9:1000(DTM:* MTX:* PWK:* EFI:*) LS(LDT!:*(QTY:* MTX:* REF:3 LM:*(LQ!:*)) LE!) N1:200(N2:2 IN2:*
        N3:2 N4 QTY:* NX2:* REF:12 PER:3 SI:* DTM FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 PKG:200 LDT:*(MAN:10
        QTY:5 MTX:* REF:3)) SLN:1000(MTX:* SI:* PID:1000 PO3:104 MEA:* TC2:2 SAC:10(CUR) DTM:10 CTP:25
        PAM:10 PO4 TAX:3 ADV:* QTY:*(SI:*) N9:*(DTM:* MTX:*) N1:10(N2:2 IN2:* N3:2 N4 NX2:* REF:12 PER:3
        SI:*)) AMT:*(REF:* PCT:*) LM:*(LQ!:*)) CTT(AMT:5)
    """,
    "861": """
        BRA! CUR REF:* PER:3 DTM!:10 PRF:25 TD1:2 TD5:12 TD3:12 TD4:5 MEA:40 N1:200(N2:2 N3:2 N4 REF:100
        PER:3 FOB) LM:10(LQ!:100) FA1:*(FA2!:*) RCD:200000(SN1 CUR LIN:100 PID:1000 PO4:100 REF:12 PER:3
        DTM:10 PRF:25 MEA:* FOB TD1:20 TD5:12 TD3:12 TD4:5 SAC:10 MAN:* LM:10(LQ!:100) SLN:100(PID:1000 NM1
        LM:10(LQ!:100)) N1:200(N2:2 N3:2 N4 REF:100 PER:3 FOB) FA1:*(FA2!:*)) CTT
    """,
    "865": """
        BCA! CUR REF:* PER:3 TAX:* FOB:* CTP:* PAM:10 CSH SAC:25(CUR) ITD:5 DIS:20 INC DTM:10 LIN:5 SI:*
        PID:200 MEA:40 PWK:25 PKG:25 TD1:2 TD5:12 TD3:12 TD4:5 PCT:* MAN:10 TXI:* CTB:* G53:* LDT:*(QTY:*
        MTX:*) N9:1000(DTM:* MTX:* PWK:* EFI:*) N1:200(N2:2 IN2:* N3:2 N4 NX2:* REF:12 PER:* SI:* FOB TD1:2
        TD5:12 TD3:12 TD4:5 PKG:25 MTX:*) AMT:*(PCT:*) ADV:*(DTM:* MTX:*) LM:*(LQ!:*) POC:*(LIN:* SI:* CUR
        PO3:25 CTP:* PAM:10 MEA:40 PID:1000(MEA:10) PWK:25 PKG:25 PO4:* REF:* PER:3 SAC:25(CUR) IT8 CSH:*
        ITD:2 DIS:20 INC TAX:* FOB:* SDQ:500 DTM:10 TD1 TD5:12 TD3:12 TD4:5 TXI:* PCT:* ACK:104(DTM) MAN:10
        SPI:* MTX:* CTB:* LM:*(LQ!:*) AMT:*(PCT:*) QTY:*(SI:*) SCH:200(TD1:2 TD5:12 TD3:12 TD4:5 REF:*)
        LDT:*(QTY:* MTX:* LM:*(LQ!:*)) N9:1000(DTM:* MTX:* PWK:* EFI:*) N1:200(N2:2 IN2:* N3:2 N4 QTY:*
        NX2:* REF:12 PER:3 SI:* DTM FOB SCH:200 TD1:2 TD5:12 TD3:12 TD4:5 PKG:25 LDT:*(MAN:10 QTY:5 MTX:*))
        SLN:1000(MTX:* SI:* PID:1000 PO3:25 MEA:* CTP:25 PAM:10 ACK:104 SAC:10(CUR) DTM:10 PO4 TAX:3 ADV:*
        QTY:*(SI:*) N9:*(DTM:* MTX:*) N1:10(N2:2 IN2:* N3:2 N4 NX2:* REF:12 PER:3 SI:*)) PD:*(PDD:*))
        CTT(AMT:5)
    """,
    "888": """
        BGN N1!:*(N2 N3:2 N4) N9:10 G61:* NTE:20 G93:50 G62! LDT:* LM:*(LQ!:100) G53!:*(G62:3 NTE:20
        LX!:*(G39 G69:5 QTY:* LIN PID:200 PKG:25 G23:10 G62:2 G36 G26:2 G43:9999 G24:999 G40:99 G93:50 G22:5
        G46:99 H1:5 G54:99 N9:10 UIT:10 MEA:10 TD1 TD4:* LDT N1:*(N2:2 N3:2 N4 PAL:* G93 QTY) G55:*(G69:5
        QTY LIN PID:200 H1:5 REF:10 PKG:25 MEA:10 TD1 TD4:* SLN:100 LDT) LM:*(LQ!:100)))
    """,
    "940": """
        W05! N1:10(N2:2 N3:2 N4 PER:5) N9:10 G61:3 G62:10 NTE:* W09 W66 W6:5 R2:13 BNX TD3(AT9)
        LM:10(LQ!:100) LX:*(MAN:* SDQ:* N1 G62:10 N9:* W01:*(G69:5 N9:200 NTE:* W20:3 QTY:10 AMT:* G62:10
        G66 N1:*(N2 N3 N4 PER:5) LH2:6 LHR LH6:5 LM:10(LQ!:100) LS(LX!:*(N9:* G62:10 N1 SDQ:* LM:10(LQ!:100)
        LH1:*(LH2:4 LH3:10 LFH:20 LEP:3 LH4 LHT:3 LHR:5 PER:5)) LE!) FA1:*(FA2!:*))) W76
    """,
    "944": """
        W17! N1!:10(N2 N3:2 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 W08 W18:10 G08:2 TD1:5 LX!:*(MAN PAL:* N9:5
        W07:9999(G69:5 N9:200 W20:2 W13:50(N9:200))) W14!
    """,
    "945": """
        W06! N1!:10(N2 N3:2 N4 PER:5) N9:10 G61:3 G62:5 NTE:20 W27 W6 W28 W10:10 G72:5 TD1:5 LM:10(LQ!:100)
        LX:*(MAN:* PAL N9:5 W12:*(G69:5 N9:200 G62:10 QTY:10 MEA:5 AMT R4:5 W27 N1:*(N2 N3 N4 PER) G72:5
        LM:10(LQ!:100) LS(LX!:*(N9:* G62:10 N1 LM:10(LQ!:100)) LE!) FA1:*(FA2!:*))) W03
    """,
    "999": """
        AK1! AK2:*(IK3:*(CTX:10 IK4:*(CTX:10)) IK5!) AK9!
    """,
}
