"""The dimensions file: what it means when it is right, and every mistake by file and line when it is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.dimensions import DimensionsError, LineCoding, check, load_dimensions
from flows.errors import ConfigurationError
from tests.places import REPO_ROOT

LISTS = {
    "dimensions.toml": """\
accounts_csv = "accounts.csv"
periods_csv = "periods.csv"

[dimensions.department]
values_csv = "departments.csv"
defaults_csv = "usual.csv"

[dimensions.location.values]
NYC = {}

[[relationships]]
from = "department"
to = "location"
autofill = true
map_csv = "where.csv"
""",
    "accounts.csv": "code,name,requires,header,active\n4,Revenue,,yes,\n4000,Services,department;location,,\n",
    "departments.csv": 'code,name,valid_to\nSALES,"Sales, and more",2026-12-31\n\nENG,,\n',
    "usual.csv": "customer,value\nACME,SALES\n",
    "where.csv": "from,to\nSALES,NYC\n",
    "periods.csv": "start,end,status\n2026-11-01,2026-11-30,open\n",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write the files and return the path of the dimensions file."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "dimensions.toml"


def faults(folder: Path, files: dict[str, str]) -> list[str]:
    """Return what is wrong, a line each; nothing when the files are right."""
    try:
        load_dimensions(written(folder, files))
    except DimensionsError as error:
        return str(error).split("\n")
    return []


def test_the_example_can_be_used() -> None:
    config = load_dimensions(REPO_ROOT / "dimensions.example.toml")
    line = LineCoding("4010", {"department": "SALES"})
    coding = check(config, line, posting_date=date(2026, 11, 30), subsidiary=config.subsidiary)
    assert coding.valid and dict(coding.autofilled) == {"location": "NYC"}


def test_lists_in_csv_files_mean_what_tables_mean(tmp_path: Path) -> None:
    config = load_dimensions(written(tmp_path, LISTS))
    assert config.accounts["4"].header and config.accounts["4000"].requires == ("department", "location")
    assert config.dimensions["department"].values["SALES"].valid_to == date(2026, 12, 31)
    assert config.dimensions["department"].values["SALES"].name == "Sales, and more"
    assert config.dimensions["department"].defaults == {"ACME": "SALES"}
    coding = check(config, LineCoding("4000", {"department": "SALES"}), posting_date=date(2026, 11, 1))
    assert coding.valid and dict(coding.autofilled) == {"location": "NYC"}


def test_a_change_in_a_list_changes_the_version(tmp_path: Path) -> None:
    before = load_dimensions(written(tmp_path, LISTS)).version
    changed = LISTS | {"usual.csv": "customer,value\nACME,ENG\n"}
    assert before != load_dimensions(written(tmp_path, changed)).version != ""


BAD = """\
required_always = ["departmnt"]
max_dimensions = "two"
colour = "red"

[accounts.4000]
requires = ["location"]
active = "no"
currency = "XXX"

[accounts.4090]
active = false
replaced_by = "4O00"

[dimensions.department]
values.ALL = { parent_only = true, valid_from = 2026-02-01, valid_to = 2026-01-01 }
defaults.ACME = "AL"

[dimensions.account]

[[relationships]]
from = "department"
to = "place"
map.ENG = ["NYC"]

[[periods]]
start = "2026-11-01"
end = 2026-11-30
status = "shut"

[[periods]]
start = 2026-11-30
end = 2026-12-31
status = "open"

