"""Every key of a deployment file that can be wrong is, once: the sentence names the file, the key and what then."""

import re

import pytest

from core.deployment_file import load, parse
from core.errors import BadDeployment

HEAD = 'id = "town"\ntimezone = "Asia/Riyadh"\nlanguages = ["ar", "en"]\nname = { ar = "بلدية", en = "Town" }\n'
TOPIC = '[[topics]]\nid = "roads"\nname = { en = "Roads" }\n'
PLACE = '[[places]]\nid = "hill"\nname = { en = "Hill" }\n'
DEPARTMENT = '[[departments]]\nid = "works"\nname = { en = "Works" }\n'
ACCOUNT = '[[accounts]]\nplatform = "x"\nhandle = "town"\n'
OTHER = ACCOUNT.replace("town", "other")
RULE = '[[alerts]]\nid = "rising"\nwhen = "theme"\n'
CAMPAIGN = '[[campaigns]]\nid = "clean"\nname = { en = "Clean" }\n'
ROUTING = f'{TOPIC}{DEPARTMENT}[[routing]]\ntopic = "roads"\ndepartment = "works"\n'
CHANNEL = f'{ACCOUNT}[demo]\n[[demo.channels]]\naccount = "x:town"\nkind = "own"\n'
WEEK = '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]'

