"""The three cookies: of a session, of a sign-in that is not over, of a visit. They end when the browser is closed."""

from aiohttp import web

from web.config import WebConfig
from web.keys import CONFIG


def carry_session(request: web.Request, response: web.Response, secret: str) -> web.Response:
    """The browser is signed in; what led there is over."""
    config = request.app[CONFIG]
    _set(response, config, config.session_cookie, secret)
    return drop_step(request, response)


def carry_step(request: web.Request, response: web.Response, secret: str) -> web.Response:
    """The browser goes on with a sign-in."""
    config = request.app[CONFIG]
    _set(response, config, config.step_cookie, secret)
    return response


def drop_session(request: web.Request, response: web.Response) -> web.Response:
    """The browser is signed out."""
    config = request.app[CONFIG]
    _drop(response, config, config.session_cookie)
    return response


def drop_step(request: web.Request, response: web.Response) -> web.Response:
    """The sign-in is over, if there was one."""
    config = request.app[CONFIG]
    if config.step_cookie in request.cookies:
        _drop(response, config, config.step_cookie)
    return response


def step_secret(request: web.Request) -> str:
    """What carries the sign-in; empty when there is none."""
    return request.cookies.get(request.app[CONFIG].step_cookie, "")


def carry_visit(request: web.Request, response: web.Response, secret: str) -> web.Response:
    """The browser entered by a code."""
    config = request.app[CONFIG]
    _set(response, config, config.visit_cookie, secret)
    return response


def drop_visit(request: web.Request, response: web.Response) -> web.Response:
    """The visit is over."""
    config = request.app[CONFIG]
    _drop(response, config, config.visit_cookie)
    return response


def visit_secret(request: web.Request) -> str:
    """What carries the visit; empty when there is none."""
    return request.cookies.get(request.app[CONFIG].visit_cookie, "")


def redirect(path: str) -> web.Response:
    """303 as an answer, where a cookie goes along."""
    return web.Response(status=303, headers={"Location": path})


def _set(response: web.Response, config: WebConfig, name: str, secret: str) -> None:
    response.set_cookie(name, secret, path="/", httponly=True, samesite="Lax", secure=config.secure)


def _drop(response: web.Response, config: WebConfig, name: str) -> None:
    response.del_cookie(name, path="/", secure=config.secure, httponly=True, samesite="Lax")
