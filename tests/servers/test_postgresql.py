"""The private PostgreSQL server: starts, keeps its data over a crash, leaves nothing behind."""

import psycopg
import pytest

from tests.servers.ground import ServerMissingError, is_listening
from tests.servers.postgresql import OLDEST, PostgresqlServer, find_programs

pytestmark = pytest.mark.postgresql


def test_each_database_is_fresh_and_new_enough(postgresql_server: PostgresqlServer) -> None:
    first, second = postgresql_server.create_database(), postgresql_server.create_database()
    with psycopg.connect(postgresql_server.dsn(first)) as connection:
        connection.execute("create table note (text text)")
        assert connection.info.server_version >= OLDEST * 10_000
    with psycopg.connect(postgresql_server.dsn(second)) as connection:
        tables = connection.execute("select count(*) from pg_tables where tablename = 'note'").fetchone()
    assert tables == (0,)
    for name in (first, second):
        postgresql_server.drop_database(name)


def test_a_template_is_copied_with_its_rows(postgresql_server: PostgresqlServer) -> None:
    template = postgresql_server.create_database()
    with psycopg.connect(postgresql_server.dsn(template)) as connection:
        connection.execute("create table note as select 'kept' as text")
    copy = postgresql_server.create_database(template=template)
    with psycopg.connect(postgresql_server.dsn(copy)) as connection:
        assert connection.execute("select text from note").fetchall() == [("kept",)]
    for name in (copy, template):
        postgresql_server.drop_database(name)


def test_committed_rows_outlive_a_crash_and_stop_leaves_nothing() -> None:
    server = PostgresqlServer()
    server.start()
    if server.port == 0:
        server.stop()  # a server given from outside is not ours to crash
        return
    name = server.create_database()
    with psycopg.connect(server.dsn(name)) as connection:
        connection.execute("create table note as select 'kept' as text")
    server.crash()
    assert not is_listening(server.port)
    server.start()
    with psycopg.connect(server.dsn(name)) as connection:
        assert connection.execute("select text from note").fetchall() == [("kept",)]
    folder, port = server._folder, server.port
    server.stop()
    assert folder is not None and not folder.exists()
    assert not is_listening(port)


def test_a_missing_program_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_programs() is not None
    monkeypatch.setattr("tests.servers.postgresql.find_programs", lambda: None)
    monkeypatch.delenv("WORKSTATION_TEST_POSTGRESQL", raising=False)
    with pytest.raises(ServerMissingError, match="apt-get install postgresql"):
        PostgresqlServer().start()
