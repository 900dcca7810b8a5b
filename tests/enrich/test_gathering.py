"""What may train a model: the licences asked for, no text of a test, our own posts first and heavy enough."""

import pytest

from core.errors import BadInput
from enrich import sets
from enrich.gathering import OWN_SHARE, OWN_WEIGHT, gathered
from enrich.sets import INTENTS, READ, SENTIMENTS, Example, clean, forbidden, is_apart, licences_of, read_by_us, rows, sha256
from enrich.train import languages_of, recipe_for

EVERY = ("open", "attribution", "own", "none stated")


def lay(folder, name, *lines, head="text\tlabel"):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


@pytest.fixture
def data(tmp_path):
    """Three sets of invented texts, each under another licence."""
    lay(tmp_path, "ru/cedr_emotions/train.tsv", "фонарь у дома починили\tjoy", "лампочка как лампочка\tnone", "странное дело\tsurprise")
    lay(tmp_path, "ru/rusentitweet/train.tsv", "опять лужа у подъезда\tnegative", "светает\tneutral")
    lay(tmp_path, "kk/kazsandra_3class/train.tsv", *(f"жазба нөмір {n} туралы сөз\tneutral" for n in range(50)))
    return tmp_path


def texts(task, language, data, licences, not_these=frozenset()):
    return [e.text for e in gathered(task, language, data, licences, not_these) if not e.origin.startswith("own/")]


def test_only_sets_of_the_licences_asked_for_train(data):
    assert texts("sentiment", "ru", data, ("open",)) == ["фонарь у дома починили", "лампочка как лампочка"]
    assert texts("sentiment", "ru", data, ("none stated",)) == ["опять лужа у подъезда", "светает"]
    assert texts("sentiment", "ru", data, ()) == []


def test_labels_of_others_are_read_as_ours_and_unknown_ones_left_out(data):
    found = gathered("sentiment", "ru", data, ("open",), frozenset())
    assert [e.label for e in found] == ["positive", "neutral"]


def test_our_own_posts_weigh_enough_beside_others(data):
    found = gathered("sentiment", "kk", data, EVERY, frozenset())
    ours = sum(e.weight for e in found if e.origin == "own/kk")
    theirs = sum(e.weight for e in found if e.origin != "own/kk")
    assert ours >= OWN_SHARE * theirs
    assert {e.weight for e in found if e.origin == "own/kk"} == {OWN_WEIGHT}  # few others: the usual weight


def test_a_text_of_a_test_is_never_gathered(data):
    lay(data, "ru/other/test.tsv", "Опять лужа у подъезда!!! https://example.org\tnegative")
    assert set(texts("sentiment", "ru", data, EVERY, forbidden(data))) == {"фонарь у дома починили", "лампочка как лампочка", "светает"}


def test_rows_of_another_split_do_not_train(tmp_path):
    lay(tmp_path, "ru/rusentitweet/train.tsv", "одно\tneutral\ttrain", "другое\tneutral\tdev", head="text\tlabel\tsplit")
    assert texts("sentiment", "ru", tmp_path, EVERY) == ["одно"]


def test_what_is_kept_apart_teaches_no_language(data):
    lines = [f"запись {word} {other}\tneutral" for word in ("лампа", "дорога", "вода", "парк", "мост") for other in "абвгдежзик"]
    lay(data, "ru/rusentitweet/train.tsv", *lines)
    apart = {line.partition("\t")[0] for line in lines if is_apart(line.partition("\t")[0])}
    learnt = set(texts("language", "", data, EVERY))
    assert apart and not apart & learnt
    assert "запись" in {word for text in learnt for word in text.split()}


def test_persian_teaches_also_as_an_arabic_keyboard_types_it(data):
    lay(data, "fa/itrc_opinion_part/train.tsv", "خیلی کثیف شده\tnegative", "یک کوچه\tneutral")
    found = {e.spelt for e in gathered("language", "", data, EVERY, frozenset()) if e.origin.startswith("fa/")}
    assert any("ي" in spelt for spelt in found) and any("ی" in spelt for spelt in found)


def test_texts_without_letters_stay_though_they_look_alike():
    marks = [Example(text=t, spelt=t, label="neutral", origin="own/en") for t in ("😂", "👍")]
    assert clean(marks, frozenset()) == marks


def test_every_origin_has_a_licence_class():
    told = licences_of(["own/kk", "ru/rusentitweet", "ar/ajgt:ar", "UMSAB french:fr"])
    assert told == {"own/kk": "own", "ru/rusentitweet": "none stated", "ar/ajgt:ar": "open", "UMSAB french:fr": "attribution"}


def test_strict_licences_hold_for_what_teaches_a_language_too(data):
    lay(
        data,
        "lid/social_lid/train.tsv",
        *(f"запись {o} {n}\tru\t{o}" for o in ("ru/rusentitweet", "UMSAB french") for n in "абвгд"),
        head="text\tlabel\torigin",
    )
    origins = {e.origin.partition(":")[0] for e in gathered("language", "", data, ("open", "attribution"), frozenset())}
    assert origins == {"ru/cedr_emotions", "kk/kazsandra_3class", "UMSAB french"}


def test_one_model_tells_all_languages_and_dialects_are_of_arabic():
    assert (languages_of("language", ("ru",)), languages_of("dialect", ("ru",)), languages_of("intent", ("ru",))) == (
        ("",),
        ("ar",),
        ("ru",),
    )


def test_many_texts_need_one_fold_and_few_get_all():
    assert recipe_for("intent", {}, 100_000).folds == 1
    assert recipe_for("intent", {}, 100).folds == 5


def test_a_field_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(BadInput, match="penalty"):
        recipe_for("intent", {"colour": "3"}, 10)


