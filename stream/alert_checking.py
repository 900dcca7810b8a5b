"""Whom the alerts of a deployment reach: known before anything happens, and tried with a message that says it is none."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.base import Finding
from core.deployment import AlertRule, Deployment
from stream import alert_sending
from stream.alert_message import Reader, language_of, trial
from stream.alert_sending import Environment


def unreached(deployment: Deployment, told: Environment) -> Iterator[Finding]:
    """Addresses of the deployment file's rules that reach nobody, each with the rules that name it; nothing is sent."""
    then = "read docs/alerts.md; until then their alerts stand on the page only"
    problems: dict[str, list[str]] = {}
    for rule in (rule for rule in deployment.alerts if rule.is_on):
        for problem in _reaches_nobody(rule, told):
            problems.setdefault(problem, []).append(rule.id)
    for problem, rules in problems.items():
        yield Finding(what="alerts", state="warning", says=f"{problem} (for {', '.join(rules)})", then=then)


def _reaches_nobody(rule: AlertRule, told: Environment) -> Iterator[str]:
    if not rule.to:
        yield "a rule names nobody in `to`"
    for address in alert_sending.of_rule(rule, told).values():
        if problem := alert_sending.unusable(address):
            yield problem


def tried(deployment: Deployment, told: Environment, dashboard: str | None) -> Iterator[Finding]:
    """Send each address a message that nothing has happened, once in each language that its rules speak."""
    known = {
        (address.digest, address.language or language_of(rule, deployment)): address
        for rule in deployment.alerts if rule.is_on
        for address in alert_sending.of_rule(rule, told).values()
    }  # fmt: skip
    for (_, language), address in known.items():
        problem = alert_sending.send(address, trial(Reader(deployment=deployment, language=language, dashboard=dashboard)))
        says = problem or f"{address.to}: took a message in {language} that says nothing has happened"
        yield Finding(
            what="alerts", state="failed" if problem else "ok", says=says, then="mend the address; docs/alerts.md" if problem else ""
        )
