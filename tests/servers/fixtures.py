"""Pytest fixtures over the private servers; a server starts with the first test that asks for it."""

from collections.abc import Iterator

import pytest

from tests.servers.mail import MailServers
from tests.servers.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresqlServer]:
    """One PostgreSQL server per test process; mark the test `postgresql`."""
    with PostgresqlServer() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    """The SQLAlchemy address of a fresh, empty database that is dropped after the test."""
    name = postgresql_server.create_database()
    yield postgresql_server.url(name)
    postgresql_server.drop_database(name)


@pytest.fixture(scope="session")
def mail_servers() -> Iterator[MailServers]:
    """Postfix and Dovecot, one pair per test process; mark tests `mail_server`, use own mailboxes."""
    with MailServers() as servers:
        yield servers
