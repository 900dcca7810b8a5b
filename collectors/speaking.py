"""Who speaks for the organisation on each platform: the account that was addressed where it has keys of its own, else one for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from collectors import sending, sending_meta, sending_x, sending_youtube, table
from collectors.outgoing import Clock, Find, Ids, Outgoing, Sent, no_address
from core.deployment import Deployment
from core.post import Kind
from core.settings import Settings

INBOXES = ("x", "facebook", "instagram", "whatsapp")  # where what was written to one account can be answered by no other


class Sender(Protocol):
    """Sends answers in the name of one account."""

    platform: str

    def send(self, answer: Outgoing) -> Sent: ...


Make = Callable[[Settings, Find, Clock, Ids], Sender | None]
MAKERS: Mapping[str, Make] = {
    "x": sending_x.sender,
    "facebook": sending_meta.on_facebook,
    "instagram": sending_meta.on_instagram,
    "youtube": sending_youtube.sender,
    "telegram": sending.by_telegram,
    "whatsapp": sending.by_whatsapp,
}
"""How a sender is made of one account's keys; none where one of them is missing."""

Senders = Mapping[str | None, Sender]  # by the account's key; None: of a platform on which the deployment names no account


class Speakers:
    """The accounts that answer on one platform, each with its own keys."""

    def __init__(self, platform: str, deployment: Deployment, senders: Senders, find: Find, clock: Clock) -> None:
        self.platform, self._deployment, self._senders, self._find, self._clock = platform, deployment, senders, find, clock

    def send(self, answer: Outgoing) -> Sent:
        """Answer in the name of the account that was addressed, or of the one that speaks for it. Raises PlatformProblem."""
        key = self._deployment.speaker(self.platform, answer.account)
        self._must_be_theirs(answer, key)
        return self.of(key).send(answer)

    def of(self, key: str | None) -> Sender:
        """The sender of one account. Raises PlatformProblem where its keys are not there: another never speaks in its place."""
        if key not in self._senders:
            raise table.problem(self.platform, self._clock(), code="our-keys", detail=key or "")
        return self._senders[key]

    def _must_be_theirs(self, answer: Outgoing, key: str | None) -> None:
        post = self._find(answer.reply_to or "")
        addressed = self._deployment.account(post.account) if post and post.kind == Kind.DIRECT and self.platform in INBOXES else None
        if addressed and addressed.key != key:
            why = f"it was written in private to {addressed.key}, which has no keys of its own"
            raise no_address(self.platform, why, self._clock())

    def who(self) -> tuple[list[str], list[str]]:
        """The accounts that answer by themselves or for all, and those of them whose keys are not all there."""
        meant = [a.key for a in self._deployment.accounts if a.platform == self.platform and a.keys]
        for_all = self._deployment.speaker(self.platform)
        meant = list(dict.fromkeys([*([for_all] if for_all else []), *meant]))
        return [key for key in meant if key in self._senders], [key for key in meant if key not in self._senders]


class Teller:
    """Tells news in the name of the account that speaks for all."""

    def __init__(self, speakers: Speakers, deployment: Deployment) -> None:
        self._speakers, self._deployment = speakers, deployment

    def tell(self, citizen: str, text: str, template: str | None) -> str:
        """Tell one person news; returns the message's native id. Raises PlatformProblem."""
        sender = self._speakers.of(self._deployment.speaker(self._speakers.platform))
        assert isinstance(sender, sending.TelegramSender | sending.WhatsappSender)
        return sender.tell(citizen, text, template)


def speakers(settings: Settings, find: Find, clock: Clock, deployment: Deployment) -> dict[str, Speakers]:
    """Who answers on each platform for which there are keys; nobody at all unless SADA_SEND_ANSWERS says so."""
    if not settings.says_yes("SEND_ANSWERS", False):
        return {}
    found = {platform: _senders(platform, settings, find, clock, deployment) for platform in MAKERS}
    return {platform: Speakers(platform, deployment, senders, find, clock) for platform, senders in found.items() if senders}


def tellers(speakers: Mapping[str, Speakers], deployment: Deployment) -> dict[str, Teller]:
    """Who tells news on each platform on which that can be done."""
    return {platform: Teller(speakers[platform], deployment) for platform in ("telegram", "whatsapp") if platform in speakers}


def _senders(platform: str, settings: Settings, find: Find, clock: Clock, deployment: Deployment) -> Senders:
    """Keys with a name are the account's that bears it in the deployment file; those without are of whoever speaks for all."""
    ids = {account.key: account.id for account in deployment.accounts if account.id}
    keys: dict[str | None, Settings] = {deployment.speaker(platform): settings}
    keys |= {a.key: settings.speaking_as(a.keys) for a in deployment.accounts if a.platform == platform and a.keys}
    made = {key: MAKERS[platform](theirs, find, clock, ids) for key, theirs in keys.items()}
    return {key: sender for key, sender in made.items() if sender}
