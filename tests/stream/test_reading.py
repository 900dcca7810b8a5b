"""Files as people's programs really write them, read row by row."""

import csv
import gzip
import os
import time
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from core.errors import BadInput
from stream import reading, reading_csv, reading_json, reading_xlsx, rows
from stream.reading_csv import MOST_LINES, Lines, Records
from tests.make import NOON

ENGLISH = "id,text,created_at\n"
ARABIC = "الشارع مظلم منذ أسبوع والبلدية لا تجيب على أي شكوى من سكان الحي\n" * 3
RUSSIAN = "во дворе уже месяц не вывозят мусор, управляющая компания не отвечает\n" * 3


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path):
    return list(reading.rows(path))


def texts(path):
    """What the rows say in the column text, and in angle brackets why others are no rows."""
    return [row["text"] if isinstance(row, dict) else f"<{row}>" for _, row in read(path)]


def book(folder, **sheets):
    """A workbook with these rows in its sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, lines in sheets.items():
        sheet = made.create_sheet(title)
        for line in lines:
            sheet.append(line)
    made.save(folder / "a.xlsx")
    return folder / "a.xlsx"


# CSV: what the file holds → the texts of its rows
UNCLOSED = "<has a quotation mark that is never closed>"
WRITTEN = [
    ("a comma", "id,text\n1,a\n", ["a"]),
    ("a semicolon, and commas in the text", "id;text\n1;a, b, c\n", ["a, b, c"]),
    ("a tab", "id\ttext\n1\ta\n", ["a"]),
    ("the Arabic comma", "id،text\n1،مرحبا\n", ["مرحبا"]),
    ("a delimiter inside a quoted name", '"text";"when; where"\na;b\n', ["a"]),
    ("a name over two lines", '"text","when\nexactly"\na,b\n', ["a"]),
    ("what tells Excel the delimiter", "sep=;\nid;text\n1;a\n", ["a"]),
    ("blank lines above and below", "\r\n\r\nid,text\r\n1,a\r\n\r\n,\r\n2,b\r\n", ["a", "", "b"]),
    ("a title above", "Complaints of March,,\nid,text,likes\n1,a,2\n", ["a"]),
    ("a mark of UTF-8", "\ufeffid,text\n1,a\n", ["a"]),
    ("lines of an old Mac", "id,text\r1,a\r2,b\r", ["a", "b"]),
    ("empty cells beyond the header", "id,text\n1,a,,\n", ["a"]),
    ("a text over lines", 'id,text\n1,"a\nb ""c"""\n2,d\n', ["a\nb \"c\"", "d"]),
    ("quotes nobody doubled", 'id,text,likes\n1,"he said "now" and left",2\n2,b,3\n', ["he said now\" and left\"", "b"]),
    ("a quote never closed", 'id,text\n1,"a\n2,b\n3,c\n', [UNCLOSED, "b", "c"]),
    ("a quote closed by a later one", 'id,text\n1,"a\n2,"b, c"\n3,d\n', [UNCLOSED, "b, c", "d"]),
    ("a quote closed by a later one before a comma", 'id,text\n1,"a\n2,b",c,d\n3,e\n', [UNCLOSED, "<has 4 fields where the header names 2>", "e"]),
    ("three quotes never closed", 'id,text\n1,"a\n2,"b\n3,"c\n4,d\n', [UNCLOSED, UNCLOSED, UNCLOSED, "d"]),
    ("zero bytes in one line", "id,text\n1,a\n2,b\0c\n3,d\n", ["a", "<has zero bytes>", "d"]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), [case[1:] for case in WRITTEN], ids=[case[0] for case in WRITTEN])
def test_csv_is_read_as_it_was_meant(tmp_path, content, expected):
    assert texts(write(tmp_path, "a.csv", content)) == expected


def test_lines_are_numbered_by_where_a_row_begins(tmp_path):
    path = write(tmp_path, "a.csv", 'id,text\n1,"a\nb"\n\n2,"c\n3,d\n')
    assert [number for number, _ in read(path)] == [2, 5, 6]


