"""The store in an S3 bucket, held against the store in a folder; the server is a real one, over HTTP."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from grader.errors import Broken, GraderError
from grader.settings import Settings
from grader.store import Objects
from grader.web import remote_objects, specs, stores


@pytest.fixture(scope="module")
def server():
    """An S3 server with a bucket; gives its address."""
    made = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    made.start()
    yield f"http://127.0.0.1:{made.get_host_and_port()[1]}"
    made.stop()


def of(address, **more):
    return Settings(store=address, store_key="k", store_secret="s", **more)


@pytest.fixture
def remote(server, settings, request):
    """A store with a prefix of its own."""
    prefix = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    settings.STORAGES = {**settings.STORAGES,
                         **stores.storage(of(f"s3://kept/dlgrader/{prefix}?endpoint={server}&region=us-east-1"))}
    found = specs.objects()
    found.storage.connection.create_bucket(Bucket="kept")
    return found


@pytest.fixture(params=["folder", "remote"])
def objects(request, tmp_path):
    """A store of each kind."""
    return Objects(tmp_path / "objects") if request.param == "folder" else request.getfixturevalue("remote")


def test_what_was_put_comes_back_by_its_hash(objects):
    for content in (b"", b"x = 1\n", b"\0" * 3_000_000):
        name = objects.put(content)
        assert name == hashlib.sha256(content).hexdigest()
        assert objects.get(name) == content
        assert objects.put(content) == name
    assert len(objects.names()) == 3
    objects.check()


def test_what_is_missing_or_has_no_name_is_broken(objects):
    with pytest.raises(Broken, match="missing"):
        objects.get("0" * 64)
    with pytest.raises(Broken, match="no name"):
        objects.get("../etc/passwd")


def test_a_damaged_object_is_broken_and_mended_when_it_is_put_again(remote):
    name = remote.put(b"x = 1\n")
    client = remote.storage.connection.meta.client
    client.put_object(Bucket="kept", Key=f"{remote.storage.location}/{remote_objects.key(name)}", Body=b"damaged")
    with pytest.raises(Broken, match="damaged"):
        remote.get(name)
    assert remote.put(b"x = 1\n") == name
    assert remote.get(name) == b"x = 1\n"


def test_pruning_leaves_what_is_kept_and_what_is_young(remote, monkeypatch):
    kept, young = remote.put(b"kept"), remote.put(b"young")
    assert remote.prune({kept}) == 0
    later = datetime.now(UTC) + timedelta(days=2)
    monkeypatch.setattr(remote_objects, "datetime", type("Later", (datetime,), {"now": staticmethod(lambda _tz: later)}))
    assert remote.prune({kept}) == 1
    assert remote.names() == [kept]
    assert young not in remote.names()


def test_a_store_that_does_not_answer_is_broken(settings):
    settings.STORAGES = {**settings.STORAGES, **stores.storage(of("s3://kept?endpoint=http://127.0.0.1:1&region=us-east-1"))}
    found = specs.objects()
    for ask in (found.check, found.names, lambda: found.put(b"x"), lambda: found.get("0" * 64)):
        with pytest.raises(Broken):
            ask()


@pytest.mark.parametrize("address", ["http://x", "s3://", "s3:///x", "s3://b?key=x", "kept", "s3://b?endpiont=x"])
def test_an_address_that_is_none_is_refused_with_an_example(address):
    with pytest.raises(GraderError, match="s3://bucket/prefix"):
        stores.bucket(address)


def test_without_an_address_content_stays_in_the_data_folder():
    assert stores.storage(Settings()) == {}
    assert "objects" not in storages.backends


def test_removing_leaves_what_is_young_and_says_what_is_gone(remote, monkeypatch):
    old, never = remote.put(b"let go of"), "0" * 64
    assert remote.remove({old, never}) == {never}
    assert remote.names() == [old]
    monkeypatch.setattr(remote_objects, "YOUNG", timedelta(0))
    assert remote.remove({old}) == {old}
    assert remote.names() == []
