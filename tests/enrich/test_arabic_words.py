"""The Arabic words that judge: found with article and conjunction, and names, offices and streets are none of them."""

import pytest

from tests.enrich.words import judged


@pytest.mark.parametrize(
    "text",
    [
        "متى يفتح مكتب السجل المدني يوم الأحد؟",
        "الأمين العام للجامعة عادل جمال يزور المكتبة",  # names that are words
        "خط الباص ١٢ يمر من الحي الجديد إلى المحطة",
        "عملاء الشركة وعمالة الموقع",  # customers and workers, not traitors
        "الطريق السريع والمسجد الحرام",
        "من الأنهار إلى المشرق",
        "تقام البطولة في كرة اليد",
        "مواعيد الدوام في المدارس بعد العيد",
    ],
)
def test_names_offices_and_streets_judge_nothing(text):
    assert judged(text, "ar") == {}


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("خدمة زفت والموظف وقح", -1),
        ("طفح الكيل من هالاستهتار", -1),
        ("والله قهرتونا وحرقتوا دمنا", -1),
        ("التطبيق معلق من الصبح ومحد يرد", -1),
        ("ريحة الزبالة لا تطاق", -1),
        ("ليش هيك، حرام عليكم", -1),
        ("المكان روعة والتعامل راقي", 1),
        ("بيض الله وجيهكم ما قصرتوا", 1),
        ("تسلم ايديكم شغل مرتب", 1),
        ("يجنن والله، انبسطنا كثير", 1),
        ("الله يعطيكم العافية", 1),
        ("فخورين فيكم يا ابطال", 1),
    ],
)
def test_clear_words_of_the_gulf_and_the_levant_lean_the_way_people_mean_them(text, sign):
    assert sign * sum(judged(text, "ar").values()) > 0


@pytest.mark.parametrize("form", ["رائع", "رائعة", "الرائع", "الرائعة", "رائعين", "والرائع", "رااائع"])
def test_a_word_is_listed_with_its_article_and_gender(form):
    assert list(judged(form, "ar").values()) == [2]


@pytest.mark.parametrize(("one", "other"), [("سيئة", "سيئه"), ("إهمال", "اهمال"), ("مأساة", "ماساه"), ("يُقهر", "يقهر")])
def test_how_a_word_is_spelt_does_not_matter(one, other):
    assert judged(one, "ar") == judged(other, "ar") != {}
