"""What the desk of a demo has at hand: a few procedures of the guide and words kept ready, in each language of the deployment. All invented."""

from __future__ import annotations

from datetime import datetime

from cases import guide, wording
from cases.guide import Procedure
from cases.roles import Person
from cases.store import CaseStore
from cases.wording import Canned
from core.deployment import Deployment

DAYS = {"building": 20, "shop": 10, "water": 7}
PROCEDURES: dict[str, dict[str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {  # name, steps, papers, what people say
    "building": {
        "ar": ("رخصة بناء", ("قدّم الطلب والمخططات", "يزور المهندس الموقع", "ادفع الرسوم واستلم الرخصة"), ("سند الملكية", "مخططات موقعة", "الهوية"), ("رخصة", "بناء", "ترخيص")),
        "fa": ("پروانهٔ ساختمان", ("درخواست و نقشه‌ها را بدهید", "مهندس از ملک بازدید می‌کند", "عوارض را بپردازید و پروانه را بگیرید"), ("سند مالکیت", "نقشهٔ مهرشده", "کارت ملی"), ("پروانه", "ساختمان", "جواز")),
        "ru": ("Разрешение на строительство", ("Подайте заявление и проект", "Инженер осматривает участок", "Оплатите сбор и получите разрешение"), ("Право на участок", "Подписанный проект", "Удостоверение"), ("разрешение", "стройка", "строить")),
        "kk": ("Құрылысқа рұқсат", ("Өтініш пен жобаны тапсырыңыз", "Инженер жерді қарайды", "Алымды төлеп, рұқсатты алыңыз"), ("Жер құжаты", "Қол қойылған жоба", "Жеке куәлік"), ("рұқсат", "құрылыс", "салу")),
        "en": ("Building permit", ("Hand in the form and the plans", "An engineer visits the site", "Pay the fee and collect the permit"), ("Title deed", "Signed plans", "Identity card"), ("permit", "build", "building")),
    },
    "shop": {
        "ar": ("رخصة محل", ("قدّم الطلب", "فحص السلامة", "استلم الرخصة"), ("عقد الإيجار", "الهوية"), ("محل", "متجر", "سوق")),
        "fa": ("جواز کسب", ("درخواست بدهید", "بازدید ایمنی", "جواز را بگیرید"), ("اجاره‌نامه", "کارت ملی"), ("مغازه", "کسب", "بازار")),
        "ru": ("Разрешение на торговлю", ("Подайте заявление", "Проверка безопасности", "Получите разрешение"), ("Договор аренды", "Удостоверение"), ("магазин", "торговля", "рынок")),
        "kk": ("Саудаға рұқсат", ("Өтініш беріңіз", "Қауіпсіздік тексерісі", "Рұқсатты алыңыз"), ("Жалға алу шарты", "Жеке куәлік"), ("дүкен", "сауда", "базар")),
        "en": ("Shop licence", ("Apply", "A safety check", "Collect the licence"), ("Lease", "Identity card"), ("shop", "store", "market")),
    },
    "water": {
        "ar": ("اشتراك مياه جديد", ("قدّم الطلب", "ادفع التأمين", "يركّب الفني العداد"), ("سند الملكية أو عقد الإيجار", "الهوية"), ("عداد", "مياه", "اشتراك")),
        "fa": ("انشعاب آب", ("درخواست بدهید", "ودیعه را بپردازید", "کنتور نصب می‌شود"), ("سند یا اجاره‌نامه", "کارت ملی"), ("کنتور", "انشعاب", "آب")),
        "ru": ("Подключение к воде", ("Подайте заявление", "Внесите залог", "Мастер ставит счётчик"), ("Право собственности или аренды", "Удостоверение"), ("счётчик", "вода", "подключить")),
        "kk": ("Суға қосылу", ("Өтініш беріңіз", "Кепіл төлеңіз", "Шебер есептегіш орнатады"), ("Меншік не жалға алу құжаты", "Жеке куәлік"), ("есептегіш", "су", "қосу")),
        "en": ("Water connection", ("Apply", "Pay the deposit", "A fitter installs the meter"), ("Deed or lease", "Identity card"), ("meter", "water", "connection")),
    },
}  # fmt: skip
READY: dict[str, dict[str, str]] = {
    "received": {"ar": "وصلتنا رسالتك ({case}) وأحلناها إلى القسم المختص.", "fa": "پیام شما ({case}) رسید و به بخش مربوط فرستاده شد.",
                 "ru": "Мы получили ваше обращение ({case}) и передали его в отдел.", "kk": "Өтінішіңізді ({case}) алдық және бөлімге жібердік.",
                 "en": "We have your message ({case}) and passed it to the department."},
    "done": {"ar": "أُنجز العمل. إن بقيت المشكلة فاكتب لنا هنا. ({case})", "fa": "کار انجام شد. اگر مشکل مانده همین‌جا بنویسید. ({case})",
             "ru": "Работа выполнена. Если проблема осталась, напишите здесь. ({case})", "kk": "Жұмыс аяқталды. Мәселе қалса, осында жазыңыз. ({case})",
             "en": "The work is done. If the problem remains, write to us here. ({case})"},
}  # fmt: skip
STATES = {"received": None, "done": "confirmed"}


def keep(case_store: CaseStore, who: Person, deployment: Deployment, now: datetime) -> None:
    """Put them where officers find them. Done twice it changes nothing but the audit."""
    for id, language, told in procedures(deployment):
        name, steps, papers, words = told
        entry = Procedure(id=f"demo-{id}", language=language, name=name, steps=steps, papers=papers, days=DAYS[id], words=words)
        guide.keep(case_store, who, entry, now)
    for text in texts(deployment):
        wording.keep(case_store, who, text, now)


def procedures(deployment: Deployment) -> list[tuple[str, str, tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]]:
    """(procedure, language, what it says) for each language of the deployment."""
    return [(id, language, told[language]) for id, told in PROCEDURES.items() for language in deployment.languages if language in told]


def texts(deployment: Deployment) -> list[Canned]:
    """Words kept ready, for each language of the deployment."""
    return [Canned(id=f"{id}-{language}", language=language, text=told[language], status=STATES[id])
            for id, told in READY.items() for language in deployment.languages if language in told]  # fmt: skip
