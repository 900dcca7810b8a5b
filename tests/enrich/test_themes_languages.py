"""The detector in Arabic, Persian and Russian: a real matter is found whatever its spelling, a trap is not. All texts are invented."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
import pytest

from core.theme import Theme
from enrich.themes import Detector, Observation, ThemeSettings

START = datetime(2025, 3, 3, tzinfo=UTC)
BEGINS = 210  # hours: the burst and every trap


class Tongue(NamedTuple):
    """A language's everyday complaints, its small words, ten tellings of one matter, words its name must hold, and a slogan."""

    subjects: tuple[str, ...]
    small: str
    matter: tuple[str, ...]
    named: tuple[str, ...]
    slogan: str


ARABIC = Tongue(
    subjects=(
        "حاوية نفايات زبالة رائحة شاحنة ركن اكياس تدوير ورق زجاج سوق مكب", "اسفلت رصيف حفرة مطب مسار تقاطع اشارة دهان حصى منعطف معبر جسر",
        "اشجار عشب مقاعد ملعب مراجيح نافورة زهور سياج ممر بركة ظل حديقة", "سائق جدول تذكرة موقف تأخير خط باص سريع مساء محطة بطاقة اجرة",
    ),
    small="اليوم مرة ثانية سمحتم احد هنا منذ عندنا قريب جدا متى هم عن اسبوع بيت ناس مدينة دائما",
    matter=(
        "المي مقطوعة عن حي الزيتون من مبارح", "وين المي؟ حي الزيتون بدون مويه من يومين", "انقطاع المياه في حي الزيتون لليوم الثاني",
        "الخزانات فاضية والمي مقطوعة بحي الزيتون", "ياريت تحلو مشكلة انقطاع المي بالزيتون", "والمي لسه مقطوعة في حي الزيتون والاطفال عطشانين",
        "شو صار بمي حي الزيتون مقطوعة من الصبح", "للمرة الثالثة تنقطع المياه عن حي الزيتون", "بالزيتون ما في مي ولا حدا بيرد عالتلفون",
        "مقطوعة المي عنا بحي الزيتون شو الحل",
    ),
    named=("زيتون", "المي", "مقطوع"),
    slogan="شاركوا معنا في حملة مدينتنا اجمل ووقعوا على العريضة قبل نهاية الشهر لان صوتكم يصنع الفرق ويغير شوارعنا",
)  # fmt: skip
PERSIAN = Tongue(
    subjects=(
        "سطل زباله بو کامیون کوچه کیسه بازیافت کاغذ شیشه بازار گوشه آشغال", "آسفالت جدول چاله سرعت خط تقاطع تابلو رنگ شن شیب پیچ عبور",
        "درخت چمن نیمکت تاب فواره گل پرچین مسیر استخر سایه پارک بازی", "راننده برنامه بلیت ایستگاه تاخیر اتوبوس صندلی تندرو شب پایانه کارت کرایه",
    ),
    small="امروز دوباره لطفا هیچکس اینجا مدتی نزدیک هنوز خیلی وقتی درباره هفته خانه مردم شهر همیشه هرگز بعضی",
    matter=(
        "برق شهرک نسترن از دیشب قطعه", "قطعی برق شهرک نسترن کی تموم میشه", "برق نسترن دوباره رفت، آسانسورها خوابیده",
        "توی شهرک نسترن برق نداریم از ساعت هشت", "مادرم تو آسانسور شهرک نسترن گیر کرد، برق رفت", "چرا برق شهرک نسترن رو قطع می‌کنید بدون اطلاع",
        "یخچال‌ها خراب شد، برق شهرک نسترن هنوز نیومده", "نسترن بی‌برقه، کسی جواب نمیده", "خاموشی شهرک نسترن روز دوم شد، برق بیاد لطفا",
        "برقِ شهرك نسترن كِي وصل می‌شود",
    ),
    named=("نسترن", "برق"),
    slogan="همه با هم طومار پویش شهر زیباتر را امضا کنیم چون صدای شما آینده خیابان ما را پیش از پایان ماه می‌سازد",
)  # fmt: skip
RUSSIAN = Tongue(
    subjects=(
        "контейнер мусор запах грузовик двор мешки бумага стекло рынок угол бак свалка", "асфальт бордюр яма разметка светофор знак перекресток гравий уклон поворот переход обочина",
        "деревья газон скамейка площадка качели фонтан цветы ограда дорожка пруд тень парк", "водитель расписание билет остановка опоздание маршрут сиденье экспресс вечер вокзал карта проезд",
    ),
    small="сегодня опять пожалуйста никто здесь давно наш рядом еще очень когда они про неделя дом люди город всегда",
    matter=(
        "в доме на Садовой третий день нет горячей воды", "Горячую воду на Садовой отключили без предупреждения", "когда включат горячую воду на улице Садовой",
        "Садовая сидит без горячей воды, дети моются в тазу", "на Садовой снова прорвало, горячей воды не будет", "почему нет горячей воды по Садовой, платим же",
        "обещали вернуть горячую воду на Садовую вчера", "Без горячей воды на Садовой уже весь подъезд", "аварийка не едет на Садовую, горячей воды нет",
        "соседи с Садовой, у вас горячая вода есть? у нас нет",
    ),
    named=("садов", "горяч"),
    slogan="присоединяйтесь к нашей акции чистый город и подпишите обращение до конца месяца ведь ваш голос меняет улицы района",
)  # fmt: skip
TONGUES = pytest.mark.parametrize("tongue", [ARABIC, PERSIAN, RUSSIAN], ids=["ar", "fa", "ru"])


