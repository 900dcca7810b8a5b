"""Answers and news go out, and receipts come back to the cases: beside everything else, one message after another."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from cases import broadcasting, outbox, subscribing
from cases import sending as answers
from cases.store import CaseStore
from collectors import parts, translating, whatsapp
from collectors.base import Context
from collectors.inbox import Delivery, Inbox
from collectors.speaking import Speakers, speakers, tellers
from core.deployment import Deployment
from core.errors import PlatformProblem
from core.post import Post
from core.settings import Settings
from store.base import Store
from stream.repeating import Repeating

log = logging.getLogger("sada.sending")
EVERY_S = 2.0
MOST = 500
A_FEW, ROUNDS = 20, 10  # messages of news between two looks at the door, and looks in one turn


class Speaking:
    """A collector's sender as the cases know one."""

    def __init__(self, sender: Speakers) -> None:
        self._sender, self.platform = sender, sender.platform

    def send(self, answer: outbox.Answer) -> answers.Sent:
        """As the sender's own."""
        sent = self._sender.send(answer)
        return answers.Sent(native_id=sent.native_id, url=sent.url)


class Sending:
    """Sends what is ready where SADA_SEND_ANSWERS is set, and passes receipts on in any case."""

    def __init__(self, store: Store, cases: CaseStore, settings: Settings, deployment: Deployment, clock: Callable[[], datetime]) -> None:
        self._cases, self._deployment, self._clock = cases, deployment, clock
        self._inbox, self._place, self._door = Inbox(settings.data), 0, 0
        self._senders = speakers(settings, lambda id: next(iter(store.get([id])), None), clock, deployment)
        self._tellers = tellers(self._senders, deployment)
        self._repeating = Repeating("sending", {"messages": self.once}, EVERY_S)

    def start(self) -> None:
        """Begin; what was being sent when the last process ended is left to a person."""
        if self._senders and (left := answers.recover(self._cases)):
            log.warning("%d answers may have gone out when the last process ended; a person must look", left)
        self._repeating.start()

    def stop(self, seconds: float = 5) -> None:
        """End after the current message."""
        self._repeating.stop(seconds)
        self._inbox.close()

    def once(self) -> None:
        """Send what is ready now, and pass on the receipts and wishes that came."""
        heed_wishes(self._inbox, self._cases)
        if self._senders:
            answers.send_ready(self._cases, {name: Speaking(one) for name, one in self._senders.items()}, self._clock(), self._deployment)
            self._tell_news()
        self._place = pass_on(self._inbox, self._cases, self._place)

    def _tell_news(self) -> None:
        """A few at a time: who says stop meanwhile is heard before the next few."""
        for _ in range(ROUNDS):
            self._door = heed(self._inbox, self._cases, self._door, self._clock())
            if not broadcasting.send(self._cases, self._tellers, self._clock(), A_FEW):
                return


def heed(inbox: Inbox, cases: CaseStore, after: int, at: datetime) -> int:
    """Let out those who say stop in deliveries after number `after` that are no posts yet; returns the last number."""
    while found := inbox.read(whatsapp.PLATFORM, after, MOST):
        subscribing.heed(cases, [post for one in found for post in _said(one)], at)
        after = found[-1].id
    return after


def heed_wishes(inbox: Inbox, cases: CaseStore) -> None:
    """Tell the cases every wish that people chose with the platform since the last one they were told."""
    while found := inbox.wishes_after(cases.place(subscribing.WISHES), MOST):
        for number, one in found:
            subscribing.wished(cases, number, one.citizen, one.said, one.at)


def _said(one: Delivery) -> tuple[Post, ...]:
    """What a delivery holds; one that nobody can read says nothing here, and is counted where it becomes posts."""
    try:
        return whatsapp.translate(translating.decoded(one.body), Context(now=one.received_at)).posts
    except (PlatformProblem, *parts.BAD):
        return ()


def pass_on(inbox: Inbox, cases: CaseStore, after: int) -> int:
    """Tell the cases every receipt after number `after`; returns the last number. Telling one twice changes nothing."""
    while found := inbox.receipts_after(after, MOST):
        for number, one in found:
            platform, _, native_id = one.post_id.partition(":")
            broadcasting.receipt(cases, platform, native_id, "read" if one.state == "played" else one.state, one.at, one.why)
            after = number
    return after
