"""Makes ledgers in which something has stopped, the way the pipeline leaves them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from bridge import dead_letters
from bridge.dead_letters import Letter
from bridge.message import Step, Subject
from bridge.store import documents, lanes
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from transforms.canonical.orders import OrderLine, OrderSubmitted
from transforms.location import Location

AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CSV = b"order,sku,qty\nPO-1,XYZ-999,12\nPO-2,ABC-1,dozen\nPO-3,ABC-2,4\n"


@dataclass
class Yard:
    """A ledger, a source's lane and an endpoint's lane, and makers of what stopped in them."""

    ledger: Ledger
    source_lane: int = 0
    endpoint_lane: int = 0
    rung: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.ledger.write() as connection:
            self.source_lane = lanes.ensure(connection, lanes.SOURCE, "supa-orders")
            self.endpoint_lane = lanes.ensure(connection, lanes.ENDPOINT, "erp")

    def ring(self, lane_ids: Any) -> None:
        self.rung.extend(lane_ids)

    def row(self, table: Any, row_id: int) -> Any:
        with self.ledger.read() as connection:
            return connection.execute(select(table).where(table.c.id == row_id)).one()

    def rows(self, table: Any, *conditions: Any) -> list[Any]:
        with self.ledger.read() as connection:
            return list(connection.execute(select(table).where(*conditions)).all())

    def letter(self, public_id: str) -> Any:
        (row,) = self.rows(t.dead_letter, t.dead_letter.c.public_id == public_id)
        return row

    def newest(self) -> str:
        with self.ledger.read() as connection:
            query = select(t.dead_letter.c.public_id).order_by(t.dead_letter.c.id.desc()).limit(1)
            return str(connection.execute(query).scalar_one())

    def bury(self, **values: Any) -> str:
        letter = Letter(**{"source": "supa-orders", "lane_id": self.source_lane, **values})
        with self.ledger.write() as connection:
            dead_letters.bury(connection, [letter], at=AT)
        return self.newest()

    def set_state(self, table: Any, row_id: int, state: str) -> None:
        with self.ledger.write() as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(state=state))

    # -- what moves --------------------------------------------------------------------------------

    def message(
        self, body: bytes = CSV, *, state: str = "translated", name: str = "orders.csv", kind: str = "csv"
    ) -> int:
        key = f"file/supa-orders/{uuid.uuid4().hex}"
        with self.ledger.write() as connection:
            message_id = connection.execute(
                t.message.insert()
                .values(
                    public_id=str(uuid.uuid4()), lane_id=self.source_lane, source="supa-orders", key=key,
                    sha256="0" * 64, size=len(body), format=kind, name=name, state=state, received_at=AT,
                )
                .returning(t.message.c.id)
            ).scalar_one()  # fmt: skip
            connection.execute(t.raw.insert().values(message_id=message_id, body=body))
        return int(message_id)

    def document(
        self, number: str, *, state: str = "dead", key: str = "", sku: str = "XYZ-999", message_id: int = 0
    ) -> int:
        message_id = message_id or self.message()
        line = OrderLine(line="1", item={"VN": sku}, quantity="12", unit="EA")
        order = OrderSubmitted(
            number=number, customer="SUPA", ship_to={"92": "S-1"}, occurred_at=AT, lines=(line,),
            references={"po": number},
        )  # fmt: skip
        document_key = f"{number}/{uuid.uuid4().hex}"
        values = {
            "public_id": documents.public_id(document_key), "message_id": message_id, "ordinal": 1,
            "lane_id": self.source_lane, "type": order.type, "number": number,
            "ordering_key": key or order.ordering_key, "key": document_key, "part": "file",
            "position": "line 2", "state": state, "created_at": AT, "body": documents.dump(order),
        }  # fmt: skip
        with self.ledger.write() as connection:
            document_id = connection.execute(
                t.document.insert().values(values).returning(t.document.c.id)
            ).scalar_one()
        return int(document_id)

    def delivery(self, document_id: int, *, state: str = "dead", key: str = "order:PO-1") -> int:
        public_id = self.row(t.document, document_id).public_id
        with self.ledger.write() as connection:
            delivery_id = connection.execute(
                t.delivery.insert()
                .values(
                    key=f"out/{public_id}/erp", document_id=document_id, lane_id=self.endpoint_lane,
                    endpoint="erp", ordering_key=key, state=state, tries=3, created_at=AT,
                )
                .returning(t.delivery.c.id)
            ).scalar_one()  # fmt: skip
        return int(delivery_id)

    def hold(self, lane_id: int, ordering_key: str, holder_id: int) -> None:
        with self.ledger.write() as connection:
            connection.execute(
                t.blocked_key.insert().values(
                    lane_id=lane_id, ordering_key=ordering_key, holder_id=holder_id, since=AT
                )
            )

    # -- what stopped ------------------------------------------------------------------------------

    def unknown_item(self, number: str = "PO-1", *, sku: str = "XYZ-999", key: str = "") -> str:
        """A document that waits for a cross reference, holding its ordering key."""
        document_id = self.document(number, sku=sku, key=key)
        row = self.row(t.document, document_id)
        if key:
            self.hold(self.source_lane, key, document_id)
        return self.bury(
            subject=Subject.DOCUMENT, step=Step.APPLY, message_id=row.message_id, document_id=document_id,
            type=row.type, number=number, code="XREF_ITEM_UNKNOWN", value=sku,
            sentence=f"no cross reference for VN {sku} of partner SUPA", location=Location(path="line 2"),
            release_condition=f"xref:item:SUPA:VN:{sku}",
        )  # fmt: skip

    def refused(self, number: str = "PO-9", *, key: str = "", state: str = "dead") -> str:
        """A delivery that its endpoint refused, holding its ordering key."""
        key = key or f"order:{uuid.uuid4().hex}"
        document_id = self.document(number, state="applied")
        delivery_id = self.delivery(document_id, key=key, state=state)
        self.hold(self.endpoint_lane, key, delivery_id)
        row = self.row(t.document, document_id)
        with self.ledger.write() as connection:
            connection.execute(
                t.attempt.insert().values(
                    delivery_id=delivery_id, at=AT, duration=31_000, outcome="DST_REJECTED", status=422,
                    detail="customer is blocked",
                )
            )  # fmt: skip
        return self.bury(
            subject=Subject.DELIVERY, step=Step.DELIVER, message_id=row.message_id, document_id=document_id,
            delivery_id=delivery_id, lane_id=self.endpoint_lane, endpoint="erp", type=row.type, number=number,
            code="DST_REJECTED", sentence="customer is blocked",
        )  # fmt: skip

    def bad_row(self, fragment: bytes | None = b"order,sku,qty\nPO-2,ABC-1,dozen\n") -> str:
        """A row that cannot be read, with what can be repaired cut out."""
        return self.bury(
            subject=Subject.PART, step=Step.TRANSLATE, message_id=self.message(), code="VALUE_NOT_NUMERIC",
            sentence="qty is not a number", value="dozen", fragment=fragment,
            location=Location(line=3, field="qty", offset=CSV.index(b"PO-2")),
        )  # fmt: skip

    def bad_set(self, interchange: bytes) -> str:
        """An X12 set that was refused, cut out of its interchange."""
        message_id = self.message(interchange, name="order.x12", kind="x12")
        return self.bury(
            subject=Subject.PART, step=Step.TRANSLATE, message_id=message_id, code="VALUE_NOT_NUMERIC",
            sentence="PO102 must be a number", fragment=interchange, location=Location(path="ISA1/GS1/ST0001"),
        )  # fmt: skip

    def unreadable(self, body: bytes = b"\xff\xfe garbage") -> str:
        """A message of which nothing can be read."""
        return self.bury(
            subject=Subject.MESSAGE, step=Step.TRANSLATE, message_id=self.message(body, state="dead"),
            code="ENV_UNREADABLE", sentence="the header is missing",
        )  # fmt: skip