# what follows the head → the key and what is said of it
WRONG = [
    # Names that would break an address, an index, or a list between | marks
    (TOPIC.replace("roads", "roads|water"), r"topics\.id: 'roads\|water' is no id"),
    (TOPIC.replace("roads", ""), r"topics\.id: '' is no id"),
    (TOPIC.replace("roads", "a b"), r"topics\.id: 'a b' is no id"),
    (PLACE.replace("hill", "hill/top"), r"places\.id: 'hill/top' is no id"),
    (DEPARTMENT.replace("works", "w" * 81), r"departments\.id: 'w{81}' is no id"),
    (RULE.replace("rising", "a,b"), r"alerts\.id"),
    (CAMPAIGN.replace("clean", "#clean"), r"campaigns\.id"),
    ('[[branches]]\nid = "a:b"\nname = {}', r"branches\.id"),
    # Trees that end nowhere
    (f'{TOPIC}parent = "roads"', r"topics\.parent: 'roads' is below itself"),
    (f'{TOPIC}parent = "b"\n[[topics]]\nid = "b"\nname = {{}}\nparent = "roads"', r"topics\.parent: 'b' is below itself"),
    (f'{PLACE}parent = "hill"', r"places\.parent: 'hill' is below itself"),
    # Languages
    (TOPIC.replace("en =", "eng ="), r"topics\.name: 'eng' is no language"),
    (TOPIC + 'seeds = { English = ["road"] }', r"topics\.seeds: 'English' is no language"),
    (PLACE + 'spellings = { EN = ["Hill"] }', r"places\.spellings: 'EN' is no language"),
    (RULE + 'language = "de"', r"alerts\.language: 'de' is no language"),
    ('[sentiment]\nmodels = { de = "hf:a/b" }', r"sentiment\.models: 'de' is no language"),
    # Clocks
    (f"\nweekend = {WEEK}", r"weekend: is the whole week"),
    ('\nweekend = ["fryday"]', r"weekend: 'fryday' is not known here; did you mean 'friday'\?"),
    ('\n[hours]\nstart = "8 am"', r"at `\$\.hours\.start`"),
    ('\nholidays = ["tomorrow"]', r"at `\$\.holidays"),
    ('\ncalendar = "julian"', r"calendar"),
    # A line said twice
    (f'{ROUTING}[[routing]]\ntopic = "roads"\ndepartment = "works"', r"routing: the topic and place roads and any stands 2 times"),
    (DEPARTMENT + '[[routing]]\ndepartment = "works"\n' * 2, r"routing: the topic and place any and any stands 2 times"),
    (TOPIC + '[[targets]]\ntopic = "roads"\n' * 3, r"targets: the topic roads stands 3 times"),
    (ACCOUNT * 2, r"accounts: 'x:town' stands twice"),
    (PLACE * 2, r"places: 'hill' stands twice"),
    (DEPARTMENT * 2, r"departments: 'works' stands twice"),
    # References to what is not there
    (ROUTING.replace('department = "works"', 'department = "work"'), r"routing\.department: 'work' .*did you mean 'works'\?"),
    (ROUTING.replace('topic = "roads"', 'topic = "road"'), r"routing\.topic: 'road' .*did you mean 'roads'\?"),
    (TOPIC + 'like = ["streets"]', r"topics\.like: 'streets'"),
    ('[desk]\nspeak_as = ["x:town"]', r"desk\.speak_as: 'x:town' is not known here"),
    (f'{TOPIC}parent = "road"', r"topics\.parent: 'road' is not known here; did you mean 'roads'\?"),
    (f'{PLACE}parent = "hil"', r"places\.parent: 'hil' is not known here; did you mean 'hill'\?"),
    (f'{PLACE}branch = "north"', r"places\.branch: 'north' is not known here"),
    (f'{ACCOUNT}branch = "north"', r"accounts\.branch: 'north' is not known here"),
    (f'{TOPIC}{DEPARTMENT}[[routing]]\nplace = "hill"\ndepartment = "works"', r"routing\.place: 'hill' is not known here"),
    ('[[targets]]\ntopic = "roads"', r"targets\.topic: 'roads' is not known here"),
    (RULE + 'topic = "roads"', r"alerts\.topic"),
    (RULE + 'place = "hill"', r"alerts\.place"),
    (CAMPAIGN + 'places = ["hill"]', r"campaigns\.places"),
    (CHANNEL + 'posts = 1\ncampaign = "clean"', r"demo\.channels\.campaign"),
    ('[demo]\ngrowth = { "x:twon" = 1.0 }', r"demo\.growth: 'x:twon' is not known here"),
    ("[demo]\ntopics = { roads = 1.0 }", r"demo\.topics"),
    ("[demo]\nlanguages = { de = 1.0 }", r"demo\.languages"),
    # Numbers
    (PLACE + "latitude = 26.0", r"places: 'hill' has a latitude or a longitude without the other"),
    (PLACE + "latitude = 91.0\nlongitude = 0.0", r"places\[0\]\.latitude"),
    (PLACE + "latitude = 0.0\nlongitude = -181.0", r"places\[0\]\.longitude"),
    (ACCOUNT + "followers = -1", r"accounts\[0\]\.followers"),
    (ACCOUNT + "every_minutes = 0", r"accounts\[0\]\.every_minutes"),
    (ACCOUNT + "every_minutes = 1.5", r"accounts\[0\]\.every_minutes"),
    (ACCOUNT + "monthly_reads = -5", r"accounts\[0\]\.monthly_reads"),
    ("[desk]\nsure = 1.1", r"desk\.sure"),
    ('[desk]\nassign = "anybody"', r"desk\.assign"),
    ("[[targets]]\nfirst_answer_hours = -1", r"targets\[0\]\.first_answer_hours"),
    (RULE + "probability = 80", r"alerts\[0\]\.probability"),
    (RULE + "at_least = -1", r"alerts\[0\]\.at_least"),
    (RULE.replace("theme", "thunder"), r"alerts\[0\]\.when"),
    # What is searched for
    ('[watch]\nkeywords = ["water", " "]', r"watch\.keywords: ' ' finds nothing"),
    ('[watch]\nhashtags = ["no water"]', r"watch\.hashtags: 'no water' finds nothing"),
    (CAMPAIGN + 'hashtags = ["#"]', r"campaigns\.hashtags: '#' finds nothing"),
    # Accounts, and who answers for them
    (ACCOUNT.replace('"x"', '"fcebook"'), r"accounts\.platform: 'fcebook' is not known here; did you mean 'facebook'\?"),
    (ACCOUNT.replace("town", "@town"), r"accounts\.handle: '@town' is none; write the name"),
    (ACCOUNT.replace("town", "x.com/town"), r"accounts\.handle: 'x\.com/town' is none"),
    (ACCOUNT.replace("town", ""), r"accounts\.handle: '' is none"),
    (ACCOUNT.replace('"x"', '"rss"'), r"accounts\.url: rss:town is read by its address"),
    (ACCOUNT.replace('"x"', '"open311"') + 'url = "ftp://a"', r"accounts\.url: open311:town"),
    (ACCOUNT + 'keys = "east"', r"accounts\.keys: 'east' cannot end the name of a setting"),
    (ACCOUNT + 'keys = "A__B"', r"accounts\.keys: 'A__B'"),
    (ACCOUNT + "messages = true", r"accounts\.messages: x:town must be an account of X with"),
    (ACCOUNT.replace('"x"', '"facebook"') + 'id = "1"\nmessages = true', r"accounts\.messages: facebook:town"),
    (ACCOUNT + OTHER + 'id = "7"\nmessages = true', r"accounts\.messages: x:other has no keys of its own"),
    (f'[desk]\nspeak_as = ["x:town", "x:other"]\n{ACCOUNT}{OTHER}', r"desk\.speak_as: x:town and x:other cannot both answer for x; name one"),
    # Times that end before they begin
    (CAMPAIGN + "starts = 2026-05-02\nends = 2026-05-01", r"campaigns\.ends: 'clean' ends on 2026-05-01"),
    ("[[targets]]\nclosing_hours = 0", r"at `\$\.targets\[0\]\.closing_hours"),
    # Alerts that would wake people, reach nobody or never come to an end
    (RULE + "quiet_from = 23:00:00", r"alerts: 'rising' has quiet_from or quiet_until without the other"),
    (RULE + "quiet_until = 06:00:00", r"alerts: 'rising' has quiet_from or quiet_until without the other"),
    (RULE + 'to = ["ALERTS_TO"]', r"alerts\.to: 'rising' has an address that is none; write \$NAME"),
    (RULE + 'to = ["kk:ALERTS_TO"]', r"alerts\.to: 'rising' has an address that is none"),
    (RULE + 'to = ["de:$ALERTS_TO"]', r"alerts\.to: 'rising' has an address that is none"),  # nor is it a language of messages
    (RULE + 'to = [""]', r"alerts\.to: 'rising' has an address that is none"),
    (RULE + 'escalate_to = ["$ALERTS TO"]', r"alerts\.to: 'rising' has an address that is none"),
    (RULE + "hours = 1e9", r"<= 8784\.0 - at `\$\.alerts\[0\]\.hours"),
    (RULE + "escalate_minutes = 99999999", r"at `\$\.alerts\[0\]\.escalate_minutes"),
    # The demo
    ("[demo]\ndays = 0", r"demo\.days"),
    ("[demo]\nthemes = -1", r"demo\.themes"),
    (CHANNEL.replace('"own"', '"shout"') + "posts = 1", r"demo\.channels\.kind: 'shout' is not known here"),
    (CHANNEL + "posts = -1", r"demo\.channels: x:town would bring fewer than no posts"),
    (CHANNEL + "posts = 1\ncomplaints = -1", r"demo\.channels: x:town would bring"),
    (f'{ACCOUNT}[demo]\ngrowth = {{ "x:town" = -1.0 }}', r"demo\.growth: x:town would lose more"),
    (f'{TOPIC}[demo]\n[[demo.categories]]\ntopic = "roads"\nreceived = 3\nshare_handled = 0.5', r"demo\.categories: 3 are received in all, but demo\.channels bring 0"),
    # Keys
    ("[watch]\nkeyword = []", r"unknown key 'keyword' at watch; did you mean 'keywords'\?"),
    (f"{CHANNEL}posts = 1\nautors = 3", r"unknown key 'autors' at demo\.channels\[0\]; did you mean 'authors'\?"),
    (ROUTING.replace("topic =", "topik ="), r"unknown key 'topik' at routing\[0\]; did you mean 'topic'\?"),
    ("[dekst]\nsure = 1", r"unknown key 'dekst' at the top level; did you mean 'desk'\?"),
    # What is no file of this kind at all
    ("\nid = ", r"is not TOML"),
    ('[[departments]]\nid = "works"\nname = 3', r"Expected `object`"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "says"), WRONG)
