"""The database goes away in the middle and comes back: nothing is dropped, nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.faults.rig import House
from tests.faults.story import is_told_once, the_card
from tests.postgres import Cluster

pytestmark = [pytest.mark.parametrize("database_url", ["postgresql"], indirect=True), pytest.mark.postgres]


@contextmanager
def away(cluster: Cluster, house: House) -> Iterator[None]:
    """End every connection to the database and let nobody in."""
    name = sql.Identifier(str(make_url(house.database_url).database))
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (make_url(house.database_url).database,),
        )
        yield
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def test_an_approval_outlives_the_absence_of_the_database(house: House, postgres_server: Cluster) -> None:
    house.start()
    deal_id = house.close_deal("flat")
    house.settle()
    house.press("dana", "approval.approve", the_card(house))
    with away(postgres_server, house):
        assert not house.app.ended_within(5)  # longer than quick tries alone would bridge
    house.database.dispose()
    house.settle()
    assert house.deaths == 0
    is_told_once(house, deal_id)
