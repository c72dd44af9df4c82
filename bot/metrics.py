"""What `/metrics` shows: counters and gauges in a registry of their own, made once by the wiring."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """The numbers of one running service."""

    def __init__(self) -> None:
        """Make every number; all begin at zero."""
        self.registry = CollectorRegistry()
        self.ignored_updates = Counter(
            "yanxin_ignored_updates_total",
            "Updates of kinds that the service does not use.",
            ["channel"],
            registry=self.registry,
        )
        self.problems = Gauge(
            "yanxin_problems", "Rows that should have been dealt with and have not.", ["code"], registry=self.registry
        )
        self.channel_troubles = Gauge(
            "yanxin_channel_troubles",
            "What somebody should look at: no token, answers that are not known, how full the day is.",
            ["channel", "code"],
            registry=self.registry,
        )
        self.given_up = Counter(
            "yanxin_given_up_messages_total",
            "Messages that will not be sent any more: expired, failed for good, or handed over without a sure result.",
            ["kind", "state"],
            registry=self.registry,
        )
        self.heartbeats = Counter(
            "yanxin_heartbeats_total", "Heartbeats that the outside watcher heard.", registry=self.registry
        )
        self.rung_at = Gauge(
            "yanxin_watchdog_last_look_seconds",
            "When the watchdog looked for the last time, in seconds since 1970.",
            registry=self.registry,
        )
