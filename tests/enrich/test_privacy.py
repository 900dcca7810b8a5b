"""Personal data in a text. All numbers are made up; check digits are right where a kind has them."""

from itertools import pairwise

import pytest

from enrich.privacy import iban, iranian_id, kazakh_id, luhn, saudi_id, spans


@pytest.mark.parametrize(
    ("text", "kind", "hidden"),
    [
        ("call me +7 (700) 000-00-11 please", "phone", "+7 (700) 000-00-11"),
        ("звоните 8 700 000 00 11", "phone", "8 700 000 00 11"),
        ("جوالي ٠٥٠٠٠٠٠٠١١", "phone", "٠٥٠٠٠٠٠٠١١"),  # Arabic-Indic digits
        ("شماره من ۰۹۰۰۰۰۰۰۰۱۱", "phone", "۰۹۰۰۰۰۰۰۰۱۱"),  # Persian digits
        ("write to someone.else@example.org", "email", "someone.else@example.org"),
        ("card 4000 0000 0000 0002", "card", "4000 0000 0000 0002"),
        ("IBAN DE89 3704 0044 0532 0130 00", "iban", "DE89 3704 0044 0532 0130 00"),  # the standard's own example
        ("рақамы 123 ABC 02 көлік", "plate", "123 ABC 02"),
        ("машина А000АА 77", "plate", "А000АА 77"),
        ("رقم الهوية 1000000008", "identity", "1000000008"),
        ("живу: ул. Садовая, д. 5, кв. 12", "address", "ул. Садовая, д. 5, кв. 12"),
    ],
)
def test_personal_data_is_found_where_it_stands(text, kind, hidden):
    assert [(span.kind, text[span.start : span.end]) for span in spans(text)] == [(kind, hidden)]


@pytest.mark.parametrize(
    "text", ["the lamp at house 12 is out", "since 2021 we wait", "1,250,000 trees", "يوم 12/05/2025 الساعة 10", "ticket 4512", ""]
)
def test_plain_numbers_are_left_alone(text):
    assert spans(text) == ()


def test_check_digits_are_checked():
    assert luhn("4000000000000002") and not luhn("4000000000000003")
    assert iban("DE89370400440532013000") and not iban("DE88370400440532013000")
    assert saudi_id("1000000008") and not saudi_id("1000000009")
    assert iranian_id("0000000019") and not iranian_id("0000000018")
    assert not iranian_id("1111111111")
    assert not kazakh_id("009900000000")  # no such month


def test_spans_never_overlap():
    found = spans("+7 700 000 00 11 a@example.org 8 700 000 00 12 4000 0000 0000 0002")
    assert len(found) == 4
    assert all(a.end <= b.start for a, b in pairwise(found))