def test_a_second_column_of_one_name_is_told_apart(tmp_path):
    ((_, row),) = read(write(tmp_path, "a.csv", "text,note,note,,\na,b,c,d,e\n"))
    assert row == {"text": "a", "note": "b", "note (2)": "c", "": "e"}


def test_of_three_columns_of_one_name_none_takes_another_ones_place(tmp_path):
    ((_, row),) = read(write(tmp_path, "a.csv", "text,note,note,note\na,b,c,d\n"))
    assert row == {"text": "a", "note": "b", "note (2)": "c", "note (3)": "d"}


def test_a_cell_of_a_megabyte_is_read_and_one_of_eleven_refused(tmp_path):
    long = "слово " * 100_000
    path = write(tmp_path, "a.csv", f'id,text\n1,"{long}"\n2,"{"a" * 11_000_000}"\n3,b\n')
    assert [text[:23] for text in texts(path)] == [long[:23], "<not readable as CSV (f", "b"]


def test_many_quotes_that_are_never_closed_cost_no_more_than_their_lines(tmp_path):
    path = write(tmp_path, "a.csv", "id,text\n" + "".join(f'{n},"a{n}\n' for n in range(20_000)))
    assert set(texts(path)) == {UNCLOSED}


def test_a_record_that_stays_open_line_after_line_is_given_up_before_the_end_of_the_file():
    source = iter(['k","\n'] * 5000)  # each line closes a quoted cell and opens another
    lines = Lines(source)
    assert Records(lines, ",", csv.QUOTE_MINIMAL).next(2) == ['k"', ""] or lines.number == 1
    assert len(list(source)) == 5000 - MOST_LINES


def test_a_text_of_as_many_lines_as_a_record_may_have_is_read_and_what_follows_a_longer_one_too(tmp_path):
    long = "line\n" * (MOST_LINES - 1)
    assert texts(write(tmp_path, "a.csv", f'id,text\n1,"{long}"\n2,b\n')) == [long, "b"]
    more = [row for _, row in read(write(tmp_path, "b.csv", f'id,text\n1,"{long}{long}"\n2,b\n'))]
    assert (f"<{more[0]}>", more[-1]["text"]) == (UNCLOSED, "b")


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_without_an_end_comes_in_pieces_and_fills_no_memory(tmp_path, monkeypatch, name):
    for reader in (reading_csv, reading_json):
        monkeypatch.setattr(reader, "LONGEST_LINE", 64)
    lines = ["id,text", "1," + "x" * 200, "2,b"] if name == "a.csv" else ['{"text": "a"}', '{"text": "' + "x" * 200 + '"}', '{"text": "b"}']
    found = [row for _, row in read(write(tmp_path, name, "\n".join(lines) + "\n"))]
    assert found[-1]["text"] == "b" and len(found) >= 4
    assert all(isinstance(row, str) or max(map(len, row.values())) <= 64 for row in found)


def test_a_header_of_very_many_columns_is_named_in_no_time():
    began = time.process_time()
    assert rows.names(["a"] * 100_000, "x")[-1] == "a (100000)"
    assert time.process_time() - began < 10


ENCODED = [
    ("utf-8", ARABIC), ("utf-8-sig", RUSSIAN), ("utf-16", ARABIC), ("utf-16-le", RUSSIAN), ("utf-16-be", ARABIC), ("cp1256", ARABIC), ("cp1251", RUSSIAN),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), ENCODED, ids=[name for name, _ in ENCODED])
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_encodings_are_told_apart(tmp_path, name, text, ending):
    line = text.splitlines()[0]
    content = f"id;text\n1;{line}\n" if ending == "csv" else f'{{"id": "1", "text": "{line}"}}\n'
    assert texts(write(tmp_path, f"a.{ending}", content.encode(name))) == [line]


