"""Who writes: a few often, many once. Handles are invented and numbered; the names are of nobody."""

from __future__ import annotations

import random

from core.post import Author

NAMES = {
    "ar": (
        "نسيم المساء",
        "قهوة سادة",
        "عابر طريق",
        "نخلة وبحر",
        "ظل الغيمة",
        "موج هادئ",
        "طائر الصباح",
        "زاوية هادئة",
        "رصيف",
        "مواطن صبور",
    ),
    "fa": ("برگ سبز", "رهگذر", "چای عصر", "کوچه باغ", "باران", "همسایه", "پرنده مهاجر", "سایه چنار", "شب مهتابی", "شهروند خسته"),
    "ru": (
        "тихий двор",
        "степной ветер",
        "третий подъезд",
        "чай с лимоном",
        "утренний трамвай",
        "сосед снизу",
        "снежинка",
        "просто житель",
        "кот учёный",
    ),
    "kk": ("дала желі", "тыныш аула", "көктем", "жұлдыз", "көрші", "таңғы шай", "ақ қайың", "жай тұрғын"),
    "en": ("morning tide", "third floor", "slow coffee", "just passing", "paper boat", "night bus", "palm shade"),
}
SILENT = ("call",)  # a caller has no handle


def author(platform: str, language: str, number: int, kind: str) -> Author:
    """Citizen `number` of a platform: the same number is the same person everywhere in the demo."""
    if kind in SILENT:
        return Author(id=f"{platform}:d{number}")
    own = random.Random(number)
    names = NAMES[language]
    told = int(own.lognormvariate(4.6, 1.4)) if platform == "x" else None
    return Author(id=f"{platform}:d{number}", handle=f"demo_user_{number}", name=f"{names[number % len(names)]} {number}", followers=told)


def number(rng: random.Random, people: int, crowd: bool) -> int:
    """Who of `people` writes this one: by Zipf's law, or anybody where a whole crowd speaks."""
    return rng.randrange(people) if crowd else min(int(people ** rng.random()) - 1 + rng.randrange(3), people - 1)