def test_what_we_read_in_an_open_set_trains_by_its_hash_alone(tmp_path, monkeypatch):
    told, other = "my parcel never came", "nobody labelled this"
    lay(tmp_path, "en/semeval2017_en/train.tsv", f"{told}\tnegative", f"{other}\tneutral")
    lay(tmp_path, "read/en.tsv", f"{sha256(told)}\ten/semeval2017_en\tcomplaint", head="sha256\tset\tintent")
    monkeypatch.setattr(sets, "READ", tmp_path / "read")
    found = read_by_us("en", "intent", tmp_path, EVERY)
    assert [(e.text, e.label, e.origin, e.among) for e in found] == [(told, "complaint", "en/semeval2017_en:read", "own/en")]
    assert read_by_us("en", "topic", tmp_path, EVERY) == []  # no such label was read
    assert read_by_us("en", "intent", tmp_path, ("open", "own")) == []  # the set's own licence counts
    assert read_by_us("en", "intent", tmp_path / "nowhere", EVERY) == []
    assert told in {e.text for e in gathered("intent", "en", tmp_path, EVERY, frozenset())}
    assert told not in {e.text for e in gathered("intent", "en", tmp_path, ("attribution",), frozenset())}  # the labels are ours


def test_what_we_read_of_a_set_that_only_the_language_set_holds_trains_too(tmp_path, monkeypatch):
    told, other = "چقدر خوب حرف می‌زند", "این را کس دیگری گفته"
    head = "text\tlabel\torigin"
    lay(tmp_path, "lid/social_lid/train.tsv", f"{told}\tfa\tsafety/parsoffensive_fa", f"{other}\tfa\tfa/armanemo", head=head)
    read = [f"{sha256(text)}\tsafety/parsoffensive_fa\tpositive" for text in (told, other)]
    lay(tmp_path, "read/fa.tsv", *read, head="sha256\tset\tsentiment")
    monkeypatch.setattr(sets, "READ", tmp_path / "read")
    found = read_by_us("fa", "sentiment", tmp_path, EVERY)
    assert [(e.text, e.origin) for e in found] == [(told, "safety/parsoffensive_fa:read")]  # never the rows of another origin
    assert read_by_us("fa", "sentiment", tmp_path, ("open", "attribution", "own")) == []
    lay(tmp_path, "safety/parsoffensive_fa/train.tsv", f"{other}\tpositive")
    assert [e.text for e in read_by_us("fa", "sentiment", tmp_path, EVERY)] == [other]  # its own file goes first


def test_what_we_read_of_a_text_goes_before_what_its_set_says(data, monkeypatch):
    lay(data, "read/ru.tsv", f"{sha256('светает')}\tru/rusentitweet\tpositive", head="sha256\tset\tsentiment")
    monkeypatch.setattr(sets, "READ", data / "read")
    found = {e.text: e.label for e in gathered("sentiment", "ru", data, EVERY, frozenset()) if not e.origin.startswith("own/")}
    assert (found["светает"], found["опять лужа у подъезда"]) == ("positive", "negative")


def test_intents_read_on_others_texts_teach_english_alone(data, monkeypatch):
    lay(data, "en/semeval2017_en/train.tsv", "my parcel never came\tnegative")
    for language, folder, text in (("ru", "ru/rusentitweet", "светает"), ("en", "en/semeval2017_en", "my parcel never came")):
        lay(data, f"read/{language}.tsv", f"{sha256(text)}\t{folder}\tother", head="sha256\tset\tintent")
    monkeypatch.setattr(sets, "READ", data / "read")
    assert texts("intent", "ru", data, EVERY) == []
    assert texts("intent", "en", data, EVERY) == ["my parcel never came"]


def test_labels_read_hold_no_text_and_each_text_once():
    for path in READ.glob("*.tsv"):
        lines = list(rows(path))
        assert all(len(r["sha256"]) == 64 and int(r["sha256"], 16) for r in lines)
        assert len({(r["set"], r["sha256"]) for r in lines}) == len(lines)
        assert {r.get("intent") or None for r in lines} <= {*INTENTS, None} and {r.get("sentiment") or None for r in lines} <= {
            *SENTIMENTS,
            None,
        }
        assert all(r.get("intent") or r.get("sentiment") for r in lines)


def test_labels_read_count_with_the_licence_of_their_set():
    assert licences_of(["en/semeval2017_en:read"]) == {"en/semeval2017_en:read": "attribution"}
    for path in READ.glob("*.tsv"):
        allowed = {"open", "attribution"} | ({"none stated"} if path.stem in ("fa", "ru") else set())
        assert set(licences_of({r["set"] for r in rows(path)}).values()) <= allowed


def test_a_tweet_that_two_sets_labelled_keeps_the_label_of_the_set_that_is_tested(data):
    lay(data, "ar/semeval2017_ar/train.tsv", "الشارع مقفول من الصبح\tnegative")
    lay(data, "ar/arsarcasm_v2/train.tsv", "الشارع مقفول من الصبح!\tneutral\tmsa", "الجو لطيف\tpositive\tmsa", head="text\tlabel\tdialect")
    found = [(e.origin, e.label) for e in gathered("sentiment", "ar", data, ("open", "attribution"), frozenset())]
    assert found == [("ar/semeval2017_ar", "negative"), ("ar/arsarcasm_v2", "positive")]


def test_a_model_of_one_language_may_have_its_own_recipe():
    assert recipe_for("intent", {}, 100, "en").lean and not recipe_for("intent", {}, 100, "ar").lean
    assert recipe_for("sentiment", {"penalty": "9"}, 100, "kk").penalty == 9  # what is asked for goes first
