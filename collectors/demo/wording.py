"""How people really type: openings, thanks in advance, dialect, slips, elongation, emoji, hashtags, mixed scripts, their own digits."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

from collectors.demo.sentences import Phrasebook, Sentence
from core.spelling import plain_kazakh

PLACE = "{place}"
PLACE_ADDED = 0.6  # of what asks for something and has a place, where the sentence has no slot for it
DETAILED = 0.42  # complaints that say more of where and since when
_NUMBER = re.compile(r"(?<![\d:])\d{1,3}(?:[,  ]\d{3})+(?![\d:])|(?<![\d:,])\d{2,}(?![\d:,])")
SLIP, ELONGATED, EMOJI, TAGGED, OPENED, CLOSED, LOUD, SLOPPY, MIXED = 0.06, 0.05, 0.17, 0.11, 0.28, 0.26, 0.07, 0.3, 0.03
EMOJIS = {
    "negative": ("😡", "😤", "🤦‍♂️", "😞", "🙄", "👎", "😷", "💔", "‼️"),
    "neutral": ("🤔", "📍", "🙏", "👀", "📢", "ℹ️"),
    "positive": ("❤️", "👍", "🌹", "😍", "👏", "🌷", "💚", "🙏"),
}
MIXED_IN = {
    "ar": ("please", "plz", "follow up", "location", "ASAP"), "fa": ("please", "plz", "location", "ASAP"),
    "ru": ("ASAP", "plz", "рахмет", "өтініш"), "kk": ("пожалуйста", "срочно", "спасибо", "ну сколько можно"), "en": ("please yani", "khalas", "inshallah"),
}  # fmt: skip
VOWELS = {"ar": "اويه", "fa": "اویه", "ru": "аоуеи", "kk": "аоеыұ", "en": "aeou"}
DIGITS = {"ar": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"), "fa": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
SPELT: dict[str, tuple[Callable[[str], str], ...]] = {
    "ar": (
        lambda t: t.translate(str.maketrans("أإآ", "ااا")), lambda t: re.sub(r"ة\b", "ه", t), lambda t: re.sub(r"ى\b", "ي", t),
        lambda t: t.translate(str.maketrans("أإآىؤ", "اااي\u0648")), lambda t: t.replace("،", ""),
    ),
    "fa": (
        lambda t: t.replace("\u200c", ""), lambda t: t.replace("\u200c", " "), lambda t: t.translate(str.maketrans("یک", "يك")),
        lambda t: t.replace("می‌", "می "), lambda t: t.replace("،", ""),
    ),
    "ru": (lambda t: t.replace("ё", "е"), str.lower, lambda t: t.replace(",", ""), lambda t: t.rstrip(".!"), lambda t: t.lower().replace(",", "")),
    "kk": (plain_kazakh, str.lower, lambda t: t.replace(",", ""), lambda t: plain_kazakh(t.lower()), lambda t: t.rstrip(".!")),
    "en": (str.lower, lambda t: t.replace("'", ""), lambda t: t.replace(",", ""), lambda t: t.replace("you", "u").replace("please", "pls")),
}  # fmt: skip
"""How a language is spelt by people in a hurry."""


_ARABIC = re.compile("[\u0621-\u06ff]")
_TWICE = re.compile(r"\b(ب?)(حي|محله|улица|район|көшесі) \2\b")  # the sentence and the name both say what sort of place it is


def placed(text: str, place: str | None, rng: random.Random, plain: bool = False) -> str:
    """`text` with the place where it has a slot for it, else often with the place added."""
    if PLACE in text:
        return _TWICE.sub(r"\1\2", text.replace(PLACE, place or ""))
    if place is None or rng.random() >= PLACE_ADDED:
        return text
    before, after = rng.choice(
        ((" - ", ""), (" (", ")"), ("، " if _ARABIC.search(text) else ", ", ""), (" 📍", ""), ("\n", ""))[: 3 if plain else 5]
    )
    return f"{text.rstrip('.!؟?' if plain else '.')}{before}{place}{after}"


def worded(sentence: Sentence, book: Phrasebook, place: str | None, tags: tuple[str, ...], rng: random.Random, spoken: bool = False) -> str:
    """One way of typing `sentence`; `spoken` is what a clerk noted down: in whole words, without ornaments."""
    if sentence.voice in ("office", "broadcast"):
        text = numbered(placed(sentence.text, place if PLACE in sentence.text else None, rng), rng)
        return _joined(text, book, ("office", "news"), 0.6, rng)
    asks = sentence.intent in ("complaint", "inquiry", "suggestion")
    text = placed(sentence.text, place if asks or PLACE in sentence.text else None, rng, spoken)
    if sentence.intent == "complaint":
        text = _joined(text, book, ("detail", "complaint"), DETAILED, rng)
    if spoken or sentence.voice != "citizen":
        return text
    text = _edged(text, sentence.intent, book, rng)
    if rng.random() < SLOPPY:
        text = rng.choice(SPELT[book.language])(text)
    if rng.random() < SLIP:
        text = slip(text, rng)
    if rng.random() < ELONGATED:
        text = elongated(text, book.language, rng)
    return _decorated(text, sentence, book.language, tags, rng)


def numbered(text: str, rng: random.Random) -> str:
    """`text` with other numbers in it, of the same size; times of day stay."""
    return _NUMBER.sub(lambda m: _like(m[0], rng), text)


def _like(written: str, rng: random.Random) -> str:
    number = max(2, round(int(unicodedata.normalize("NFKC", re.sub(r"\D", "", written))) * rng.uniform(0.5, 1.6)))
    told = f"{number:,}".replace(",", " " if " " in written else ",") if re.search(r"\D", written) else str(number)
    return told.translate(DIGITS["fa"]) if written[0] in "۰۱۲۳۴۵۶۷۸۹" else told


def _joined(text: str, book: Phrasebook, edge: tuple[str, str], chance: float, rng: random.Random) -> str:
    """`text` and, by `chance`, one of the phrases of `edge` after it."""
    more = book.edges.get(edge, ())
    if not more or rng.random() >= chance:
        return text
    return f"{text}{_between(text, book.language, rng)}{rng.choice(more).replace('{n}', str(rng.randint(2, 60)))}"


def _between(text: str, language: str, rng: random.Random) -> str:
    """What people put between two phrases; after a mark of the sentence's end, a space."""
    comma = "، " if language in DIGITS else ", "
    return rng.choice((" ", comma, ". ", ". ", " - ", "\n", " ")) if text[-1:].isalnum() else " "


