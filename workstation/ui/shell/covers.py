"""What covers the work before somebody has signed in: first run, waiting for approval, sign-in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workstation.casework.errors import RuleViolation
from workstation.ports import HubUnavailable, SignInRequired, StoreUnusable
from workstation.services.views import SessionView
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.tasks import TaskStarter
from workstation.ui.shared.words import translate
from workstation.ui.shell.view import MainWindow

if TYPE_CHECKING:
    from workstation.services.session import Session
    from workstation.ui.sign_in.view import SignInView


class Covers:
    """Shows the right sheet for the state of the session and carries out what is asked there."""

    def __init__(
        self,
        window: MainWindow,
        make_view: Callable[[], SignInView],
        session: Session,
        tasks: TaskStarter,
        errors: ErrorText,
        start_demo: Callable[[], None],
        set_autostart: Callable[[bool], None],
    ) -> None:
        self._window = window
        self._make_view = make_view
        self._start_demo, self._set_autostart = start_demo, set_autostart
        self._session = session
        self._tasks = tasks
        self._errors = errors
        self._is_busy = False
        self.uncovered: Callable[[], None] = lambda: None
        """Called when somebody has signed in and the work is there again."""

    @cached_property
    def view(self) -> SignInView:
        """The sheets; made when the first of them is needed, which is never for who is signed in."""
        view, session = self._make_view(), self._session
        view.demo_chosen.connect(self._start_demo)
        view.autostart_chosen.connect(self._set_autostart)
        view.firm_created.connect(self._on_firm)
        view.hub_chosen.connect(
            lambda url: self._do(session.connect(url), translate("SignIn", "Der Hub wird gesucht."))
        )
        view.signed_in.connect(
            lambda login, secret: self._do(
                session.sign_in(login, secret), translate("SignIn", "Du wirst angemeldet.")
            )
        )
        view.asked_again.connect(lambda: self._do(session.check_device(), ""))
        return view

    def _on_firm(self, firm: str, name: str, login: str, secret: str) -> None:
        self._do(
            self._session.create_firm(firm, name, login, secret),
            translate("SignIn", "Der Hub wird eingerichtet. Das dauert wenige Sekunden."),
        )

    def _do(self, work: Coroutine[Any, Any, SessionView], busy: str) -> None:
        if self._is_busy:
            work.close()
            return
        self._is_busy = True
        page = self.view.current_page()
        if busy:
            self.view.show_busy(busy)
        self._tasks.start(self._guarded(work, page), name="session", owner=self)

    async def _guarded(self, work: Coroutine[Any, Any, SessionView], page: object) -> None:
        problem = ""
        try:
            await work
        except (RuleViolation, SignInRequired) as error:
            problem = self._errors.sentence(error.code, error.params)
        except HubUnavailable as error:
            problem = self._errors.sentence(error.why)
        except StoreUnusable as error:
            problem = self._errors.sentence(error.reason, {"path": str(error.path)})
        except Exception:
            self.view.back_to(page, "")  # the report tells the rest; nobody is left with a page that waits
            raise
        finally:
            self._is_busy = False
        if problem:
            self.view.back_to(page, problem)
        self.refresh()

    def refresh(self) -> None:
        """Show what the session asks for."""
        view = self._session.view
        if self._is_busy:
            return
        was_covered = self._window.is_covered
        if view.state == "signed_in":
            self._window.show_work()
            if was_covered:
                self.uncovered()
            return
        self._window.show_cover(self.view)
        if view.state == "first_run":
            if not was_covered:
                self.view.show_first_run()
        elif view.device_state in ("waiting", "revoked") and view.state != "expired":
            self.view.show_waiting(view.device_code, view.tenant_name)
        elif not was_covered or not self.view.is_asking_who:
            self.view.show_sign_in(view.tenant_name, view.login, is_expired=view.state == "expired")
