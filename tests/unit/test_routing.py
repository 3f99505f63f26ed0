"""Routing: which endpoints hear of a document."""

from __future__ import annotations

from bridge import routing
from bridge.company import Route

ADJUSTED = "crossdock.inventory.adjusted.v1"


def route(*types: str, to: tuple[str, ...] = ("erp",), **conditions: tuple[str, ...]) -> Route:
    return Route(types=types, to=to, **conditions)


def hear(*routes: Route, document_type: str = ADJUSTED, source: str = "wms", site: str | None = "DC1"):
    return routing.endpoints(routes, document_type=document_type, source=source, site=site)


def test_a_pattern_takes_a_family_of_types():
    assert hear(route("crossdock.inventory.*")) == ("erp",)
    assert hear(route("crossdock.order.*")) == ()


def test_without_a_fitting_route_nobody_hears():
    assert hear() == ()


def test_every_condition_must_fit():
    both = route("*", sources=("wms",), sites=("DC2",))
    assert hear(both) == ()
    assert hear(both, site="DC2") == ("erp",)
    assert hear(both, site="DC2", source="till") == ()


def test_a_route_with_sites_does_not_take_a_document_without_one():
    assert hear(route("*", sites=("DC1",)), site=None) == ()


def test_each_endpoint_is_named_once_in_the_order_of_the_routes():
    first = route(ADJUSTED, to=("wms", "erp"))
    second = route("*", to=("erp", "shop"))
    assert hear(first, second) == ("wms", "erp", "shop")


def test_a_pattern_is_case_sensitive_and_matches_whole_names():
    assert hear(route("CROSSDOCK.*")) == ()
    assert hear(route("inventory")) == ()


def test_the_book_takes_what_the_policy_names():
    assert routing.posts(["*"], ADJUSTED)
    assert routing.posts(["crossdock.receipt.*", ADJUSTED], ADJUSTED)
    assert not routing.posts(["crossdock.receipt.*"], ADJUSTED)
    assert not routing.posts([], ADJUSTED)
