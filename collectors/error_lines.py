"""The known errors, a line each; collectors/table.py reads them from the top. Add a platform's lines above the general ones."""

from typing import Literal

import msgspec

Then = Literal["retry", "wait", "stop", "credential", "skip"]


class Line(msgspec.Struct, frozen=True):
    """One known error: whose, how it is told apart, what it means and what happens next."""

    platform: str  # "*": any
    kind: str
    then: Then
    cause: str  # in plain words, the first half of the sentence in the ledger
    status: int | tuple[int, int] | None = None  # HTTP status, or first and last of a range; None: any
    code: str | None = None  # the platform's own word: whole, its part before the first "/" or after the last one
    words: str | None = None  # these stand in the message (lower case)
    minutes: int | None = None  # how long to wait where the platform does not say
    until: Literal["next hour", "midnight UTC", "midnight Pacific", "next month"] | None = None


def _graph(platform: str) -> tuple[Line, ...]:
    """Facebook's and Instagram's Graph API: code, or code/subcode."""
    return (
        Line(platform, "token expired", "credential", "the token has expired", code="190/463"),
        Line(platform, "token withdrawn", "credential", "the token was made invalid (password changed, or the person withdrew it)", code="190/460"),
        Line(platform, "app removed", "credential", "the person removed our app", code="190/458"),
        Line(platform, "credential refused", "credential", "the token is not accepted", code="190"),
        Line(platform, "credential refused", "credential", "the token's session is over", code="102"),
        Line(platform, "not signed", "credential", "needs the app secret's proof", code="100", words="appsecret"),
        Line(platform, "not signed", "credential", "needs the app secret's proof", code="100", words="app secret proof"),
        Line(platform, "no permission", "credential", "the app lacks Page Public Content Access", words="page public content access"),
        Line(platform, "app limit", "wait", "the app's requests of this hour are used up", code="4", minutes=60),
        Line(platform, "user limit", "wait", "the user's requests of this hour are used up", code="17", minutes=60),
        Line(platform, "page limit", "wait", "the page's requests are used up", code="32", minutes=60),
        Line(platform, "rate limit", "wait", "too many calls", code="613", minutes=60),
        Line(platform, "app limit", "wait", "the app's requests are used up", code="341", minutes=60),
        *(Line(platform, "business limit", "wait", "the page's requests are used up (business use case)", code=str(n), minutes=60) for n in range(80000, 80015)),
        Line(platform, "blocked", "stop", "blocked for breaking the platform's policies; see the app's page", code="368"),
        Line(platform, "too much data", "retry", "the page was too big; a smaller one is asked for", words="reduce the amount of data"),
        Line(platform, "cursor too old", "retry", "the place we stood at is no longer known; the next pass begins anew", code="100", words="cursor"),
        Line(platform, "hidden or gone", "skip", "this is gone or we may not see it; looked at a second time later", code="100/33"),
        Line(platform, "bad question", "stop", "the question is not understood", code="100"),
        Line(platform, "bad question", "stop", "the question is not understood", code="2500"),
        Line(platform, "bad question", "stop", "the question is not understood", code="12"),
        Line(platform, "gone", "skip", "this object is not there any more", code="803"),
        Line(platform, "gone", "skip", "this object is not there any more", code="24"),
        Line(platform, "no permission", "credential", "the token lacks a permission", code="10"),
        *(Line(platform, "no permission", "credential", "the token lacks a permission", code=str(n)) for n in range(200, 300)),
        Line(platform, "no permission", "credential", "the token lacks a permission", code="3"),
        Line(platform, "unavailable", "retry", "does not work just now", code="1"),
        Line(platform, "unavailable", "retry", "does not work just now", code="2"),
        Line(platform, "session over", "credential", "the login is not accepted", code="400", words="verification code"),
    )  # fmt: skip


