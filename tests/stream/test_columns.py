"""Columns of a history file: known by their names, or as somebody says; what nobody knows is asked about in one sentence."""

import pytest

from core.errors import BadInput
from stream.columns import FIELDS, IGNORED, SAME, fields_of

# header, what --map says → field and its column
FOUND = [
    ("text", {}, {"text": "text"}),
    ("ID,Text , created_at", {}, {"id": "ID", "text": "Text ", "created_at": " created_at"}),
    ("message,date,place,category", {}, {"text": "message", "created_at": "date", "place_told": "place", "topic_told": "category"}),
    ("Complaint", {"text": "Complaint"}, {"text": "Complaint"}),  # FIELD=COLUMN
    ("Complaint", {"Complaint": "text"}, {"text": "Complaint"}),  # COLUMN=FIELD
    ("شكوى,متى", {"text": "شكوى", "created_at": "متى"}, {"text": "شكوى", "created_at": "متى"}),
    ("Complaint,Where", {"text": "Complaint", "place": "Where"}, {"text": "Complaint", "place_told": "Where"}),  # a field's other name
    ("text,Notes", {"Notes": "-"}, {"text": "text"}),
    ("text,event,sentiment,split,", {}, {"text": "text"}),  # what a labelled set holds beside its texts is left out
    ("text,label", {"topic_told": "label"}, {"text": "text", "topic_told": "label"}),  # unless somebody wants it
    ("Words,text", {"text": "Words"}, {"text": "Words"}),  # what was asked for counts, wherever it stands
    ("text,Words", {"text": "Words"}, {"text": "Words"}),
    ("text,date,time", {"time": "-"}, {"text": "text", "created_at": "date"}),
    ("text,a=b", {"url": "a=b"}, {"text": "text", "url": "a=b"}),
]


@pytest.mark.parametrize(("header", "asked", "fields"), FOUND)
def test_which_column_holds_which_field(header, asked, fields):
    assert fields_of(header.split(","), asked) == fields


# header, what --map says → what the sentence names
REFUSED = [
    ("text,Wherr", {}, "column 'Wherr' is not one we know; leave it out with --map Wherr=-"),
    ("text,plase", {}, "did you mean 'place'? Then --map place=plase; leave it out with --map plase=-"),
    ("text,aaa1,bbb2", {}, "columns 'aaa1', 'bbb2' are not ones we know; leave them out with --map aaa1=- --map bbb2=-"),
    ("id,created_at", {}, "no column holds the text; say which: --map text=COLUMN (the file has: id, created_at)"),
    ("text", {"text": "-"}, "no column holds the text"),
    ("text", {"author": "Who"}, "names the column 'Who', which the file does not have; it has: text"),
    ("text", {"foo": "bar"}, "names the column 'foo', which the file does not have"),
    ("text,Who", {"autor": "Who"}, "--map autor=Who: 'autor' is no field of ours; did you mean 'author'?"),
    ("text,Who", {"Who": "zzz"}, "'zzz' is no field of ours; there are: id, text"),
    ("text,message", {}, "columns 'text' and 'message' both hold text; say which: --map text=message"),
    ("text,date,time", {}, "columns 'date' and 'time' both hold created_at"),
    ("Text of it,When", {}, "none of the 2 columns, the first of which is called 'Text of it', is one we know"),
    ("Text of it,When", {}, "(--map 'text=Text of it'), or add a header line"),
    ("text," + "w" * 201, {}, "the name of a column has 201 letters"),
    ("w" * 90 + ",b", {}, "called '" + "w" * 40 + "', is one"),
    ("text,text (2)", {}, "leave it out with --map 'text (2)=-'"),
    ("text", {"text": "nope"}, "--map text=nope: 'nope' is no field of ours"),
]


@pytest.mark.parametrize(("header", "asked", "says"), REFUSED)
def test_what_nobody_knows_is_asked_about(header, asked, says):
    with pytest.raises(BadInput) as raised:
        fields_of(header.split(","), asked)
    assert says in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_no_name_means_two_things():
    assert set(SAME.values()) <= set(FIELDS)
    assert set(SAME).isdisjoint(FIELDS)
    assert IGNORED.isdisjoint({*FIELDS, *SAME})
