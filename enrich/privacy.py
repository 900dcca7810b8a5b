"""Personal data in a text: telephone, e-mail, identity, bank and card numbers, number plates, street addresses. Spans, in the published text."""

import re
import unicodedata
from collections.abc import Callable, Iterator

import msgspec

from core.post import Span
from enrich.batch import Batch
from enrich.knowledge import Knowledge


class _Plain(dict[int, str]):
    """Each code point as the rules read it, one for one so that places stay: any script's digit as ours, any blank as a space, any dash as "-".

    What cannot be seen (joiners, marks of direction) reads as a dash too: it parts digits as a dash does and hides none of them.
    """

    def __missing__(self, point: int) -> str:
        self[point] = found = _plain(chr(point))
        return found


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    return {"Zs": " ", "Pd": "-", "Cf": "-"}.get(kind, char)


_PLAIN = _Plain()
_DIGIT = re.compile(r"\d")
FEWEST = {"email": 0, "address": 2, "plate": 3, "phone": 8}  # digits a text must have before a kind is looked for; others: 9


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1), as on bank cards."""
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def iban(text: str) -> bool:
    """Whether an IBAN's check digits are right (ISO 13616: modulo 97 leaves 1)."""
    bare = re.sub(r"\s", "", text).upper()
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def kazakh_id(digits: str) -> bool:
    """Whether twelve digits are a Kazakh individual number: a birth date and a check digit with two tries of weights."""
    if not (1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) <= 31):
        return False
    for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        check = sum(int(d) * w for d, w in zip(digits, weights, strict=False)) % 11
        if check < 10:
            return check == int(digits[11])
    return False


def iranian_id(digits: str) -> bool:
    """Whether ten digits are an Iranian national code: the last checks the weighted first nine."""
    check = sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return len(set(digits)) > 1 and int(digits[9]) == (check if check < 2 else 11 - check)


def saudi_id(digits: str) -> bool:
    """Whether ten digits are a Saudi identity or residence number: begins with 1 or 2, and Luhn."""
    return digits[0] in "12" and luhn(digits)


def _bare(text: str) -> str:
    return re.sub(r"\D", "", text)


_IDENTITY = r"(?i:\b(?:id|iin|инн|иин|снилс|паспорт\w*|удостоверени\w*|жеке куәлік|هويه|هوية|الهوية|رقم الهوية|كد ملي|کد ملی|كدملي|کدملی)\b[^\d\n]{0,12})"

Check = Callable[[str], bool]
RULES: tuple[tuple[str, re.Pattern[str], Check | None], ...] = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"), None),
    ("iban", re.compile(r"\b[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){3,7}(?: ?[A-Za-z0-9]{1,3})?\b"), iban),
    ("card", re.compile(r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"), lambda t: luhn(_bare(t))),
    ("identity", re.compile(_IDENTITY + r"(\d[\d -]{6,14}\d)"), None),
    ("identity", re.compile(r"\b\d{3}-\d{3}-\d{3}[ -]\d{2}\b"), None),  # SNILS
    ("phone", re.compile(r"(?<![\w.,])(?:\+|00)(?:7|98|966|970|972|20|962|90|971|973|974|965|968|1|44|91)[ ().\d-]{7,15}\d\b"), None),
    ("phone", re.compile(r"(?:wa\.me/|\btel:)\+?(\d{9,15})\b"), None),
    ("phone", re.compile(r"(?<![\w.,])8[ -]?\(?[3-9]\d{2}\)?[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}\b"), None),  # Russia, Kazakhstan
    ("phone", re.compile(r"(?<![\w.,])0?5\d(?:[ -]?\d){7}\b"), None),  # Saudi Arabia, Palestine
    ("phone", re.compile(r"(?<![\w.,])0?9\d{2}[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}\b"), None),  # Iran
    ("phone", re.compile(r"(?<![\w.,])0\d{2,3}[ -]?\d{7,8}\b"), None),  # land lines
    ("identity", re.compile(r"\b\d{12}\b"), kazakh_id),
    ("identity", re.compile(r"\b\d{10}\b"), lambda t: saudi_id(t) or iranian_id(t)),
    ("plate", re.compile(r"(?<!\w)[АВЕКМНОРСТУХABEKMHOPCTYX] ?\d{3} ?[АВЕКМНОРСТУХABEKMHOPCTYX]{2} ?\d{2,3}\b", re.IGNORECASE), None),  # Russia
    ("plate", re.compile(r"\b\d{3} ?[A-Z]{2,3} ?\d{2}\b"), None),  # Kazakhstan
    ("plate", re.compile(r"\b\d{2} ?[آ-ی] ?\d{3}(?: ?(?:ایران|-) ?\d{2})\b"), None),  # Iran
    ("plate", re.compile(r"(?:لوحة|اللوحة|لوحه|پلاک)[^\d\n]{0,12}(?:[آ-ی] ?){0,3}\d{3,5}"), None),
    ("address", re.compile(r"(?i:\b(?:ул|улица|пр|проспект|мкр|микрорайон|көшесі|переулок|пер)\b\.?[^\d\n,]{2,30},? ?(?:д|дом|үй)?\.? ?\d{1,4}[а-я]?,? ?(?:кв|квартира|пәтер)\.? ?\d{1,4})"), None),
    ("address", re.compile(r"(?i:\b\w{2,20}(?:-\w{1,12})? (?:көшесі|даңғылы|ықшамауданы|мкр),? ?\d{1,4}[а-я]?(?:[ -]?үй\w{0,3})?,? ?\d{1,4}[ -]?пәтер\w{0,3})"), None),
    ("address", re.compile(r"(?i:\b\d{1,4} [a-z' ]{3,25} (?:st|street|ave|avenue|road|rd|lane)\b,? (?:apt|flat|apartment)\.? ?\d{1,4})"), None),
    ("address", re.compile(r"(?:شارع|خیابان|كوچه|کوچه)[^\d\n]{2,40}\d{1,4}[^\d\n]{0,8}(?:شقة|شقه|واحد|طبقه)[^\d\n]{0,6}\d{1,4}"), None),
)  # fmt: skip
"""What is looked for, the surest kinds first: kind, how it is written, and what its digits must satisfy."""


def spans(text: str) -> tuple[Span, ...]:
    """Personal data in `text`, from left to right, not overlapping; the surer kind wins."""
    digits = len(_DIGIT.findall(text))
    if digits < 2 and "@" not in text:
        return ()
    taken: list[Span] = []
    for span in _found(text.translate(_PLAIN), digits):
        if all(span.end <= other.start or other.end <= span.start for other in taken):
            taken.append(span)
    return tuple(sorted(taken, key=lambda span: span.start))


def _found(text: str, digits: int) -> Iterator[Span]:
    for kind, pattern, check in RULES:
        if digits < FEWEST.get(kind, 9) or (kind == "email" and "@" not in text):
            continue
        for match in pattern.finditer(text):
            group = match.lastindex or 0
            if check is None or check(match[group]):
                yield Span(match.start(group), match.end(group), kind)


def find_private(batch: Batch, knowledge: Knowledge) -> Batch:
    """Where each post's text holds personal data."""
    return msgspec.structs.replace(batch, private=tuple(spans(post.text) for post in batch.posts))
