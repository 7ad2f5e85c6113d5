"""The public datasets that mteb registers, by names such as `mteb:STS22.v2/zh`."""

from engine.benchmarks import kept
from engine.benchmarks.mteb_tasks import PREFIX
from engine.types import Source

SOURCE = Source(name="mteb", prefix=PREFIX, load=kept.load, cards=kept.cards, forget=kept.forget, damaged=kept.damaged)
