"""The page of the forecasts' benchmark, from a file of forecasts made by hand."""

from pathlib import Path

from funnel.benchmarks.forecasts.table import write_page

HEADER = (
    "people,seed,made_at,period_kind,period_start,next_period_start,is_started,funnel,metric,"
    "forecast,low_80,high_80,low_95,high_95,last,year_ago,came"
)
ROW = "100,{seed},2026-01-01 00:00:00,month,{start},2026-03-01,false,all,leads,{figures}"


def test_errors_are_shares_of_the_mean_size_with_the_spread_of_companies(tmp_path: Path) -> None:
    """One company came to 10 and 30, forecast as 14 and 30; the other to 20, forecast as 30."""
    figures = (
        (1, "2026-01-01", "14,9,15,8,16,18,10,10"),
        (1, "2026-02-01", "30,31,33,29,34,14,10,30"),
        (2, "2026-01-01", "30,10,40,5,50,20,20,20"),
    )
    rows = [ROW.format(seed=seed, start=start, figures=each) for seed, start, each in figures]
    (tmp_path / "scores.csv").write_text("\n".join([HEADER, *rows]))
    write_page(tmp_path / "scores.csv", tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text().splitlines()
    [line] = [each for each in page if "| leads |" in each]
    # Company 1: 4 and 0 of a mean of 20; company 2: 10 of 20. One value of 1 is outside its 80 %.
    cells = "| leads | 3 | 30 ± 20 | 30 ± 30 | 25 ± 25 | 20 | 30 ± 20 | 75 ± 25 | 100 ± 0 |"
    assert line == cells
