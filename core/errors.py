"""Every way Sada can refuse or fail, as one tree. A message says what, which and what then."""

from datetime import datetime


class SadaError(Exception):
    """Root of all our errors; `exit_status` is what the command line returns.

    `key` names the sentence that pages have for it in every language, where it is met often and says everything.
    """

    exit_status = 1

    def __init__(self, says: str = "", *, key: str = "") -> None:
        super().__init__(says)
        self.key = key


class AskedWrongly(SadaError):
    """What was asked cannot be done as asked: a wrong file, key, name or option (exit status 2)."""

    exit_status = 2


class BadDeployment(AskedWrongly):
    """A deployment file that breaks its own rules: names file, key and the nearest known key."""


class BadSettings(AskedWrongly):
    """An environment or .env key that is unknown or unreadable."""


class BadInput(AskedWrongly):
    """A file that is not what its name says, or a column nobody knows."""


class CredentialMissing(AskedWrongly):
    """A source needs a credential that the environment and .env do not have."""


class Busy(AskedWrongly):
    """A second process already works on the same data."""


class StoreFailed(SadaError):
    """The store could not do what was asked; nothing half-written is left behind."""


class DiskFull(StoreFailed):
    """No space is left where the data lie; a person must make some, as after any other wrong request (exit status 2)."""

    exit_status = 2


class PlatformProblem(SadaError):
    """A platform refused, failed or answered something unusable.

    `then` is what happens next: retry (soon, with backoff), wait (until `until`), stop (this source, until
    `until` or a person acts), credential (ask for a new one) or skip (this object only).
    """

    def __init__(self, kind: str, says: str, then: str, until: datetime | None = None) -> None:
        super().__init__(says)
        self.kind, self.says, self.then, self.until = kind, says, then, until


class MoveRefused(AskedWrongly):
    """A case cannot make this move now; says which moves it can make."""


class Stale(AskedWrongly):
    """Somebody changed the record meanwhile; says what changed."""


class NotAllowed(AskedWrongly):
    """This person's role may not do this."""