[[periods]]
start = 2027-01-31
end = 2027-01-01
status = "open"
"""


def test_every_mistake_is_told_at_once_with_its_line_and_the_mend(tmp_path: Path) -> None:
    assert faults(tmp_path, {"dimensions.toml": BAD}) == [
        (
            'dimensions.toml line 1: required_always names "departmnt", which is no dimension here; '
            'did you mean "department"?'
        ),
        'dimensions.toml line 2: max_dimensions is the text "two", but must be a whole number such as 0.',
        (
            "dimensions.toml line 3: colour is not a setting; known here: accounts, accounts_csv, dimensions, "
            "max_dimensions, periods, periods_csv, relationships, required_always, subsidiaries, subsidiaries_csv, "
            "subsidiary."
        ),
        'dimensions.toml line 6: accounts.4000.requires names "location", which is no dimension here.',
        'dimensions.toml line 7: accounts.4000.active is the text "no", but must be true or false.',
        'dimensions.toml line 8: accounts.4000.currency is "XXX", which is not an ISO 4217 currency such as USD.',
        (
            'dimensions.toml line 12: accounts.4090.replaced_by names "4O00", which is no account here; '
            'did you mean "4000"?'
        ),
        (
            "dimensions.toml line 15: dimensions.department.values.ALL.valid_to is 2026-01-01, "
            "before valid_from 2026-02-01; swap them."
        ),
        (
            'dimensions.toml line 16: dimensions.department.defaults.ACME names "AL", which is no value of department '
            'here; did you mean "ALL"?'
        ),
        (
            "dimensions.toml line 18: dimensions.account is a name that the checks use themselves; "
            "call the dimension otherwise."
        ),
        "dimensions.toml line 20: relationships[1] does nothing; write autofill = true, restrict = true, or both.",
        'dimensions.toml line 22: relationships[1].to names "place", which is no dimension here.',
        'dimensions.toml line 23: relationships[1].map names "ENG", which is no department here.',
        'dimensions.toml line 28: periods[1].status is "shut", but must be one of open, closed, ar_locked.',
        (
            "dimensions.toml line 31: periods[2].start is 2026-11-30, but the period that begins on 2026-11-01 "
            "ends only on 2026-11-30."
        ),
        "dimensions.toml line 37: periods[3].end is 2027-01-01, before the start 2027-01-31; swap them.",
    ]


def test_a_mistake_in_a_list_is_told_with_the_name_of_its_file_and_its_line(tmp_path: Path) -> None:
    bad = LISTS | {
        "accounts.csv": "code,requires,header\n4000,departmen,maybe\n4000,,\n4010\n",
        "departments.csv": "code,nom\nSALES,x\n",
        "where.csv": "from,to\nSALES,NYV\n,NYC\n",
        "periods.csv": 'start,end,status\n2026-11-01,"30 Nov",open\n2026-12-01,,\n',
    }
    del bad["usual.csv"]
    found = faults(tmp_path, bad)
    assert [line for line in found if "dimensions.toml" not in line] == [
        'accounts.csv line 2: header is the text "maybe", but must be true or false.',
        'accounts.csv line 2: requires names "departmen", which is no dimension here; did you mean "department"?',
        "accounts.csv line 3: 4000 stands here a second time; keep one of the two.",
        "accounts.csv line 4: has 1 fields, but the first line has 3.",
        (
            "departments.csv line 1: the first line must name columns out of code, name, active, replaced_by, "
            "parent_only, valid_from, valid_to, subsidiaries, each once; it says code, nom."
        ),
        'periods.csv line 2: end is the text "30 Nov", but must be a date such as 2026-11-01.',
        "periods.csv line 3: end is empty in this row; write it there, such as 2026-11-01.",
        "periods.csv line 3: status is empty in this row; write it there, such as open.",
        'where.csv line 2: from names "SALES", which is no department here.',
        'where.csv line 2: to names "NYV", which is no location here; did you mean "NYC"?',
        "where.csv line 3: from is empty in this row; write it there, such as P-100.",
    ]
    assert any("defaults_csv" in line and "does not exist" in line for line in found)


def test_a_filling_that_would_need_a_second_run_is_refused(tmp_path: Path) -> None:
    text = LISTS["dimensions.toml"] + '\n[[relationships]]\nfrom = "account"\nto = "department"\nautofill = true\n'
    assert faults(tmp_path, LISTS | {"dimensions.toml": text + 'map.4000 = "SALES"\n'}) == [
        (
            "dimensions.toml line 11: relationships[1] fills location from department, which relationships[2] fills "
            "only after it; move this one below."
        )
    ]


def test_a_file_that_is_not_toml_or_not_there_is_said(tmp_path: Path) -> None:
    assert faults(tmp_path, {"dimensions.toml": "[accounts\n"})[0].startswith(
        "dimensions.toml line 1: this is not TOML"
    )
    with pytest.raises(ConfigurationError, match="no dimensions file"):
        load_dimensions(tmp_path / "absent.toml")


def test_a_file_without_accounts_or_periods_says_what_to_write(tmp_path: Path) -> None:
    assert [line.split(";")[0] for line in faults(tmp_path, {"dimensions.toml": ""})] == [
        "dimensions.toml line 1: there is no account",
        "dimensions.toml line 1: there is no accounting period",
    ]


def test_a_list_as_a_spreadsheet_writes_it_is_read(tmp_path: Path) -> None:
    """A byte order mark, semicolons, Windows line ends, a break inside a name, and a list in quotation marks."""
    accounts = '\ufeffcode;name;requires;header\r\n4;"Reve\r\nnue";;yes\r\n4000;Services;"department;location";\r\n'
    files = {name: text for name, text in LISTS.items() if name != "accounts.csv"}
    (tmp_path / "accounts.csv").write_bytes(accounts.encode())
    config = load_dimensions(written(tmp_path, files))
    assert config.accounts["4"].header and config.accounts["4000"].requires == ("department", "location")


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    accounts = 'code,name,requires\n4000,"Two\nlines",\n4001,"Two\nmore",colour\n'
    files = LISTS | {"accounts.csv": accounts, "periods.csv": LISTS["periods.csv"]}
    assert faults(tmp_path, files) == [
        'accounts.csv line 4: requires names "colour", which is no dimension here.',
    ]


def test_a_file_in_another_encoding_is_told_with_the_line_and_the_mend(tmp_path: Path) -> None:
    path = written(tmp_path, LISTS)
    (tmp_path / "departments.csv").write_bytes("code,name\nENG,Technik\nSALES,Verkäufe\n".encode("cp1252"))
    with pytest.raises(DimensionsError, match=r'departments.csv line 3: is not UTF-8 text; save the file anew as "CSV'):
        load_dimensions(path)
    path.write_bytes(b"# one\n# caf\xe9\n")
    with pytest.raises(DimensionsError, match=r"dimensions.toml line 2: is not UTF-8 text"):
        load_dimensions(path)
    path.write_bytes(b"\xef\xbb\xbf" + LISTS["dimensions.toml"].replace("\n", "\r\n").encode())
    (tmp_path / "departments.csv").write_text(LISTS["departments.csv"], encoding="utf-8")
    assert load_dimensions(path).accounts


def test_a_customer_has_one_usual_value_and_a_pair_that_stands_twice_counts_once(tmp_path: Path) -> None:
    twice = LISTS | {"where.csv": "from,to\nSALES,NYC\nSALES,NYC\n"}
    config = load_dimensions(written(tmp_path, twice))
    coding = check(config, LineCoding("4000", {"department": "SALES"}), posting_date=date(2026, 11, 1))
    assert dict(coding.autofilled) == {"location": "NYC"}
    assert faults(tmp_path, LISTS | {"usual.csv": "customer,value\nACME,SALES\nACME,ENG\n"}) == [
        'usual.csv line 3: customer names "ACME", who has SALES already; keep one of the two.'
    ]


def test_five_thousand_values_in_a_list_are_read_and_one_mistake_is_found(tmp_path: Path) -> None:
    rows = [f"P-{number:04},Project {number}" for number in range(5000)]
    files = LISTS | {"departments.csv": "code,name\n" + "\n".join(["SALES,", "ENG,", *rows]) + "\n"}
    config = load_dimensions(written(tmp_path, files))
    assert len(config.dimensions["department"].values) == 5002
    rows[4321] = "P-0001,Again"
    files["departments.csv"] = "code,name\n" + "\n".join(["SALES,", "ENG,", *rows]) + "\n"
    assert faults(tmp_path, files) == [
        "departments.csv line 4325: P-0001 stands here a second time; keep one of the two."
    ]
