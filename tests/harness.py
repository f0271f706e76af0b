"""A window without a window: the real Flet session, driven as a client would, for tests of screens.

    async with Window(main) as window:
        await window.tap("Save")
        assert "Saved" in window.texts()

Flet renders components while it encodes a message, so every message is encoded as on the wire.
Private Flet names stand in this file and nowhere else.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flet as ft
import msgpack
from flet.components.public_utils import unwrap_component
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page, context
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    Message,
    MessageAction,
    RegisterClientResponseBody,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from tests.sight import name_of, said, walk

Draw = Callable[..., Any]


class Wire(Connection):
    """The client's end of the connection: it encodes what is sent and answers method calls."""

    def __init__(self, answers: dict[str, Callable[[Any], Any]]) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self.executor = ThreadPoolExecutor(max_workers=2)
        self.pubsubhub = PubSubHub(loop=self.loop, executor=self.executor)
        self.page_url = "http://test.local"
        self.session: Session | None = None
        self.answers = answers
        self.calls: list[tuple[str, Any]] = []
        self.crashes: list[str] = []

    def send_message(self, message: Message) -> None:
        """Encode a message as on the wire, and answer it where it asks."""
        encode = configure_encode_object_for_msgpack(BaseControl)
        msgpack.packb([message.action, message.body], default=encode)
        if message.action == MessageAction.SESSION_CRASHED:
            self.crashes.append(message.body.message)
        elif message.action == MessageAction.INVOKE_METHOD:
            self._answer(message.body)

    def _answer(self, body: Any) -> None:
        self.calls.append((body.name, body.args))
        reply = self.answers.get(body.name, lambda _: None)(body.args)
        assert self.session is not None
        self.loop.call_soon(
            self.session.handle_invoke_method_results, body.control_id, body.call_id, reply, None
        )


def on_the_wire(control: BaseControl) -> Any:
    """What the client gets of a control or a service."""
    encode = configure_encode_object_for_msgpack(BaseControl)
    return msgpack.unpackb(msgpack.packb(control, default=encode))


