"""Embedded PostgreSQL and Redis start, stop, stand side by side, and get up again after every kind of end."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.conninfo import conninfo_to_dict

from config.services import ServiceError, Services
from config.services.installation import client_program
from tests.config.places import ROOT, interpreter_for, needs_root, processes_of


def sql(services, statement, *parameters):
    with psycopg.connect(services.database_url) as connection:
        result = connection.execute(statement, parameters)
        return result.fetchone() if result.description else None


def database(services):
    return next(server for server in services.embedded if server.name == "postgres")


def kill(server):
    os.kill(server.pid, signal.SIGKILL)
    deadline = time.monotonic() + 40
    while server.exit_code is None and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_start_makes_all_a_stop_ends_all_and_the_next_start_finds_it(reachable):
    data = reachable / "data"
    with Services(data) as services:
        version, user = sql(services, "SELECT current_setting('server_version_num')::int, current_user")
        assert (version // 10000, user) == (18, "dynacomp")
        sql(services, "CREATE TABLE kept AS SELECT 42 AS answer")
        store = redis.Redis.from_url(services.redis_url)
        store.set("kept", "42")
        assert store.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert processes_of(reachable) == []
    with Services(data) as services:
        assert sql(services, "SELECT answer FROM kept") == (42,)
        assert redis.Redis.from_url(services.redis_url).get("kept") == b"42"


def test_the_application_is_no_superuser_and_nothing_listens_beyond_the_sockets(reachable):
    with Services(reachable / "data", durable=False) as services:
        assert sql(services, "SELECT usesuper FROM pg_user WHERE usename = current_user") == (False,)
        assert sql(services, "SHOW listen_addresses") == ("",)
        assert redis.Redis.from_url(services.redis_url).config_get("port")["port"] == "0"
        for path in [
            *(reachable / "data" / "run").iterdir(),
            reachable / "data" / "redis",
            database(services).folder,
        ]:
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path


def test_two_stand_side_by_side(reachable):
    with Services(reachable / "a", durable=False) as one, Services(reachable / "b", durable=False) as other:
        sql(one, "CREATE TABLE only_here (n int)")
        assert sql(other, "SELECT to_regclass('only_here')") == (None,)
        assert one.redis_url != other.redis_url


def test_a_second_start_in_one_folder_is_refused_and_harms_nothing(reachable):
    with Services(reachable / "data", durable=False) as services:
        with pytest.raises(ServiceError, match=rf"already running in .*process {os.getpid()}"):
            Services(reachable / "data", durable=False).start()
        assert sql(services, "SELECT 1") == (1,)


@pytest.mark.slow
def test_what_was_killed_gets_up_again_with_all_that_was_committed(reachable):
    with Services(reachable / "data") as services:
        sql(services, "CREATE TABLE kept (n int)")
        sql(services, "INSERT INTO kept SELECT generate_series(1, 1000)")
        for server in services.embedded:
            kill(server)
            assert server.exit_code == -signal.SIGKILL
            server.start()
        assert sql(services, "SELECT count(*) FROM kept") == (1000,)
        assert redis.Redis.from_url(services.redis_url).ping()
    assert processes_of(reachable) == []


@pytest.mark.slow
def test_servers_end_with_whoever_started_them_and_the_next_start_repairs(reachable):
    data = reachable / "data"
    code = (
        "import sys, time; from pathlib import Path; from config.services import Services\n"
        f"services = Services(Path({str(data)!r}), durable=False)\n"
        "services.start(); print('started', flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    with starter:
        assert starter.stdout
        assert starter.stdout.readline() == b"started\n"
        assert processes_of(data)
        starter.kill()
    with Services(data, durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)
    assert processes_of(data) == []


def test_the_number_of_another_process_in_a_stale_file_does_not_keep_it_from_starting(reachable):
    data = reachable / "data"
    with Services(data, durable=False) as services:
        cluster = database(services).folder
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n1700000000\n5432\n\n\n  0 0\nready\n")
    with Services(data, durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)


@pytest.mark.parametrize("content", ["", "no number\n"])
def test_a_torn_file_does_not_keep_it_from_starting(reachable, content):
    data = reachable / "data"
    with Services(data, durable=False) as services:
        cluster = database(services).folder
    (cluster / "postmaster.pid").write_text(content)
    with Services(data, durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)


def test_an_unfinished_database_folder_is_made_anew(reachable):
    data = reachable / "data"
    data.mkdir(mode=0o711)
    unfinished = data / ".postgres.new-abc"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    with Services(data, durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)
    assert not unfinished.exists()


def test_messages_that_cannot_be_read_again_are_set_aside(reachable):
    data = reachable / "data"
    with Services(data, durable=False, database_url="postgresql://elsewhere/x") as services:
        redis.Redis.from_url(services.redis_url).set("n", 1)
    folder = data / "redis" / "appendonlydir"
    next(folder.glob("*.incr.aof")).write_text("torn in the middle\n")
    with Services(data, durable=False, database_url="postgresql://elsewhere/x") as services:
        assert redis.Redis.from_url(services.redis_url).dbsize() == 0
    assert "torn" in next((data / "redis" / "appendonlydir.broken").glob("*.incr.aof")).read_text()


def test_a_given_address_starts_nothing(tmp_path):
    with Services(tmp_path / "data", database_url="postgresql://h/d", redis_url="redis://h") as services:
        assert (services.database_url, services.redis_url) == ("postgresql://h/d", "redis://h")
        assert services.embedded == []


@pytest.mark.parametrize("name", ["sp ace 'n\" %41+ü", "comma,", "d" * 120])
def test_any_path_will_do(reachable, name):
    with Services(reachable / name, durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)
        assert redis.Redis.from_url(services.redis_url).ping()
        sockets = Path(str(conninfo_to_dict(services.database_url)["host"]))
        assert sockets.is_dir()
    assert not sockets.exists()
    assert processes_of(reachable) == []


def test_a_database_that_cannot_start_says_why_and_where_to_look(reachable):
    data = reachable / "data"
    with Services(data, durable=False) as services:
        cluster = database(services).folder
    (cluster / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServiceError) as caught:
        Services(data, durable=False).start()
    assert "initialized by PostgreSQL version 9.6" in str(caught.value)
    assert f"Log: {data / 'log' / 'postgres.log'}" in str(caught.value)
    assert processes_of(reachable) == []


@pytest.mark.parametrize("parts", [["file"], ["file", "data"]])
def test_a_folder_that_cannot_be_is_refused_in_words(tmp_path, parts):
    (tmp_path / "file").write_text("")
    with pytest.raises(ServiceError, match=r"in the way|cannot be made"):
        Services(tmp_path.joinpath(*parts)).start()


def test_programs_for_copies_of_the_database_are_there():
    said = subprocess.run(
        [client_program("pg_dump"), "--version"], capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("pg_dump (PostgreSQL) 18")
    with pytest.raises(ServiceError, match="no program pg_nothing"):
        client_program("pg_nothing")


@needs_root
def test_below_a_closed_folder_the_database_of_root_lies_elsewhere(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Services(closed / "data", durable=False) as services:
        assert sql(services, "SELECT 1") == (1,)
        home = database(services).folder.parent
        assert home.is_relative_to("/tmp")
        assert not home.is_relative_to(closed)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert not home.exists()


@needs_root
@pytest.mark.slow
def test_an_ordinary_user_starts_and_stops_it_too(reachable, nobody):
    python = interpreter_for(nobody)
    if python is None:
        pytest.skip("no other user can reach this Python and its packages")
    home = reachable / "home"
    home.mkdir()
    os.chown(home, *nobody)
    code = (
        f"import sys; sys.path[:0] = {[str(ROOT), *sys.path]}\n"
        "from pathlib import Path; from config.services import Services; import psycopg\n"
        f"with Services(Path({str(home / 'data')!r}), durable=False) as services:\n"
        "    print(psycopg.connect(services.database_url).execute('SELECT 42').fetchone())\n"
    )
    options = {"user": nobody.uid, "group": nobody.gid, "extra_groups": [], "cwd": "/"}
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, **options)
    assert (done.stdout, done.stderr) == ("(42,)\n", "")
    assert {path.stat().st_uid for path in (home / "data").rglob("*")} == {nobody.uid}
    assert processes_of(reachable) == []
