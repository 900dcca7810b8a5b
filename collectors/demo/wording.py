"""How people really type: openings, thanks in advance, dialect, slips, elongation, emoji, hashtags, mixed scripts, their own digits."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from collectors.demo.sentences import Phrasebook, Sentence
from core.spelling import plain_kazakh

PLACE = "{place}"
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


_TWICE = re.compile(r"\b(ب?)(حي|محله|улица|район|көшесі) \2\b")  # the sentence and the name both say what sort of place it is


def placed(text: str, place: str | None) -> str:
    """`text` with the place where it may be named; without one the slot and what leads to it go."""
    if place is not None or PLACE not in text:
        return _TWICE.sub(r"\1\2", text.replace(PLACE, place or ""))
    bare = re.sub(r"[\s،,]*(?:\(\{place\}\)|(?:\b(?:في حي|في|بحي|حي|در محله‌ی|در محله|در محلهٔ|در|in|at|on|near|около|рядом с|в районе|адрес:?|район)\s+)?\{place\}(?:\s*[:—-])?(?:\s+(?:маңында|ауданында|жақта|бойында))?)", "", text)  # fmt: skip
    return re.sub(r"\s{2,}", " ", bare).strip(" :،,—-")


def worded(sentence: Sentence, book: Phrasebook, place: str | None, tags: tuple[str, ...], rng: random.Random, spoken: bool = False) -> str:
    """One way of typing `sentence`; `spoken` is what a clerk noted down, and is left as it is."""
    text = placed(sentence.text, place)
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


def _edged(text: str, intent: str, book: Phrasebook, rng: random.Random) -> str:
    for where, chance in (("before", OPENED), ("after", CLOSED)):
        known = book.edges.get((where, intent), ()) + (book.edges.get((where, "any"), ()) if intent in ("complaint", "inquiry") else ())
        if known and rng.random() < chance:
            text = f"{rng.choice(known)} {text}" if where == "before" else f"{text} {rng.choice(known)}"
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