def post(hours: float, text: str, author: str, topic: str = "", place: str = "") -> Observation:
    return Observation(
        id=f"x:{hours:012.6f}:{author}", at=START + timedelta(hours=hours), text=text, author=author, topic=topic, place=place
    )


def usual(tongue: Tongue, lift: int = 1, days: int = 11, rate: int = 60) -> list[Observation]:
    """Everyday complaints; in the 30 hours from BEGINS `lift` times as many."""
    dice, made = random.Random(5), []
    for hour in range(days * 24):
        for _ in range(round(rate / 24 * (lift if BEGINS <= hour < BEGINS + 30 else 1))):
            topic = dice.randrange(len(tongue.subjects))
            words = dice.sample(tongue.subjects[topic].split(), 3) + dice.sample(tongue.small.split(), 6)
            dice.shuffle(words)
            made.append(post(hour + dice.random(), " ".join(words), f"u{dice.randrange(400)}", f"t{topic}", f"p{dice.randrange(9)}"))
    return made


def raised(*parts: list[Observation], own: tuple[str, ...] = ()) -> list[Theme]:
    posts = sorted((p for part in parts for p in part), key=lambda p: (p.at, p.id))
    detector = Detector(ThemeSettings(own=own))
    found = {theme.id: theme for p in posts for theme in detector.observe([p], p.at)}
    return list(found.values())


def telling(tongue: Tongue, authors: int = 10) -> list[Observation]:
    return [post(BEGINS + 0.8 * n, text, f"new{n % authors}" if n % 2 else f"u{n}", "t3", "p2") for n, text in enumerate(tongue.matter)]


@TONGUES
def test_ten_tellings_of_one_matter_are_one_theme_in_their_own_words(tongue: Tongue):
    theme, *others = raised(usual(tongue), telling(tongue))
    ours = {p.id for p in telling(tongue)}
    assert not others
    assert len(ours & set(theme.evidence)) >= max(6, 0.7 * len(theme.evidence))
    assert any(word in theme.name.lower() for word in tongue.named)


@TONGUES
def test_a_rise_of_everything_is_no_theme(tongue: Tongue):
    assert raised(usual(tongue, lift=3)) == []


@TONGUES
def test_one_loud_author_is_no_theme(tongue: Tongue):
    again = [msgspec.structs.replace(p, at=p.at + timedelta(hours=9), id=p.id + "+") for p in telling(tongue)]
    assert raised(usual(tongue), [msgspec.structs.replace(p, author="loud") for p in [*telling(tongue), *again]]) == []


@TONGUES
@pytest.mark.parametrize("edit", [0.1, 0.15])
def test_a_text_retold_by_new_accounts_is_no_theme(tongue: Tongue, edit: float):
    dice, common = random.Random(2), " ".join(tongue.subjects).split()
    retold = [" ".join(dice.choice(common) if dice.random() < edit else word for word in tongue.slogan.split()) for _ in range(18)]
    assert raised(usual(tongue), [post(BEGINS + 0.4 * n, text, f"acc{n}", "t1", "p2") for n, text in enumerate(retold)]) == []


@TONGUES
def test_the_organisations_own_campaign_is_no_theme(tongue: Tongue):
    own = [post(BEGINS + n, f"{text} #نحن", "city", "t2") for n, text in enumerate(tongue.matter[:5])]
    passed = [post(BEGINS + 0.5 + 0.4 * n, f"RT @city: {tongue.matter[n % 5]} #نحن", f"r{n}", "t2") for n in range(30)]
    assert raised(usual(tongue), own, passed, own=("city",)) == []
