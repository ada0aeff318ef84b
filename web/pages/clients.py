"""Set-up: programs that may use the API; make one, see its last use, revoke it."""

from aiohttp import web

from bridge.clientdesk import ClientDesk
from bridge.clients import MAX_CLIENT_NAME, MAX_DAYS, Client, NewClient, holds
from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId, ClientId
from bridge.model import Agency
from bridge.organisation import Tree
from bridge.policy import Action, office_actions
from bridge.setup import SettingUp, SetUp
from web.archive_list import names_of
from web.config import WebPorts
from web.forms import Form, read_form
from web.labels import ACTIONS
from web.once import Credential, Key, Once, Untold
from web.render import render, see_other
from web.requests import actor_of, signed_in
from web.sending import MARK, marked, sent_once

USUAL_DAYS = "365"


class ClientPages:
    """The handlers; ``untold`` keeps a new secret until its page is fetched."""

    def __init__(self, ports: WebPorts, once: Once, untold: Untold) -> None:
        self._ports = ports
        self._desk = ClientDesk(ports.units, ports.clock, ports.entropy)
        self._setup = SettingUp(ports.units, ports.clock, ports.entropy)
        self._once = once
        self._untold = untold

    async def listing(self, request: web.Request) -> web.StreamResponse:
        """Those of the reader's part of the tree; who holds, who was last seen when."""
        clients = await self._desk.listing(actor_of(request))
        tree, names = await self._around(request, clients)
        now = self._ports.clock.utc()
        return render(
            request,
            "clients.html",
            clients=clients,
            holding={client.id for client in clients if holds(client, now)},
            tree=tree,
            names=names,
            form=marked(request),
            mark=MARK,
            saved="saved" in request.query,
        )

    async def _around(self, request: web.Request, clients: list[Client]) -> tuple[Tree, dict[AccountId, str]]:
        async def read(setup: SetUp) -> tuple[Tree, dict[AccountId, str]]:
            return setup.tree, await names_of(setup.unit, [client.made_by for client in clients])

        return await self._setup.look(actor_of(request), read)

    async def new(self, request: web.Request) -> web.StreamResponse:
        """The form, for the reader's own agency unless they choose another."""
        agency = actor_of(request).agency
        form = marked(request, agency=agency, days=USUAL_DAYS)
        return self._new_page(request, await self._agencies(request), form)

    async def make(self, request: web.Request) -> web.StreamResponse:
        """Made, and on to its secret; or the form again as it was sent."""
        agencies, form = await self._agencies(request), await read_form(request)

        async def do(key: Key) -> str:
            handed = await self._desk.make(actor_of(request), _asked(form))
            self._untold.put(key, [Credential("", handed.secret, handed.client.name, "")])
            return f"/setup/clients/secrets/{key[1]}"

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return self._new_page(request, agencies, form, 422)
        raise see_other(onward)

    async def secret(self, request: web.Request) -> web.StreamResponse:
        """Shown one time."""
        told = self._untold.take((signed_in(request).session.id, request.match_info["form"]))
        return render(request, "client_secret.html", 200 if told else 410, told=told)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """Its next request is refused."""
        await self._desk.revoke(actor_of(request), ClientId(request.match_info["client"]))
        raise see_other("/setup/clients?saved")

    async def _agencies(self, request: web.Request) -> list[tuple[int, Agency]]:
        """Those a client can be of. Raises NotPermitted for who sets up nothing."""
        actor = actor_of(request)

        async def read(setup: SetUp) -> list[tuple[int, Agency]]:
            return setup.tree.rows(setup.agency(actor.agency).id)

        return await self._setup.look(actor, read)

    def _new_page(
        self, request: web.Request, agencies: list[tuple[int, Agency]], form: Form, status: int = 200
    ) -> web.Response:
        given = office_actions(actor_of(request))
        return render(
            request,
            "client_new.html",
            status,
            agencies=agencies,
            actions=[(action, sentence) for action, sentence in ACTIONS.items() if action in given],
            form=form,
            mark=MARK,
            limits={"name": MAX_CLIENT_NAME, "days": MAX_DAYS},
        )


def _asked(form: Form) -> NewClient:
    """Raises Invalid(days)."""
    actions = frozenset(action for action in Action if f"action-{action}" in form.values)
    days = form.text("days")
    if not days.isascii() or not days.isdigit() or len(days) > 4:
        raise Invalid(field="days", like="valid_days", limit=str(MAX_DAYS))
    return NewClient(form.text("name"), AgencyId(form.text("agency")), actions, int(days))
