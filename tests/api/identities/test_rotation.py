"""A rotation leaves every identity readable, whenever it is interrupted, and the old key useless."""

from pathlib import Path

import pytest

from api.database import Database
from api.errors import DatabaseUnavailableError, IdentityKeyError
from api.identities import Identity, IdentityStore, RecordNumber, rotation
from api.identities.rotation import rotate
from api.identities.sealing import seal, unseal
from api.keys import KeySource
from api.keys.ring import new_ring
from graph.elements import NodeId
from graph.errors import SettingsError

PATIENTS = [NodeId(f"patient:{i:024x}") for i in range(7)]
INDEX = b"i" * 32


def identity(number: int) -> Identity:
    return Identity("Zebra", f"Ada{number}", None, (RecordNumber("ward", f"A-{number}"),))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'a.sqlite'}")


@pytest.fixture
def keys(tmp_path: Path) -> KeySource:
    return KeySource(tmp_path / "identity.keys", "RXPATH_IDENTITY_KEY")


@pytest.fixture
def store(database: Database, keys: KeySource) -> IdentityStore:
    found = IdentityStore(database, keys, INDEX)
    for i, patient in enumerate(PATIENTS):
        found.put(patient, identity(i))
    return found


def test_all_are_encrypted_anew_and_the_old_key_opens_nothing(
    database: Database, keys: KeySource, store: IdentityStore
) -> None:
    old = keys.ring()

    done = rotate(database, keys, INDEX)

    assert (done.rows, done.dropped) == (len(PATIENTS), True)
    assert set(keys.ring().keys).isdisjoint(old.keys)
    assert [store.find(patient) for patient in PATIENTS] == [identity(i) for i in range(len(PATIENTS))]
    assert store.search("zebra a3 ada3") == (PATIENTS[3],)


def test_an_interrupted_rotation_reads_on_and_is_finished(
    database: Database, keys: KeySource, store: IdentityStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "AT_ONCE", 2)
    some, calls = rotation._some, []

    def killed(*given: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise DatabaseUnavailableError("killed")
        return some(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "_some", killed)
    with pytest.raises(DatabaseUnavailableError):
        rotate(database, keys, INDEX)
    assert len(keys.ring().keys) == 2
    assert store.find(PATIENTS[0]) == identity(0)
    assert store.find(PATIENTS[6]) == identity(6)

    newest = keys.ring().newest
    done = rotate(database, keys, INDEX)

    assert (done.rows, done.dropped) == (3, True)
    assert list(keys.ring().keys) == [newest]
    assert [store.find(patient) for patient in PATIENTS] == [identity(i) for i in range(len(PATIENTS))]


def test_a_lost_index_key_is_mended_by_a_rotation(database: Database, keys: KeySource, store: IdentityStore) -> None:
    renewed = IdentityStore(database, keys, b"j" * 32)
    assert renewed.search("zebra") == ()

    rotate(database, keys, b"j" * 32)

    assert renewed.search("zebra") == tuple(PATIENTS)
    assert store.search("zebra") == ()


def test_a_key_of_the_environment_is_rotated_by_whoever_set_it(
    database: Database, keys: KeySource, store: IdentityStore, tmp_path: Path
) -> None:
    one = keys.ring().text().strip()
    with pytest.raises(SettingsError, match="set the old and a new key"):
        rotate(database, KeySource(tmp_path / "x", "RXPATH_IDENTITY_KEY", one), INDEX)

    new = new_ring().text().strip()
    done = rotate(database, KeySource(tmp_path / "x", "RXPATH_IDENTITY_KEY", f"{one},{new}"), INDEX)

    assert (done.rows, done.dropped) == (len(PATIENTS), False)
    after = IdentityStore(database, KeySource(tmp_path / "x", "RXPATH_IDENTITY_KEY", new), INDEX)
    assert after.find(PATIENTS[1]) == identity(1)
    with pytest.raises(IdentityKeyError):
        store.find(PATIENTS[1])


def test_a_value_opens_in_its_own_place_alone() -> None:
    ring, (one, two) = new_ring(), PATIENTS[:2]
    sealed = seal("Zebra", ring, one, "family")

    assert unseal(sealed, ring.newest, ring, one, "family") == "Zebra"
    assert seal("Zebra", ring, one, "family") != sealed
    assert len(seal("A" * 20, ring, one, "family")) == len(sealed)
    for place in ((two, "family"), (one, "given")):
        with pytest.raises(IdentityKeyError) as refused:
            unseal(sealed, ring.newest, ring, *place)
        assert "Zebra" not in str(refused.value)
    with pytest.raises(IdentityKeyError):
        unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), ring.newest, ring, one, "family")


def test_a_patient_is_forgotten_with_every_term(database: Database, store: IdentityStore) -> None:
    assert store.forget_patient(PATIENTS[0]) == 4
    assert store.forget_patient(PATIENTS[0]) == 0

    assert store.find(PATIENTS[0]) is None
    assert store.search("ada0") == ()
    with database.transaction() as connection:
        for table in ("identity", "identity_term"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE patient = '{PATIENTS[0]}'").scalar() == 0


def test_nothing_shows_a_value() -> None:
    assert "Zebra" not in repr(identity(1)) + repr(identity(1).numbers) + repr(new_ring())
    ring = new_ring()
    assert ring.keys[ring.newest].hex() not in repr(ring)