def test_what_is_wrong_is_said_with_its_file_and_key(more, says):
    with pytest.raises(BadDeployment) as raised:
        parse(HEAD + more, "town.toml")
    said = str(raised.value).splitlines()
    assert all(line.startswith("town.toml: ") for line in said)
    assert [line for line in said if re.search(says, line)] != [], said


@pytest.mark.parametrize("zone", ["Asia", "", "Riyadh", "../zone", "/etc/passwd", "Asia/Riyadh\\n"])
def test_a_time_zone_that_is_none_is_named(zone):
    with pytest.raises(BadDeployment, match=r"timezone: .* is not a time zone"):
        parse(HEAD.replace("Asia/Riyadh", zone), "town.toml")


@pytest.mark.parametrize(
    ("languages", "says"),
    [
        ("[]", "name at least one"),
        ('["ar", "ar"]', "stands 2 times"),
        ('["de"]', "'de' is not known"),
        ('["ar", "eng"]', "'eng' .*did you mean 'en'"),
    ],
)
def test_languages_are_there_known_and_each_once(languages, says):
    with pytest.raises(BadDeployment, match=rf"languages: .*{says}"):
        parse(HEAD.replace('["ar", "en"]', languages), "town.toml")


def test_an_address_that_is_none_is_not_shown_since_it_may_be_a_password():
    with pytest.raises(BadDeployment) as raised:
        parse(HEAD + RULE + 'to = ["123:hunter2"]', "town.toml")
    assert "hunter2" not in str(raised.value)


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(BadDeployment) as raised:
        parse(f"{HEAD}{PLACE}latitude = 1.0\n" + RULE + 'topic = "roads"\nlanguage = "de"\n', "town.toml")
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == ["alerts.language", "places", "alerts.topic"]