@pytest.mark.parametrize(
    ("name", "text"), [("koi8-r", RUSSIAN), ("iso8859-6", ARABIC), ("cp866", RUSSIAN), ("gbk", "街道上的垃圾没有人清理\n" * 9)]
)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_an_encoding_we_do_not_read_is_no_heap_of_wrong_letters(tmp_path, name, text, ending):
    with pytest.raises(BadInput, match="make no words in UTF-8, Windows-1256 or Windows-1251; save it in UTF-8"):
        read(write(tmp_path, f"a.{ending}", f"text\n{text}".encode(name)))


def test_quotation_marks_and_accents_of_windows_in_an_english_text_are_no_other_script(tmp_path):
    line = "the “café” on the corner isn’t open, déjà vu – résumé"
    assert texts(write(tmp_path, "a.csv", f"text\n{line}\n".replace(",", "").encode("cp1252"))) == [line.replace(",", "")]


# name, content → what the sentence says
NOT_READ = [
    ("a.csv", gzip.compress(b"text\na\n", mtime=0), "packed with gzip; unpack it first"),
    ("a.csv.gz", gzip.compress(b"text\na\n", mtime=0), "packed with gzip; unpack it first"),
    ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx without a password"),
    ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx without a password"),
    ("a.csv", b"<!doctype html><html>sign in, please</html>", "a web page or XML"),
    ("a.csv", b"%PDF-1.7\n", "is a PDF"),
    ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "holds zero bytes"),
    ("a.csv", b"\n\n\n", "names no columns"),
    ("a.csv", b"texts of a year\n", "names no columns"),
    ("a.json", b'[{"text": "a"}]', "holds one JSON list; give one JSON object a line"),
    ("a.json", b'[\n{"text": "a"}\n]', "holds one JSON list; give one JSON object a line"),
    ("a.json", b'{\n"text": "a"\n}', "holds an object over several lines"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "says"), NOT_READ)
def test_what_cannot_be_read_says_what_it_is_and_what_then(tmp_path, name, content, says):
    with pytest.raises(BadInput) as raised:
        read(write(tmp_path, name, content))
    assert says in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_folder_a_pipe_and_nothing_are_each_called_so(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    for name, says in (("folder.csv", "is a folder"), ("pipe.csv", "is a pipe"), ("none.csv", "no such file"), ("-", "no such file")):
        with pytest.raises(BadInput, match=says):
            reading.rows(tmp_path / name)
    with pytest.raises(BadInput, match="is a pipe or a device"):
        reading.rows(Path("/dev/null"))


# JSONL: lines → texts, or why not
JSON_LINES = [
    (['{"text": "a"}', "{broken", "[1]", "null", '"b"', '{"text": "c"'], ["a", "<is not JSON>", *["<is not a JSON object>"] * 3, "<is not JSON>"]),
    (["{broken", '{"text": "a"}'], ["<is not JSON>", "a"]),
    (["", '{"text": "a"}', "  "], ["a"]),
    (['{"text": "a"}', "[" * 100_000, '{"text": "b"}'], ["a", "<is not JSON>", "b"]),
    (['{"text": "a"}', '{"text": "\\ud800"}', '{"text": 1e999}'], ["a", "<is not JSON>", "<is not JSON>"]),
    (['{"text": 5, "likes": null}', '{"text": {"a": [1]}}'], ["5", '{"a":[1]}']),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), JSON_LINES)
def test_json_lines_are_each_good_or_refused(tmp_path, lines, expected):
    assert texts(write(tmp_path, "a.jsonl", "\n".join(lines))) == expected


def test_every_sheet_of_the_same_columns_is_read_and_another_is_told(tmp_path):
    path = book(
        tmp_path,
        cover=[["Complaints"]],
        march=[["id", "text"], ["1", "a"]],
        notes=[["who", "what"], ["x", "y"]],
        april=[["id", "text"], [None], ["2", "b"]],
    )
    numbered = read(path)
    assert [row if isinstance(row, str) else row["text"] for _, row in numbered] == [
        "a", "the sheet 'notes' has other columns than the first and was left out; save it as a file of its own", "b",
    ]  # fmt: skip
    assert [number for number, _ in numbered] == sorted({number for number, _ in numbered})


