"""``people`` and ``teams``: who works here."""

from __future__ import annotations

import argparse

from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.words import Words
from workstation.hub.services.people import NewPerson, checked_name, checked_role


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    people = commands.add_parser("people", help=words.line("help.people"))
    acts = people.add_subparsers(required=True, metavar="ACT")
    add = acts.add_parser("add", help=words.line("help.people.add"))
    add.add_argument("--login", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", default="agent", help="agent, lead, counter, owner")
    add.add_argument("--team", default="")
    add.add_argument("--person-language", choices=("de", "en"), default="de")
    add.set_defaults(run=_add)
    acts.add_parser("list", help=words.line("help.people.list")).set_defaults(run=_list)
    for name, run in (("disable", _disable), ("enable", _enable), ("password", _password)):
        act = acts.add_parser(name, help=words.line(f"help.people.{name}"))
        act.add_argument("login")
        act.set_defaults(run=run)
    move = acts.add_parser("move", help=words.line("help.people.move"))
    move.add_argument("login")
    move.add_argument("team")
    move.set_defaults(run=_move)
    teams = commands.add_parser("teams", help=words.line("help.teams"))
    team_acts = teams.add_subparsers(required=True, metavar="ACT")
    add_team = team_acts.add_parser("add", help=words.line("help.teams.add"))
    add_team.add_argument("name")
    add_team.set_defaults(run=_add_team)
    team_acts.add_parser("list", help=words.line("help.teams.list")).set_defaults(run=_list_teams)


def _add(context: Context) -> int:
    given = context.arguments
    checked_role(given.role)
    checked_name("login", given.login, 80)
    with context.hub() as hub:
        password = context.secret("prompt.password", twice=True)
        person = hub.people.add(
            NewPerson(
                login=given.login,
                name=given.name,
                role=given.role,
                password=password,
                team=given.team,
                language=given.person_language,
            )
        )
    context.say("people.added", name=person.name, login=person.login)
    return DONE


def _list(context: Context) -> int:
    with context.hub() as hub:
        teams = {team.team_id: team.name for team in hub.people.teams()}
        rows = [
            (
                person.login,
                person.name,
                person.role,
                teams.get(person.team_id, ""),
                _state(context, person.is_active),
            )
            for person in hub.people.list()
        ]
    heading = tuple(
        context.words.line(f"column.{name}") for name in ("login", "name", "role", "team", "state")
    )
    print(table([heading, *rows]))
    return DONE


def _state(context: Context, is_active: bool) -> str:
    return context.words.line("state.active" if is_active else "state.disabled")


def _disable(context: Context) -> int:
    with context.hub() as hub:
        person = hub.people.set_active(context.arguments.login, False)
    context.say("people.disabled", login=person.login)
    return DONE


def _enable(context: Context) -> int:
    with context.hub() as hub:
        person = hub.people.set_active(context.arguments.login, True)
    context.say("people.enabled", login=person.login)
    return DONE


def _password(context: Context) -> int:
    with context.hub() as hub:
        person = hub.people.find(context.arguments.login)
        hub.people.set_password(person.login, context.secret("prompt.password", twice=True))
    context.say("people.password_set", login=person.login)
    return DONE


def _move(context: Context) -> int:
    with context.hub() as hub:
        person = hub.people.move(context.arguments.login, context.arguments.team)
        teams = {team.team_id: team.name for team in hub.people.teams()}
    context.say("people.moved", login=person.login, team=teams[person.team_id])
    return DONE


def _add_team(context: Context) -> int:
    with context.hub() as hub:
        team = hub.people.add_team(context.arguments.name)
    context.say("teams.added", name=team.name)
    return DONE


def _list_teams(context: Context) -> int:
    with context.hub() as hub:
        people = hub.people.list()
        rows = [
            (team.name, str(sum(p.team_id == team.team_id and p.is_active for p in people)), team.team_id)
            for team in hub.people.teams()
        ]
    heading = tuple(context.words.line(f"column.{name}") for name in ("team", "people", "id"))
    print(table([heading, *rows]))
    return DONE