# what follows the head and is right
RIGHT = [
    "",
    RULE + 'to = ["$ALERTS_TO", "mailto://u:p@example.org", "tgram://1:a/2"]\nquiet_from = 23:00:00\nquiet_until = 06:00:00\nhours = 8784',
    TOPIC.replace("roads", "طرق_1.b-c"),
    TOPIC.replace("en =", "fr ="),  # a label in a language that posts are not understood in
    '\nweekend = []\n[hours]\nstart = "20:00:00"\nend = "04:00:00"',  # by night
    f'{TOPIC}[[topics]]\nid = "lanes"\nname = {{}}\nparent = "roads"\n[[topics]]\nid = "alleys"\nname = {{}}\nparent = "lanes"',
    f'{TOPIC}{PLACE}{DEPARTMENT}[[routing]]\ntopic = "roads"\ndepartment = "works"\n[[routing]]\ntopic = "roads"\nplace = "hill"\ndepartment = "works"',
    TOPIC + '[[targets]]\n[[targets]]\ntopic = "roads"',
    PLACE + "latitude = 0.0\nlongitude = 0.0",
    '[watch]\nhashtags = ["#من_شهردارم", "می‌خواهم", "Сарыарқа"]\nkeywords = ["مياه مقطوعة"]',
    CAMPAIGN + "starts = 2026-05-01\nends = 2026-05-01",
]


@pytest.mark.parametrize("more", RIGHT)
def test_what_is_unusual_and_right_is_taken(more):
    assert parse(HEAD + more, "town.toml").id == "town"


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "town.toml").write_text(HEAD, encoding="utf-8-sig")
    assert load(tmp_path / "town.toml").id == "town"


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00i", HEAD.encode("cp1256")])
def test_a_file_in_another_encoding_is_named(tmp_path, raw):
    (tmp_path / "town.toml").write_bytes(raw)
    with pytest.raises(BadDeployment, match=r"town\.toml: cannot be read"):
        load(tmp_path / "town.toml")
