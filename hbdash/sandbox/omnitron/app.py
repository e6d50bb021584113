"""Omnitron's routes: /api/v1/…, /oms/channels/ and /whisperer/…; the core mounts them."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from hbdash.sandbox.omnitron import (
    actions,
    attributes,
    batches,
    catalogue,
    create_orders,
    mapper,
    orders,
    penalties,
    people,
    places,
    plans,
    reports,
    requests,
    setup,
    tree,
    webhooks,
)
from hbdash.sandbox.omnitron.sweeps import Sweeps
from hbdash.sandbox.omnitron.web import Handler, State, answer, route
from hbdash.sandbox.omnitron.wire import not_found
from hbdash.sandbox.world import World

API = "/api/v1/"

_GLOBAL: dict[str, dict[str, Handler]] = {
    "active_user/": {"GET": setup.active_user},
    "channels/{pk:int}/": {"GET": setup.channel, "PATCH": setup.change_channel},
    "catalogs/{pk:int}/": {"GET": setup.catalog},
    "content_types/": {"GET": setup.content_types},
    "content_types/{pk:int}/": {"GET": setup.content_type},
}

_CHANNEL: dict[str, dict[str, Handler]] = {
    **{path: {"GET": handler} for path, handler in catalogue.ROUTES.items()},
    "price_lists/": {"GET": setup.price_lists},
    "stock_lists/": {"GET": setup.stock_lists},
    "mapped_products/{pk:int}/": {"GET": mapper.mapped_product},
    **attributes.ROUTES,
    "category_trees/": {"GET": tree.category_trees, "POST": tree.create_tree},
    "category_trees/{pk:int}/": {"GET": tree.category_tree},
    "category_nodes/": {"GET": tree.category_nodes, "POST": tree.create_node},
    "category_nodes/move/": {"POST": tree.move_node},
    "category_nodes/{pk:int}/": {"GET": tree.category_node, "PATCH": tree.change_node},
    "category_nodes/{pk:int}/detailed/": {"GET": tree.category_node},
    "countries/": {"GET": places.look_up(places.COUNTRIES)},
    "cities/": {"GET": places.look_up(places.CITIES)},
    "townships/": {"GET": places.look_up(places.TOWNSHIPS)},
    "districts/": {"GET": places.look_up(places.DISTRICTS)},
    "error_reports/": {"GET": reports.index, "POST": reports.create},
    "error_reports/{pk:int}/": {"GET": reports.show},
    "customers/": {"GET": people.customers, "POST": people.create_customer},
    "customers/{pk:int}/": {"GET": people.customer, "PATCH": people.change_customer},
    "addresses/": {"GET": people.addresses, "POST": people.create_address},
    "addresses/{pk:int}/": {"GET": people.address},
    "cargos/": {"GET": people.cargos},
    "cargos/{pk:int}/": {"GET": people.cargo},
    "integration_actions/": {"GET": actions.index, "POST": actions.create},
    "integration_actions/deleted/": {"GET": actions.deleted},
    "integration_actions/{pk:int}/": {
        "GET": actions.show,
        "PATCH": actions.change,
        "DELETE": actions.remove,
    },
    "batch_requests/": {"GET": batches.index, "POST": batches.create},
    "batch_requests/{pk:int}/": {
        "GET": batches.show,
        "PATCH": batches.change,
        "PUT": batches.change,
        "DELETE": batches.remove,
    },
    "failed_integrations/": {"GET": penalties.index},
    "failed_integrations/{pk:int}/": {
        "GET": penalties.show,
        "PUT": penalties.replace,
        "DELETE": penalties.remove,
    },
    "create_orders/": {"POST": create_orders.create},
    "orders/": {"GET": orders.index},
    "orders/updates/": {"GET": orders.updates},
    "orders/{pk:int}/": {"GET": orders.show},
    "orders/{pk:int}/cancel/": {"POST": orders.cancel},
    "order_items/": {"GET": orders.items},
    "order_items/{pk:int}/": {"GET": orders.item, "PATCH": orders.change_item},
    "order_shipping_infos/": {"POST": orders.create_shipping_info},
    "cancellation_plans/": {"GET": plans.index},
    "cancellation_plans/{pk:int}/": {"GET": plans.show},
    "cancellation_reasons/": {"GET": requests.reasons},
    "cancellation_requests/": {"GET": requests.index, "POST": requests.create},
    "cancellation_requests/updates/": {"GET": requests.updates},
    "cancellation_requests/{pk:int}/": {"GET": requests.show},
    "cancellation_requests/{pk:int}/reject/": {"POST": requests.reject},
    **{f"error_reports/{level}/": places.reports_of(level) for level in places.LEVELS},
    "error_reports/distinct/": places.reports_of("district"),  # as the published page spells it
}


def app(world: World) -> Starlette:
    """The service. Unknown paths, and paths without their last slash, are a 404."""
    state = State(Sweeps())
    routes: list[Route] = [
        route(world, state, f"{API}auth/login/", {"POST": setup.login}, open_=True),
        route(world, state, "/oms/channels/", {"GET": setup.oms_channels}),
        *webhooks.routes(world, state),
    ]
    for path, methods in _GLOBAL.items():
        routes.append(route(world, state, API + path, methods))
    for path, methods in _CHANNEL.items():
        routes.append(route(world, state, f"{API}channel/{{channel:int}}/{path}", methods))

    async def nothing(request: Request) -> Response:
        return answer(404, not_found().body)

    service = Starlette(routes=[*routes, Route("/{rest:path}", nothing)])
    assert isinstance(service.router, Router)
    service.router.redirect_slashes = False
    return service
