"""Graph's front door: who asks, for what, what stands in the way; then a handler answers; all is logged."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from simulator.delivery import WITHOUT_EFFECT, deliver, log
from simulator.faults import Fault, FaultKind
from simulator.graph.admission import authenticate
from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import GraphError
from simulator.graph.fault_answers import strike
from simulator.graph.permissions import Need
from simulator.graph.router import VERSION, Route
from simulator.graph.routes import ROUTER
from simulator.graph.wire import decode, parse, refuse, respond
from simulator.request_log import GRAPH_TYPE
from simulator.world import World


@dataclass(frozen=True, slots=True)
class GraphGateway:
    """Serves every path of Graph's own address."""

    world: World

    async def serve(self, incoming: web.Request) -> web.StreamResponse:
        """Answer one HTTP request, or drop its connection where a fault says so."""
        began = self.world.requests.next_moment()
        request, fault, caller = parse(incoming), None, None
        body = await incoming.read()
        try:
            caller = authenticate(self.world, request)
            request = replace(request, caller=caller)
            fault = self.world.faults.for_graph(request.method, request.path, GRAPH_TYPE)
            answer = self._answer(request, fault, body)
        except GraphError as error:
            answer = refuse(self.world, request, error)
        logged = log(
            self.world,
            incoming,
            path=request.path,
            api_version=VERSION,
            status=answer.status,
            correlation_id=request.request_id,
            client_request_id=request.headers.get("client-request-id"),
            caller=caller,
            began=began,
        )
        return await deliver(self.world, incoming, logged, fault, lambda: respond(self.world, request, answer))

    def _answer(self, request: GraphRequest, fault: Fault | None, body: bytes) -> GraphAnswer:
        if fault and fault.kind in WITHOUT_EFFECT:
            return GraphAnswer(0)
        counted = self.world.graph.throttling.count(request)
        try:
            struck = fault is not None and fault.kind is not FaultKind.DROPPED_AFTER
            answer = strike(fault) if fault and struck else self._handle(request, body)
        except GraphError as error:
            answer = refuse(self.world, request, error)
        answer.headers = counted | answer.headers
        return answer

    def _handle(self, request: GraphRequest, body: bytes) -> GraphAnswer:
        route, params = ROUTER.find(request.method, request.path)
        request = replace(request, params=params)
        self._check(route, request)
        return route.handler(self.world, replace(request, body=decode(body)))

    def _check(self, route: Route, request: GraphRequest) -> None:
        """Let pass who may do this; raises GraphError 403, or 404 for what is changed and is not there."""
        graph = self.world.graph
        graph.permissions.check(request.caller, route.need)
        if route.need is Need.CHANGE:
            changed = graph.find(request.params["id"])
            graph.permissions.check_owned(request.caller, graph.applications.owners[changed["id"]])


def create_graph_application(world: World) -> web.Application:
    """Make the application that serves the Graph of `world`."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", GraphGateway(world).serve)
    return application