LINES: tuple[Line, ...] = (
    # X: the type of the problem tells; a 429 may be a short limit or the month's cap
    Line("x", "usage cap", "stop", "the month's reads are used up", code="usage-capped", words="monthly", until="next month"),
    Line("x", "usage cap", "stop", "the day's reads are used up", code="usage-capped", words="daily", until="midnight UTC"),
    Line("x", "usage cap", "stop", "the reads of this plan are used up", code="usage-capped", until="next month"),
    Line("x", "no credits", "stop", "the account has no credits left; buy more in the developer console", status=402),
    Line("x", "no credits", "stop", "the account has no credits left; buy more in the developer console", code="credits"),
    Line("x", "rate limit", "wait", "asks us to wait (rate limit)", status=429, minutes=15),
    Line("x", "not in a project", "credential", "the app is not attached to a project with this access", code="client-forbidden"),
    Line("x", "wrong kind of credential", "credential", "this question needs another kind of credential", code="unsupported-authentication"),
    Line("x", "credential refused", "credential", "the bearer token is not accepted", status=401),
    Line("x", "credential refused", "credential", "the bearer token is not accepted", code="not-authorized"),
    Line("x", "hidden", "skip", "we may not see this", code="not-authorized-for-resource"),
    Line("x", "field refused", "skip", "we may not see this field", code="not-authorized-for-field"),
    Line("x", "not there", "skip", "this is not there any more", code="resource-not-found"),
    Line("x", "withheld", "skip", "this may not be shown", code="disallowed-resource"),
    Line("x", "cursor too old", "retry", "the place we stood at is no longer known; the next pass takes the newest", words="since_id"),
    Line("x", "bad question", "stop", "the question is not understood; mend the account or the words to search for", code="invalid-request"),
    Line("x", "bad question", "stop", "the question is not understood; mend the account or the words to search for", code="invalid-rules"),
    Line("x", "stream ended", "retry", "the stream was ended by the platform", code="operational-disconnect"),
    Line("x", "stream ended", "retry", "the stream was ended by the platform", code="client-disconnected"),
    Line("x", "too many streams", "wait", "another connection already reads this stream", code="streaming-connection", minutes=15),
    Line("x", "suspended", "credential", "the app or the user behind it is suspended", status=403, words="suspended"),
    Line("x", "no permission", "credential", "this credential may not ask that", status=403),
    Line("x", "unavailable", "retry", "does not work just now", code="service-unavailable"),
    *_graph("facebook"),
    *_graph("instagram"),
    # Instagram without the Graph API (instaloader)
    Line("instagram", "challenge", "credential", "asks for a check by a person; sign in once in a browser", words="checkpoint_required"),
    Line("instagram", "challenge", "credential", "asks for a check by a person; sign in once in a browser", words="challenge"),
    Line("instagram", "rate limit", "wait", "asks us to wait", words="wait a few minutes", minutes=60),
    Line("instagram", "login needed", "credential", "asks to sign in", words="login_required"),
    Line("instagram", "login refused", "credential", "the login is not accepted", code="generic_request_error"),
    # YouTube: the reason of the first error
    Line("youtube", "quota", "wait", "the day's quota is used up", code="quotaExceeded", until="midnight Pacific"),
    Line("youtube", "quota", "wait", "the day's quota is used up", code="dailyLimitExceeded", until="midnight Pacific"),
    Line("youtube", "rate limit", "wait", "asks us to wait", code="rateLimitExceeded", minutes=2),
    Line("youtube", "rate limit", "wait", "asks us to wait", code="userRateLimitExceeded", minutes=2),
    Line("youtube", "rate limit", "wait", "asks us to wait", status=429, minutes=15),
    Line("youtube", "comments off", "skip", "comments are turned off under this video", code="commentsDisabled"),
    Line("youtube", "gone", "skip", "this video is not there any more", code="videoNotFound"),
    Line("youtube", "gone", "skip", "this comment is not there any more", code="commentNotFound"),
    Line("youtube", "gone", "skip", "this comment is not there any more", code="commentThreadNotFound"),
    Line("youtube", "gone", "skip", "this list is not there any more", code="playlistNotFound"),
    Line("youtube", "gone", "stop", "this channel is not there any more", code="channelNotFound"),
    Line("youtube", "hidden", "skip", "we may not see this list", code="playlistItemsNotAccessible"),
    Line("youtube", "hidden", "skip", "we may not see this list", code="playlistForbidden"),
    Line("youtube", "chat over", "skip", "the broadcast's chat has ended", code="liveChatEnded"),
    Line("youtube", "chat over", "skip", "the broadcast has no chat", code="liveChatDisabled"),
    Line("youtube", "chat over", "skip", "the broadcast's chat is not there", code="liveChatNotFound"),
    Line("youtube", "credential refused", "credential", "the key is not accepted", code="keyInvalid"),
    Line("youtube", "credential refused", "credential", "the key is not accepted", code="badRequest", words="api key"),
    Line("youtube", "credential refused", "credential", "the key is not accepted", words="api key not valid"),
    Line("youtube", "not switched on", "credential", "the YouTube Data API is not switched on for this key's project", code="accessNotConfigured"),
    Line("youtube", "key restricted", "credential", "the key may not be used from this address", code="ipRefererBlocked"),
    Line("youtube", "no permission", "credential", "this key may not ask that", code="insufficientPermissions"),
    Line("youtube", "credential refused", "credential", "the key is not accepted", code="authError"),
    *(Line("youtube", "credential refused", "credential", "the login is not accepted", code=code)
      for code in ("invalid_grant", "invalid_client", "invalid_token", "unauthorized_client", "unauthorized", "keyExpired")),
    Line("youtube", "gone", "stop", "this channel is closed", code="channelClosed"),
    Line("youtube", "gone", "stop", "this channel is suspended by the platform", code="channelSuspended"),
    Line("youtube", "gone", "skip", "this is not there any more", code="playlistItemNotFound"),
    Line("youtube", "rate limit", "wait", "asks us to wait", code="userRequestsExceedRateLimit", minutes=2),
    Line("youtube", "page lost", "retry", "the page we stood at is no longer known; the next pass begins anew", code="invalidPageToken"),
    Line("youtube", "unavailable", "retry", "does not work just now", code="SERVICE_UNAVAILABLE"),
    Line("youtube", "unavailable", "retry", "does not work just now", code="processingFailure"),
    Line("youtube", "unavailable", "retry", "does not work just now", code="backendError"),
    # Telegram
    Line("telegram", "rate limit", "wait", "asks us to wait", status=429, minutes=1),
    Line("telegram", "rate limit", "wait", "asks us to wait", words="too many requests", minutes=1),
    Line("telegram", "webhook set", "stop", "the bot has a webhook, so it cannot be polled; delete the webhook", status=409, words="webhook"),
    Line("telegram", "two readers", "wait", "another process reads the same bot", status=409, minutes=5),
    Line("telegram", "moved", "skip", "the group became a supergroup; it goes on under its new id", words="upgraded to a supergroup"),
    Line("telegram", "put out", "skip", "the bot was put out of this group; invite it again", words="kicked"),
    Line("telegram", "put out", "skip", "the bot is not in this group; invite it", words="not a member"),
    Line("telegram", "chat gone", "skip", "this chat is not known", words="chat not found"),
    Line("telegram", "credential refused", "credential", "the bot's token is not accepted", status=401),
    Line("telegram", "credential refused", "credential", "the bot's token is not accepted", status=404),
    Line("telegram", "bad question", "stop", "the question is not understood", status=400),
    # WhatsApp (Cloud API: the Graph's codes and its own)
    Line("whatsapp", "credential refused", "credential", "the token is not accepted", code="190"),
    Line("whatsapp", "credential refused", "credential", "the token is not accepted", code="0"),
    Line("whatsapp", "no permission", "credential", "the token lacks a permission", code="10"),
    *(Line("whatsapp", "no permission", "credential", "the token lacks a permission", code=str(n)) for n in (3, *range(200, 300))),
    Line("whatsapp", "rate limit", "wait", "the app's calls are used up", code="4", minutes=60),
    Line("whatsapp", "rate limit", "wait", "the business account's calls are used up", code="80007", minutes=60),
    Line("whatsapp", "rate limit", "wait", "too many messages", code="130429", minutes=1),
    Line("whatsapp", "rate limit", "wait", "messages are held back for their quality; see the WhatsApp manager", code="131048", minutes=1440),
    Line("whatsapp", "rate limit", "wait", "too many messages to this person", code="131056", minutes=1),
    Line("whatsapp", "blocked", "stop", "the account is blocked for breaking the platform's policies", code="368"),
    Line("whatsapp", "blocked", "stop", "the account is locked", code="131031"),
    Line("whatsapp", "payment", "stop", "the account's payment method does not work", code="131042"),
    Line("whatsapp", "window closed", "skip", "more than 24 hours since the person wrote; only a template may be sent", code="131047"),
    Line("whatsapp", "not reachable", "skip", "the message cannot be delivered to this person", code="131026"),
    Line("whatsapp", "unknown kind", "skip", "the message is of a kind the platform does not hand on", code="131051"),
    Line("whatsapp", "media lost", "skip", "the picture or file cannot be fetched any more", code="131052"),
    Line("whatsapp", "unavailable", "retry", "does not work just now", code="131000"),
    Line("whatsapp", "unavailable", "retry", "does not work just now", code="131016"),
    Line("whatsapp", "unavailable", "retry", "does not work just now", code="1"),
    Line("whatsapp", "unavailable", "retry", "does not work just now", code="2"),
    Line("whatsapp", "hidden or gone", "skip", "this is gone or we may not see it", code="100/33"),
    Line("whatsapp", "bad question", "stop", "the question is not understood", code="100"),
    # Flickr: the code of <err>, told with status 200
    Line("flickr", "credential refused", "credential", "the key is not accepted", code="100"),
    Line("flickr", "credential refused", "credential", "the login is not accepted", code="98"),
    Line("flickr", "no permission", "credential", "the key lacks a permission", code="99"),
    Line("flickr", "unavailable", "retry", "does not work just now", code="105"),
    Line("flickr", "unavailable", "retry", "the write failed", code="106"),
    Line("flickr", "unavailable", "retry", "the search does not work just now", code="10"),
    Line("flickr", "gone", "skip", "this is not there any more", code="1"),
    Line("flickr", "hidden", "skip", "we may not see this", code="2"),
    Line("flickr", "bad question", "stop", "the question is not understood", code="112"),
    Line("flickr", "bad question", "stop", "the question is not understood", code="111"),
    Line("flickr", "gone", "skip", "this is not there any more", status=404),
    # Feeds
    Line("rss", "gone", "stop", "the feed is gone for good; take it out of the deployment file or name its new address", status=410),
    Line("rss", "not there", "wait", "the feed is not at this address", status=404, minutes=360),
    Line("rss", "refused", "wait", "the feed's server refuses us", status=(401, 403), minutes=360),
    # Open311
    Line("open311", "credential refused", "credential", "the api_key is not accepted", status=401),
    Line("open311", "credential refused", "credential", "the api_key is not accepted", status=403),
    Line("open311", "gone", "skip", "this request is not there any more", status=404),
    Line("open311", "gone", "skip", "this request is not there any more", status=410),
    Line("open311", "bad question", "stop", "the question is not understood; look at jurisdiction_id", status=400),
    # Ours
    Line("*", "budget", "stop", "the month's budget of reads for this source is spent", code="our-budget", until="next month"),
    Line("*", "no receipt", "stop", "was sent and nobody said whether it arrived; look there before it is sent again", code="no-receipt"),
    # Any platform
    Line("*", "cut connection", "retry", "the connection was cut", code="cut"),
    Line("*", "silence", "retry", "did not answer in time", code="silence"),
    Line("*", "too big", "skip", "the answer is larger than we take", code="too-big"),
    Line("*", "not readable", "retry", "a web page came instead of an answer", code="html"),
    Line("*", "not readable", "retry", "the answer cannot be read", code="unreadable"),
    Line("*", "repeated page", "retry", "the same page came again and again", code="repeated-page"),
    Line("*", "wait", "wait", "asks us to wait (rate limit)", status=429, minutes=15),
    Line("*", "wait", "wait", "asks us to wait", status=420, minutes=15),
    Line("*", "credential refused", "credential", "the credential is not accepted", status=401),
    Line("*", "no permission", "credential", "this credential may not ask that", status=403),
    Line("*", "credential refused", "credential", "a proxy asks for a credential", status=407),
    Line("*", "payment", "stop", "asks to be paid", status=402),
    Line("*", "gone", "skip", "this is not there any more", status=404),
    Line("*", "gone", "skip", "this is not there any more", status=410),
    Line("*", "withheld", "skip", "this is withheld by law", status=451),
    Line("*", "silence", "retry", "did not answer in time", status=408),
    Line("*", "silence", "retry", "did not answer in time", status=504),
    Line("*", "too early", "retry", "asks us to try again", status=425),
    Line("*", "too big", "skip", "the question or answer is larger than it takes", status=(413, 414)),
    Line("*", "unavailable", "retry", "does not work just now", status=(500, 599)),
    Line("*", "bad question", "stop", "the question is not understood", status=(400, 499)),
    Line("*", "moved", "stop", "the address has moved; mend the base URL", status=(300, 399)),
    Line("*", "unknown", "retry", "answered with an error we do not know", code=None),
)  # fmt: skip
"""Read from the top; the first line that fits stands. The last one fits everything."""
