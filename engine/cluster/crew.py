"""Who does the pieces of a long work in a cluster? One actor a device, each with one piece at a time.

Ray finds out that a node has died only after tens of seconds, and calls under way to its actors may never end. So every
actor is asked how it is all the time: one that does not answer while its node takes no calls is gone, and another one
gets its piece. Pieces are such that it does no harm if somebody does one twice.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.cluster.connection import answers, difference, versions
from engine.cluster.device import Device, Outcome, Work
from engine.cluster.members import Member, devices
from engine.types import Message, UserError

WAIT_SECONDS = 0.2
LOOK_SECONDS = 1.0
"""How often new nodes are looked for, and the head."""
SILENT_SECONDS = 2.0
"""Without an answer, after which the node's own port is tried."""
DEAF_SECONDS = 120.0
"""Without an answer, after which an actor is given up although its node is there."""
NOBODY_SECONDS = 120.0
"""Without any device, after which there is nothing to wait for."""
TRIES = 3
"""Actors that may die over a piece of work, and deaths after which a node gets no other actor."""
Tell = Callable[[float, Message], None]


class Crew:
    """All devices of a cluster, those of nodes that come later too; or one, wherever Ray finds what it needs.

    Leave it by `close`. needs: the resources of that one, in Ray's words. home: PARALLAX_HOME of the devices, if it is
    not that of their nodes.
    """

    def __init__(
        self, ray: Any, *, home: str = "", needs: Mapping[str, float] | None = None, tell: Tell | None = None
    ) -> None:
        self._ray, self._home, self._needs = ray, home, needs
        self._tell = tell or (lambda share, message: None)
        self._head = ray.get_runtime_context().gcs_address
        self._versions = versions()
        self.members: list[Member] = []
        self._away: dict[str, int] = {}
        """By node: how many of its actors have died; TRIES and more where it is gone or may not take part."""
        self._looked, self._since = 0.0, time.monotonic()
        self._why: UserError | None = None
        self._done = 0.0

    def work(self, pieces: Sequence[Work]) -> Iterator[tuple[int, Any]]:
        """(which piece, what came of it), as they are done.

        Raises:
            UserError: no device can do a piece, none is there, or the head of the cluster has gone.
        """
        waiting, left = deque(range(len(pieces))), set(range(len(pieces)))
        failed = dict.fromkeys(left, 0)
        while left:
            self._look()
            for member in self.members:
                if member.known and member.work is None and waiting:
                    member.work = waiting.popleft()
                    member.ask("do", pieces[member.work])
            for member, outcome in self._heard():
                piece, member.work = member.work, None
                assert piece is not None
                if outcome is not None and outcome.error is None:
                    left.discard(piece)
                    yield piece, outcome.value
                    continue
                waiting.appendleft(piece)
                failed[piece] += 1
                self._put_aside(member, outcome)
                if failed[piece] >= TRIES or (outcome is not None and self._needs is not None):
                    raise _hopeless(member, outcome)
            self._tell_all(len(pieces), len(left))

    def close(self) -> None:
        """Ends all actors."""
        for member in self.members if answers(self._head) else ():
            self._ray.kill(member.actor)
        self.members = []

    def _heard(self) -> Iterator[tuple[Member, Outcome | None]]:
        """The devices whose work has ended, and how; None where its actor or node has died."""
        for member in self.members:
            member.ask("state" if member.known else "hello")
        calls = {call: member for member in self.members for call in member.calls}
        for call in self._ready(calls):
            member = calls[call]
            if member not in self.members:
                continue
            try:
                outcome = self._answer(member, call)
            except self._ray.exceptions.RayError as error:
                yield from self._lost(member, str(error))
                continue
            if outcome is not None:
                yield member, outcome
        now = time.monotonic()
        for member in [one for one in self.members if one.host and now - one.heard > SILENT_SECONDS]:
            if (member.known and now - member.heard > DEAF_SECONDS) or not answers(f"{member.host}:{member.port}"):
                self._away[member.node] = TRIES
                yield from self._lost(member, "")

    def _ready(self, calls: Mapping[Any, Member]) -> list[Any]:
        """The calls that have been answered; waits a moment for work that ends."""
        works = [call for call, member in calls.items() if member.calls[call] == "do"]
        others = [call for call in calls if call not in works]
        if not calls:
            time.sleep(WAIT_SECONDS)
            return []
        found = self._ray.wait(works or others, num_returns=1, timeout=WAIT_SECONDS)[0]
        if works and others:
            found += self._ray.wait(others, num_returns=len(others), timeout=0)[0]
        return list(found)

    def _answer(self, member: Member, call: Any) -> Outcome | None:
        """Takes note of an answer; what came of the work, if it is that. Raises RayError."""
        what, value = member.calls.pop(call), self._ray.get(call)
        member.heard = time.monotonic()
        if what == "do":
            return value if isinstance(value, Outcome) else Outcome()
        if what == "state":
            member.share, member.doing = value
        else:
            self._welcome(member, *value)
        return None

    def _welcome(self, member: Member, there: Mapping[str, str], node: str) -> None:
        """Lets an actor that has started take part, if its versions are the same."""
        for one in self._ray.nodes() if not member.host else ():
            if one["NodeID"] == node:
                member.node, member.host, member.port = node, one["NodeManagerAddress"], one["NodeManagerPort"]
        if (why := difference(self._versions, there, member.host)) is not None:
            self._away[member.node] = TRIES
            self._refuse(member, UserError(why.template, **why.values))
        else:
            member.known = True

    def _lost(self, member: Member, why: str) -> Iterator[tuple[Member, None]]:
        """An actor that has died; its work is for another one."""
        self.members.remove(member)
        self._away[member.node] = self._away.get(member.node, 0) + 1
        self._ray.kill(member.actor)
        if not member.known and why:
            self._why = UserError("{node}: {why}", node=member.host, why=" ".join(why.split())[-400:])
        self._say(Message("{device} is gone; what it did is done by another", {"device": member.name}))
        if member.work is not None:
            yield member, None

    def _put_aside(self, member: Member, outcome: Outcome | None) -> None:
        """A device on which a piece of work failed gets no other: its disk may be full, or the model not there."""
        if outcome is None or member not in self.members:
            return
        self._away[member.node] = TRIES
        assert outcome.error is not None
        self._refuse(member, outcome.error)

    def _refuse(self, member: Member, why: UserError) -> None:
        self._why = why
        self.members.remove(member)
        self._ray.kill(member.actor)
        self._say(Message("{device} does no more: {why}", {"device": member.name, "why": str(why)}))

    def _look(self) -> None:
        """Takes on the devices of nodes that are new, or whose actor has died; raises UserError."""
        now = time.monotonic()
        if any(member.known for member in self.members):
            self._since = now
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        if not answers(self._head):
            raise UserError(
                "The head of the cluster at {place} does not answer any more; what is done is kept. Start the cluster "
                "and the same command again.",
                place=self._head,
            )
        if self._needs is not None:
            if sum(self._away.values()) > TRIES * TRIES and self._why:
                raise self._why
            if not self.members:
                self._hire("", "", 0, 0, dict(self._needs))
            return
        there = [node for node in self._ray.nodes() if node["Alive"]]
        for node in there:
            if self._away.get(node["NodeID"], 0) < TRIES:
                self._take_on(node)
        if not self.members and self._why and all(self._away.get(node["NodeID"], 0) >= TRIES for node in there):
            raise self._why
        if now - self._since > NOBODY_SECONDS:
            raise self._why or UserError("No device is free in the cluster at {place}.", place=self._head)

    def _take_on(self, node: dict[str, Any]) -> None:
        number, kind = devices(node)
        host, port = node["NodeManagerAddress"], node["NodeManagerPort"]
        free = set(range(number)) - {member.slot for member in self.members if member.node == node["NodeID"]}
        if free and not answers(f"{host}:{port}"):
            return  # it has died, which Ray does not know yet
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        needs = {"num_cpus": 0, "num_gpus": 1} if kind == "GPU" else {"num_cpus": node["Resources"].get("CPU", 0)}
        for slot in free:
            self._hire(node["NodeID"], host, port, slot, {**needs, "scheduling_strategy": there})

    def _hire(self, node: str, host: str, port: int, slot: int, needs: dict[str, Any]) -> None:
        made = self._ray.remote(Device).options(
            max_concurrency=4, max_restarts=0, max_task_retries=0, name=f"device {time.time_ns()}", **needs
        )
        self.members.append(Member(node, host, port, slot, made.remote(self._home), time.monotonic()))

    def _tell_all(self, total: int, left: int) -> None:
        self._done = (total - left) / total
        if self._needs is not None:
            for member in self.members if left else ():
                started = member.work is not None
                self._tell(member.share, member.doing if started else Message("waits for a device of the cluster"))
            return
        working = [member for member in self.members if member.work is not None]
        share = self._done + sum(member.share for member in working) / total
        values = {"done": total - left, "total": total, "devices": len(working)}
        self._tell(min(share, 1.0), Message("{done} of {total} shards, {devices} devices at work", values))

    def _say(self, message: Message) -> None:
        self._tell(self._done, message)


def _hopeless(member: Member, outcome: Outcome | None) -> UserError:
    """Why a piece of work is tried no more."""
    if outcome is not None and outcome.error is not None:
        return outcome.error
    return UserError(
        "{n} processes were killed over one piece of the work, the last on {device}, perhaps because memory ran out: "
        "choose more shards or a smaller model.",
        n=TRIES,
        device=member.name,
    )