def test_a_title_over_the_table_is_no_header(tmp_path):
    assert texts(book(tmp_path, a=[["Complaints of the year", None, None], [], ["id", "text", "likes"], [1, "a", 2]])) == ["a"]


def test_cells_merged_over_rows_say_the_same_of_each(tmp_path):
    path = book(tmp_path, a=[["text", "created_at"], ["a", date(2026, 3, 1)], ["b"], [], ["c"], ["d", date(2026, 3, 9)]])
    made = openpyxl.load_workbook(path)
    made["a"].merge_cells("B2:B5")
    made["a"].merge_cells("A1:A1")
    made.save(path)
    assert [(row["text"], row["created_at"][:10]) for _, row in read(path)] == [
        ("a", "2026-03-01"), ("b", "2026-03-01"), ("c", "2026-03-01"), ("d", "2026-03-09"),
    ]  # fmt: skip


def test_a_merged_cell_says_nothing_below_its_last_row():
    lines = [(2, ["a", None, "c"]), (3, ["b"]), (4, ["d"])]
    assert list(reading_xlsx._filled(lines, {2: [(2, 3)]})) == [(2, ["a", None, "c"]), (3, ["b", None, "c"]), (4, ["d"])]


def test_a_sheet_full_of_beginnings_of_merged_cells_costs_no_more_than_its_length(tmp_path):
    path = book(tmp_path, a=[["id", "text"], [1, "a"]])
    began = time.process_time()
    assert texts(_changed(path, lambda xml: xml.replace(b"<sheetData>", b"<!-- " + b"<mergeCell " * 20_000 + b"--><sheetData>"))) == ["a"]
    assert time.process_time() - began < 10


def test_a_workbook_that_unpacks_to_more_than_we_hold_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_xlsx, "MOST_UNPACKED", {"sheet1.xml": 500})
    with pytest.raises(BadInput, match="unpacks to more than we hold; save the sheet as CSV"):
        read(book(tmp_path, a=[["id", "text"], [1, "a" * 200]]))


def test_cells_are_told_as_a_csv_would_hold_them(tmp_path):
    told = [NOON.replace(tzinfo=None), date(2026, 3, 1), 46082.5, 3.0, 12, True, "#N/A", "#REF! is what I see"]
    path = book(tmp_path, a=[["text", *map(str, range(len(told)))], ["a", *told]])
    ((_, row),) = read(path)
    assert list(row.values()) == [
        "a",
        NOON.isoformat()[:19],
        "2026-03-01T00:00:00",
        "46082.5",
        "3",
        "12",
        "True",
        "",
        "#REF! is what I see",
    ]


def _changed(path, change):
    """The workbook with its sheet's XML changed."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if "sheet1" in name else old.read(name))
    return target


def test_a_sheet_that_tells_a_wrong_size_is_read_whole(tmp_path):
    path = book(tmp_path, a=[["id", "text"], *[[n, "a"] for n in range(20)]])
    assert len(read(_changed(path, lambda xml: xml.replace(b'ref="A1:B21"', b'ref="A1"')))) == 20


def test_a_damaged_workbook_is_refused_as_a_whole(tmp_path):
    path = book(tmp_path, a=[["id", "text"], *[[n, "a" * n] for n in range(200)]])
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 0xFF
    broken = [
        _changed(path, lambda xml: xml[: len(xml) // 2]),
        write(tmp_path, "half.xlsx", whole[: len(whole) // 2]),
        write(tmp_path, "flipped.xlsx", bytes(flipped)),
    ]
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("a.txt", "no workbook")
    for one in (*broken, tmp_path / "other.xlsx"):
        with pytest.raises(BadInput, match="is not a readable Excel file"):
            read(one)
