"""The figures of cohort.toml: read whole, nothing unknown accepted."""

import datetime
from pathlib import Path

import pytest

from loaders.synthetic.settings import PopulationSettings, Settings
from loaders.synthetic.tables import CohortError
from tests.loaders.synthetic.building import DATA

SHIPPED = DATA / "synthetic" / "cohort.toml"


def _changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / "cohort.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_figures_are_read() -> None:
    settings = Settings.read(SHIPPED)

    assert settings.as_of == datetime.date(2026, 6, 30)
    assert sum(settings.population.shares) == pytest.approx(100)
    assert set(settings.outcomes.ratings) < set(settings.outcomes.names)


def test_every_chance_of_the_shipped_figures_is_one() -> None:
    settings = Settings.read(SHIPPED)
    chances = [settings.history.refuted, settings.therapy.further, settings.therapy.switch, settings.therapy.ended]
    chances += [*settings.results.check, *settings.symptoms.frequency.values(), settings.reviews.written]

    assert all(0 < chance < 1 for chance in chances)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[history]", "[history]\nmood = 1", "mood"),
        ("refuted = 0.03", "", "refuted"),
        ("[history]", "[past]", "'history' is missing"),
        ("[history]", "[more]\nx = 1\n[history]", "more"),
        ("as_of = 2026-06-30", "", "'as_of' is missing"),
        ("[history]", "[history", "cohort.toml"),
        ("ages = [0,", "ages = [1,", "ages must ascend from 0"),
        ("women = [0.49,", "women = [", "ages must ascend from 0"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CohortError, match=message):
        Settings.read(_changed(tmp_path, old, new))


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"cohort\.toml"):
        Settings.read(tmp_path / "cohort.toml")


def test_ages_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(CohortError, match="ages must ascend"):
        PopulationSettings(ages=(0, 20, 10), shares=(1, 1, 1), women=(0.5, 0.5, 0.5), oldest=30)
