"""What page and API of a viewing copy have in common: who may, what for, and the file itself."""

from aiohttp import web

from bridge.archive import AccessKind, ViewingCopy, ViewingCopyState
from bridge.copies import ViewingCopies
from bridge.errors import NotFound
from bridge.model import RecordingRow
from bridge.policy import Action
from web.config import WebPorts
from web.purposes import Purposes
from web.ranges import Unsatisfiable
from web.reach import recording_of, sealed
from web.requests import signed_in
from web.streaming import Streamed, stream, unsatisfiable


class CopyDesk:
    """One for page and API, so that a purpose given at one counts at the other."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self.copies = ViewingCopies(ports.units, ports.clock)
        self.purposes = Purposes(ports, AccessKind.COPY, Action.COPY_RECORDING)

    async def row(self, request: web.Request) -> RecordingRow:
        """Of the address. Raises NotFound, Refusal(not_signed_in)."""
        return sealed(await recording_of(request, Action.COPY_RECORDING))

    async def ask(self, request: web.Request) -> ViewingCopy:
        """A new one, unless one is under way."""
        row = await self.row(request)
        return await self.copies.ask(signed_in(request).account.id, row)

    async def cancel(self, request: web.Request) -> ViewingCopy:
        """Ends the one under way."""
        row = await self.row(request)
        return await self.copies.cancel(signed_in(request).account.id, row.id)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The MP4, for who said what for. Raises Refusal(reason_required), NotFound."""
        row = await self.row(request)
        self.purposes.check(signed_in(request), row.id)
        copy = await self.copies.of(row.id)
        if copy is None or copy.state is not ViewingCopyState.READY:
            raise NotFound(detail=f"viewing copy of recording {row.id}")
        name = {"Content-Disposition": f'attachment; filename="{row.id}.mp4"'}
        try:
            what = Streamed(copy.key, copy.version, copy.bytes, "video/mp4", name)
            return await stream(request, self._ports.objects, what)
        except Unsatisfiable as error:
            return unsatisfiable(error)
