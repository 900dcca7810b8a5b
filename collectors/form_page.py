"""The page of a form of our own: one HTML page without scripts, in the languages of the deployment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WORDS = {
    "ar": {"title": "بلاغ جديد", "text": "ما الذي تود إبلاغنا به؟", "place": "المكان", "name": "الاسم (اختياري)", "phone": "الهاتف (اختياري)",
           "category": "الموضوع (اختياري)", "send": "إرسال", "thanks": "شكرًا لك، وصل بلاغك.", "again": "انتهت مدة الصفحة. افتحها من جديد وأرسل مرة أخرى."},
    "fa": {"title": "گزارش تازه", "text": "چه چیزی را می‌خواهید به ما بگویید؟", "place": "محل", "name": "نام (اختیاری)", "phone": "تلفن (اختیاری)",
           "category": "موضوع (اختیاری)", "send": "فرستادن", "thanks": "سپاسگزاریم، گزارش شما رسید.", "again": "مهلت صفحه تمام شد. دوباره بازش کنید و بفرستید."},
    "ru": {"title": "Новое обращение", "text": "О чём вы хотите сообщить?", "place": "Место", "name": "Имя (необязательно)", "phone": "Телефон (необязательно)",
           "category": "Тема (необязательно)", "send": "Отправить", "thanks": "Спасибо, обращение принято.", "again": "Время страницы вышло. Откройте её снова и отправьте ещё раз."},
    "kk": {"title": "Жаңа өтініш", "text": "Не туралы хабарлағыңыз келеді?", "place": "Орны", "name": "Аты-жөні (міндетті емес)", "phone": "Телефон (міндетті емес)",
           "category": "Тақырыбы (міндетті емес)", "send": "Жіберу", "thanks": "Рақмет, өтінішіңіз қабылданды.", "again": "Беттің уақыты өтті. Қайта ашып, тағы жіберіңіз."},
    "en": {"title": "New report", "text": "What do you want to tell us?", "place": "Place", "name": "Name (optional)", "phone": "Telephone (optional)",
           "category": "Subject (optional)", "send": "Send", "thanks": "Thank you, your report has arrived.", "again": "The page has expired. Open it again and send once more."},
}  # fmt: skip
RIGHT_TO_LEFT = ("ar", "fa")
TRAP = "website"  # a person does not see this field; a robot fills it in
STYLE = "body{font:18px system-ui;max-width:36em;margin:2em auto;padding:0 1em}label{display:block;margin:1em 0 .3em}input,textarea{width:100%;font:inherit;padding:.5em;box-sizing:border-box}button{font:inherit;margin-top:1em;padding:.6em 2em}.trap{display:none}"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors *",
    "cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff",
}  # fmt: skip


def choose(accepted: str, languages: Sequence[str]) -> str:
    """The first language the browser asks for that the deployment has, else the deployment's first."""
    asked = (part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((code for code in asked if code in languages), languages[0] if languages else "en")


def page(language: str, name: str, token: str) -> str:
    """The form itself; `name` is the organisation's."""
    words = WORDS[language]
    fields = "".join(
        f'<label for="{f}">{words[f]}</label><input id="{f}" name="{f}" maxlength="300">' for f in ("place", "category", "name", "phone")
    )
    inside = (
        f'<form method="post"><input type="hidden" name="token" value="{escape(token)}"><input type="hidden" name="language" value="{language}">'
        f'<label for="text">{words["text"]}</label><textarea id="text" name="text" rows="6" maxlength="20000" required></textarea>{fields}'
        f'<input class="trap" name="{TRAP}" tabindex="-1" autocomplete="off" aria-hidden="true"><button>{words["send"]}</button></form>'
    )
    return _html(language, f"{words['title']} – {name}", inside)


def said(language: str, word: str) -> str:
    """A page that says one sentence: `thanks` or `again`."""
    return _html(language, WORDS[language]["title"], f"<p>{WORDS[language][word]}</p>")


def _html(language: str, title: str, inside: str) -> str:
    side = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!doctype html><html lang="{language}" dir="{side}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>{inside}</body></html>"
    )
