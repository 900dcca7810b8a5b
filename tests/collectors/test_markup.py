"""XML from outside, in any encoding and with any trick. Every text is invented."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from collectors import flickr, markup, open311
from collectors.base import Context
from core.errors import PlatformProblem
from tests.collectors.scenarios import NOON

WORDS = "انقطاع المياه"


def document(encoding: str = "", inside: str = WORDS) -> str:
    declared = f' encoding="{encoding}"' if encoding else ""
    return f'<?xml version="1.0"{declared}?><a>{inside}</a>'


@pytest.mark.parametrize(("written", "codec"), [
    ("utf-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("windows-1256", "cp1256"), ("utf-16", "utf-16"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"), ("", "utf-8"),
    ("nobody-knows", "utf-8"), ("hex", "utf-8"), ("punycode", "utf-8"),
])  # fmt: skip
def test_a_document_is_read_in_the_encoding_it_is_written_in(written, codec):
    assert markup.root(markup.as_text(document(written).encode(codec))).text == WORDS


def test_what_is_decoded_already_is_not_decoded_again():
    assert markup.root(markup.as_text(document("windows-1256"))).text == WORDS


@pytest.mark.parametrize("text", [
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<?xml version="1.0"?>\n<!-- a --> <!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
])  # fmt: skip
def test_a_document_that_declares_entities_is_refused(text):
    with pytest.raises(ValueError, match="declarations"):
        markup.root(text)


def test_words_about_a_declaration_are_words():
    assert markup.root("<a><![CDATA[write <!DOCTYPE html> first]]></a>").text == "write <!DOCTYPE html> first"


@pytest.mark.parametrize("text", ["", "<a>", "words", "<a>\x00</a>", "<a>&b;</a>"])
def test_what_is_no_xml_is_said_to_be_none(text):
    with pytest.raises(ElementTree.ParseError):
        markup.root(text)


def test_a_citys_server_in_an_old_encoding_loses_no_letter():
    asked = f"<service_requests><request><service_request_id>1</service_request_id><description>{WORDS}</description></request></service_requests>"
    body = f'<?xml version="1.0" encoding="windows-1256"?>{asked}'.encode("cp1256")
    (post,) = open311.translate(body, Context(now=NOON)).posts
    assert post.text == WORDS


@pytest.mark.parametrize("collector", [open311, flickr])
@pytest.mark.parametrize(
    "body", [b'<?xml version="1.0" encoding="punycode"?><a>', b"<a", b"\xff\xfe<", b"<\x00", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>']
)
def test_a_document_nobody_can_read_is_a_problem_and_no_crash(collector, body):
    with pytest.raises(PlatformProblem) as caught:
        collector.translate(body, Context(now=NOON))
    assert caught.value.kind == "not readable"
