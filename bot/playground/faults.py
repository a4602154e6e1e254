"""Trouble to order: the next calls answer 429, 500 or 502, hang, or are cut off before or after the effect."""

from dataclasses import dataclass

KINDS = ("429", "500", "502", "hang", "cut", "cut_after")


@dataclass(slots=True)
class Fault:
    kind: str
    method: str | None
    times: int
    retry_after: int


class Faults:
    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def order(self, kind: str, method: str | None = None, times: int = 1, retry_after: int = 1) -> None:
        """Spoil the next `times` calls of `method`. None means any method but getUpdates, which has to be named."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(KINDS)}")
        self.ordered.append(Fault(kind, method.lower() if method else None, times, retry_after))

    def clear(self) -> None:
        self.ordered.clear()

    def take(self, method: str) -> Fault | None:
        """The first ordered fault that this call meets, used up by one."""
        for fault in self.ordered:
            if fault.method == method.lower() or (fault.method is None and method.lower() != "getupdates"):
                fault.times -= 1
                if fault.times <= 0:
                    self.ordered.remove(fault)
                return fault
        return None