class Window:
    """One window on the app. Leave it with `async with`; it fails if the app crashed meanwhile."""

    def __init__(
        self,
        main: Draw,
        route: str = "/",
        *,
        width: int = 412,
        height: int = 860,
        dark: bool = False,
        answers: dict[str, Callable[[Any], Any]] | None = None,
    ) -> None:
        self._main = main
        self._answers = {"push_route": self._pushed, **(answers or {})}
        self._props = {
            "route": route,
            "platform": ft.PagePlatform.ANDROID,
            "width": width,
            "height": height,
            "platform_brightness": ft.Brightness.DARK if dark else ft.Brightness.LIGHT,
        }

    async def __aenter__(self) -> Window:
        self.wire = Wire(self._answers)
        self.session = self.wire.session = Session(self.wire)
        self.page = self.session.page
        self.session.apply_page_patch(self._props)
        self._token = _context_page.set(self.page)
        context.reset_auto_update()
        body = RegisterClientResponseBody(
            session_id=self.session.id, page_patch=self.session.get_page_patch(), error=""
        )
        self.wire.send_message(Message(MessageAction.REGISTER_CLIENT, body))
        started = self._main(self.page)
        if inspect.isawaitable(started):
            await started
        await self.session.after_event(self.page)
        await self.settle()
        return self

    async def __aexit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.session.close()
        await asyncio.sleep(0)
        _context_page.reset(self._token)
        self.wire.executor.shutdown(wait=False)
        if kind is None and self.wire.crashes:
            raise AssertionError(f"the app crashed: {self.wire.crashes[0]}")

    # --- what a client does

    def _pushed(self, args: Any) -> None:
        self.session.apply_patch(self.page._i, {"route": args["route"]})
        event = self.session.dispatch_event(self.page._i, "route_change", {"route": args["route"]})
        self._route_task = self.wire.loop.create_task(event)

    async def settle(self, rounds: int = 40) -> None:
        """Let repaints and effects happen; a repaint that failed fails the test."""
        for _ in range(rounds):
            await asyncio.sleep(0)
        task = getattr(self.session, "_Session__updates_task", None)
        if task is not None and task.done() and not task.cancelled() and task.exception():
            raise AssertionError("a repaint failed and the window is frozen") from task.exception()

    async def until(self, text: str, patience: float = 20.0) -> None:
        """Wait until something on screen holds this text, as after asking the clinic; fails with what is there."""
        over = self.wire.loop.time() + patience
        while not any(text in shown for shown in self.texts()):
            assert self.wire.loop.time() < over, f"{text!r} never came: {self.texts()}"
            await asyncio.sleep(0.02)
            await self.settle()

    def on_a_computer(self) -> None:
        """The window is a browser's on a computer from now on."""
        self.session.apply_page_patch({"web": True, "platform": "linux"})

    async def fire(self, control: BaseControl, event: str, data: Any = None, **props: Any) -> None:
        """Send an event as the client would, after the properties it changed."""
        if props:
            self.session.apply_patch(control._i, props)
        assert not getattr(control, "disabled", False), f"{name_of(control)!r} is disabled"
        await self.session.dispatch_event(control._i, event, data)
        await self.settle()

    async def tap(self, name: str) -> None:
        """Tap what has this name (or this key); the name may be its beginning."""
        control = self.button(name)
        await self.fire(control, "click" if getattr(control, "on_click", None) else "tap", None)

    async def switch(self, name: str) -> None:
        """Turn a switch over."""
        found = [c for c in self.find(ft.MergeSemantics) if name in name_of(c)]
        controls = [s for group in found for s in self.find(ft.Switch, group)]
        control = self._only(controls, "switch", name)
        await self.fire(control, "change", value=not control.value)

    async def choose(self, name: str) -> None:
        """Choose the radio row with this name."""
        found = [c for c in self.find(ft.MergeSemantics) if name in name_of(c)]
        radio = self._only([r for row in found for r in self.find(ft.Radio, row)], "radio row", name)
        (group,) = [g for g in self.find(ft.RadioGroup) if radio in self.find(ft.Radio, g)]
        await self.fire(group, "change", value=radio.value)

    async def type(self, label: str, text: str) -> None:
        """Type into the field with this label, in place of what it holds."""
        await self.fire(self.field(label), "change", text, value=text)

    async def submit(self, label: str) -> None:
        """Press Enter in the field with this label."""
        field = self.field(label)
        await self.fire(field, "submit", field.value)

    async def press(self, key: str) -> None:
        """Press a key on the keyboard."""
        data = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
        await self.fire(self.page, "keyboard_event", data)

    async def go(self, route: str) -> None:
        """Go to an address, as by a link."""
        self._pushed({"route": f"/{route.strip('/')}"})
        await self.settle()

    async def resize(self, width: int, height: int = 860) -> None:
        """Change the size of the window."""
        self.session.apply_page_patch({"width": width, "height": height})
        await self.fire(self.page, "resize", {"width": width, "height": height})

    # --- what a person sees

    @property
    def route(self) -> str:
        """The address of what is shown."""
        return str(self.page.route)

    @property
    def roots(self) -> list[Any]:
        """The view on top, and the dialogs over it."""
        views = unwrap_component(self.page.views)
        shown = [unwrap_component(v) for v in (views if isinstance(views, list) else [views])]
        dialogs = [unwrap_component(d) for d in self.page._dialogs.controls]
        return [shown[-1], *(d for d in dialogs if getattr(d, "open", True))]

    def find(self, kind: type[Any] = BaseControl, root: Any = None) -> list[Any]:
        """Every visible control of a kind, in order."""
        roots = self.roots if root is None else [root]
        return [c for top in roots for c in walk(top) if isinstance(c, kind)]

    def texts(self) -> list[str]:
        """Every text in sight, without the invisible marks that keep values together."""
        return [said(text) for text in self.find(ft.Text)]

    def buttons(self) -> list[str]:
        """The names of everything that can be pressed."""
        return [name_of(c) for c in self._pressable()]

    def button(self, name: str) -> Any:
        """The one thing to press with this key or name; a longer name that begins so also counts."""
        pressable = self._pressable()
        for match in (_has_key, _is_named, _begins_with):
            found = [c for c in pressable if match(c, name)]
            if found:
                return self._only(found, "button", name)
        return self._only([], "button", name)

    def field(self, label: str) -> ft.TextField:
        """The text field with this label."""
        return self._only([f for f in self.find(ft.TextField) if f.label == label], "field", label)

    def _pressable(self) -> list[Any]:
        found = self.find()
        return [c for c in found if getattr(c, "on_click", None) or getattr(c, "on_tap", None)]

    def _only(self, found: list[Any], what: str, name: str) -> Any:
        if len(found) == 1:
            return found[0]
        have = self.buttons() if what == "button" else [f.label for f in self.find(ft.TextField)]
        raise AssertionError(f"{len(found)} × {what} {name!r}; there are {have}; texts {self.texts()}")


def _has_key(control: Any, name: str) -> bool:
    key = getattr(control, "key", None)
    return getattr(key, "value", key) == name


def _is_named(control: Any, name: str) -> bool:
    return name_of(control) == name


def _begins_with(control: Any, name: str) -> bool:
    return name_of(control).startswith(name)


def render(component: Draw, app: Any, *args: Any, features: tuple[Any, ...] = (), **window: Any) -> Window:
    """A window that shows one component of this app, without the shell round it."""
    from app.household import alone_or_all
    from app.ui.shell import settle_in

    home = alone_or_all(app)

    @ft.component
    def Root() -> ft.Control:
        settle_in(home, features)
        return component(*args)

    return Window(lambda page: page.render(Root), **window)
