"""The definitions fit the reports, the formulas and the document that is written from them."""

from __future__ import annotations

import pytest

from lib.analytics.kpis.definitions import BASES, Definition, Good, definition_named, definitions
from lib.analytics.kpis.document import kpi_document
from lib.analytics.kpis.formulas import FORMULAS
from lib.analytics.reading.views import view_named
from lib.core.errors import NotFound
from lib.core.settings import ROOT
from lib.reports.catalog import catalog

EVERY = pytest.mark.parametrize("definition", definitions().values(), ids=definitions())


def test_the_document_is_up_to_date() -> None:
    written = (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8")
    assert written == kpi_document(), "Write it anew: python -m jobs kpi document"


def test_every_figure_has_a_formula_and_every_formula_a_definition() -> None:
    assert set(FORMULAS) == set(definitions())


def test_an_unknown_figure_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(NotFound, match="days_in_ar"):
        definition_named("day_in_ar")


@EVERY
def test_columns_that_every_client_has_are_required_by_the_catalog_and_the_others_are_looked_for(
    definition: Definition,
) -> None:
    for need in definition.needs:
        report = catalog()[view_named(need.view).reports[0]]
        for name in need.columns:
            assert report.column(name).required, f"{report.name}.{name} may be missing: list it under add"
        for name in need.add:
            assert not report.column(name).required, f"{report.name}.{name} is always there"
        assert need.rare <= set(need.add)
        assert need.only is None or any(need.only in each.allowed for each in definition.settings.values())


@EVERY
def test_words_and_marks_are_whole(definition: Definition) -> None:
    assert all((definition.title, definition.formula, definition.numerator, definition.exclusions))
    assert definition.clocks and set(definition.clocks) <= set(BASES)
    assert definition.version >= 1
    assert definition.target is None or definition.good is not Good.NONE
    for setting in definition.settings.values():
        assert setting.checked(setting.default) == setting.default
