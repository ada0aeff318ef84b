"""Which of some names ever stood on somebody's pages, even for a moment, or came over their sockets."""

import json
from collections.abc import Iterable

from playwright.async_api import Page, WebSocket

_LOOK = """(() => {
    const left = new Set(NAMES);
    const look = () => {
        const page = document.documentElement?.outerHTML ?? "";
        for (const name of left)
            if (page.includes(name)) {
                left.delete(name);
                window.diemcauStood(name);
            }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
})();"""


class Names:
    """Of one window. ``stood``: names seen in the DOM; ``frames``: everything its sockets received."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.stood: set[str] = set()
        self.frames: list[str] = []
        self.sockets = 0
        """How many were opened."""
        page.on("websocket", self._listen)

    async def watch(self, names: Iterable[str]) -> None:
        """For these, on every page from its first element on. To be called before there is one."""
        await self._page.expose_function("diemcauStood", self._stand)
        await self._page.add_init_script(_LOOK.replace("NAMES", json.dumps(list(names), ensure_ascii=False)))

    def _stand(self, name: str) -> None:
        self.stood.add(name)

    def _listen(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def came(self, word: str) -> bool:
        """Whether any frame had it."""
        return any(word in frame or json.dumps(word)[1:-1] in frame for frame in self.frames)