def _edged(text: str, intent: str, book: Phrasebook, rng: random.Random) -> str:
    for where, chance in (("before", OPENED), ("after", CLOSED)):
        known = book.edges.get((where, intent), ()) + (book.edges.get((where, "any"), ()) if intent in ("complaint", "inquiry") else ())
        if known and rng.random() < chance:
            said = rng.choice(known)
            text = f"{said} {text}" if where == "before" else f"{text}{_between(text, book.language, rng)}{said}"
    return text


def _decorated(text: str, sentence: Sentence, language: str, tags: tuple[str, ...], rng: random.Random) -> str:
    if rng.random() < MIXED:
        text = f"{text} {rng.choice(MIXED_IN[language])}"
    if rng.random() < LOUD:
        text = f"{text.rstrip('.')}{rng.choice(('!!', '!!!', '...', ' ؟؟' if language in DIGITS else '??'))}"
    if language in DIGITS and rng.random() < 0.5:
        text = text.translate(DIGITS[language])
    if tags and rng.random() < TAGGED:
        text = f"{text} #{rng.choice(tags)}"
    if rng.random() < EMOJI:
        emoji = rng.choice(EMOJIS[sentence.sentiment])
        text = f"{text} {emoji * rng.choice((1, 1, 1, 2, 3))}"
    return text


def slip(text: str, rng: random.Random) -> str:
    """`text` with two neighbouring letters of one longer word changed over, or one letter lost."""
    words = text.split(" ")
    long = [n for n, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    n = rng.choice(long)
    at = rng.randrange(1, len(words[n]) - 2)
    word = words[n]
    words[n] = word[:at] + word[at + 1] + word[at] + word[at + 2 :] if rng.random() < 0.6 else word[:at] + word[at + 1 :]
    return " ".join(words)


def elongated(text: str, language: str, rng: random.Random) -> str:
    """`text` with one vowel drawn out."""
    at = [n for n, letter in enumerate(text[1:], 1) if letter in VOWELS[language] and text[n - 1].isalpha()]
    if not at:
        return text
    n = rng.choice(at)
    return text[:n] + text[n] * rng.randint(3, 6) + text[n + 1 :]


def retold(text: str, language: str, rng: random.Random) -> str:
    """Somebody else's text passed on: as it was, with a word lost, or with a mark of who passes it on."""
    words = text.split(" ")
    if len(words) > 6 and rng.random() < 0.5:
        del words[rng.randrange(len(words))]
        return " ".join(words)
    return f"{rng.choice(('RT', '📢', '‼️', '👇', '“'))} {text}" if rng.random() < 0.5 else text
