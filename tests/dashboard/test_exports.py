"""The CSV opens rightly in a spreadsheet, and nothing a citizen wrote can run there."""

import csv
import io

from dashboard import exports
from tests.make import claim, post


def rows(*posts) -> list[dict[str, str]]:  # type: ignore[no-untyped-def]
    written = b"".join(exports.as_csv(posts, lambda p: p.text))
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_the_file_begins_with_a_mark_that_says_utf8() -> None:
    assert next(exports.as_csv([], str)).startswith(b"\xef\xbb\xbfid,platform,kind")


def test_a_post_is_one_row_in_its_own_words() -> None:
    text = 'سطر أول\nسطر ثان، "اقتباس"'
    (row,) = rows(post(1, text=text, sentiment=claim("negative"), topics=(claim("water"), claim("roads")), likes=0))
    assert (row["text"], row["sentiment"], row["topics"], row["likes"], row["views"]) == (text, "negative", "water;roads", "0", "")
