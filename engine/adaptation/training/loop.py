"""How is a course trained: step by step, watched on the dev part, stopped in time, killed at any moment?"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.adaptation.training import checkpoints
from engine.adaptation.training.curve import Curve
from engine.adaptation.training.progress import Later, Progress, clock, every
from engine.adaptation.training.schedule import Batch, schedule
from engine.adaptation.training.steps import backward
from engine.notation import interval
from engine.training import Course, Settings
from engine.types import Message, Step, UserError

LOOKS = 10
"""How often the dev part is judged in a whole training."""
PATIENCE = 3
"""So many looks without a better one end the training."""
KEEP_SECONDS = 30.0
CLIP = 1.0
"""The longest that all gradients together may be, as in transformers' trainer."""

Dev = Callable[[Any], tuple[float, float, float]]
"""(model) -> the main metric of the dev part with the ends of its interval."""


@dataclass
class Training:
    """One course on its way, in a folder of its own.

    plan: whatever changes where the training must not be taken up again · every: steps between two checkpoints; 0: by
    time · looks: how often the dev part is judged · measured: what is told of it, such as a metric · later: what
    follows the training, so that the time left is that of everything.
    """

    course: Course
    settings: Settings
    folder: Path
    dev: Dev | None
    plan: str
    seed: int = 0
    every: int = 0
    looks: int = LOOKS
    measured: Message = Message("score")  # noqa: RUF009
    later: Later = lambda step, look: 0.0
    curve: Curve = field(init=False)

    def run(self, step: Step) -> Progress:
        """Trains to the end or until the dev part gets no better; the model then has the weights of its best step.

        Raises:
            UserError: the loss is no number; what was kept last stays.
            Cancelled: `step` says so; what was kept last stays.
        """
        import torch

        torch.manual_seed(self.seed)
        batches = schedule(
            self.course.lessons,
            batch_size=int(self.settings["batch_size"]),
            epochs=self.settings["epochs"],
            seed=self.seed,
        )
        if not batches:
            raise UserError("The examples make no batch: at least two different ones are needed.")
        optimiser, scheduler = self._optimiser(len(batches))
        self.curve = Curve(self.folder / "curve.jsonl")
        kept = checkpoints.take_up(self.folder, self.course, optimiser, scheduler, self.plan)
        progress = Progress(**kept) if kept else Progress(self.plan)
        self.curve.begin(progress.step)
        if not kept:
            self._look(progress, 0, len(batches), step)
        self._train(batches, progress, (optimiser, scheduler), step)
        checkpoints.put_best(self.folder, self.course)
        return progress

    def _train(self, batches: list[Batch], progress: Progress, state: tuple[Any, Any], step: Step) -> None:
        apart = every(len(batches), self.looks)
        saved = time.perf_counter()
        while progress.step < len(batches) and progress.stale < PATIENCE:
            began = time.perf_counter()
            loss = self._one(batches[progress.step], progress, state)
            progress.step += 1
            progress.seconds += time.perf_counter() - began
            self.curve.add(progress.step, loss, progress.texts, progress.seconds)
            if progress.step % apart == 0 or progress.step == len(batches):
                self._look(progress, progress.step, len(batches), step)
            step(progress.share(len(batches), self.looks, self.later), self._told(progress, len(batches), loss))
            if (self.every and progress.step % self.every == 0) or (not self.every and self._due(saved)):
                checkpoints.keep(self.folder, self.course, *state, progress.__dict__)
                saved = time.perf_counter()

    def _one(self, batch: Batch, progress: Progress, state: tuple[Any, Any]) -> float:
        """One step; the weights change only if its loss is a number."""
        import torch

        optimiser, scheduler = state
        lesson = self.course.lessons[batch.lesson]
        rows = lesson.rows.iloc[batch.rows]
        self.course.model.train()
        loss = backward(self.course, lesson, rows, self.settings)
        norm = torch.nn.utils.clip_grad_norm_(
            [one for group in optimiser.param_groups for one in group["params"]], CLIP
        )
        if not math.isfinite(loss) or not math.isfinite(float(norm)):
            raise self._broken(progress, loss)
        optimiser.step()
        scheduler.step()
        optimiser.zero_grad()
        progress.texts += len(rows) * max(len(lesson.columns), 1)
        return loss

    def _broken(self, progress: Progress, loss: float) -> UserError:
        """What is said of a loss that is no number."""
        said = {"step": progress.step + 1, "loss": loss, "rate": self.settings["learning_rate"]}
        if not progress.watched:
            return UserError(
                "The loss of step {step} is no number ({loss}), so the training has stopped. A lower learning rate "
                "than {rate} may help.", **said,
            )  # fmt: skip
        return UserError(
            "The loss of step {step} is no number ({loss}), so the training has stopped; the weights of step {kept} "
            "are kept. A lower learning rate than {rate} may help.", kept=progress.best_step, **said,
        )  # fmt: skip

    def _look(self, progress: Progress, at: int, steps: int, step: Step) -> None:
        """Judges the dev part, and keeps the weights where they are the best so far."""
        if self.dev is None or (at and not progress.watched):  # of some dev parts no score can be told
            progress.best_step = at
            return
        step(progress.share(steps, self.looks, self.later), self._looking(progress, steps))
        self.course.model.eval()
        began = time.perf_counter()
        score, low, high = self.dev(self.course.model)
        progress.looked, progress.looks = progress.looked + time.perf_counter() - began, progress.looks + 1
        if math.isnan(score):
            return
        self.curve.look(at, score, low, high)
        if score > progress.best:
            progress.best, progress.ends, progress.best_step, progress.stale = score, (low, high), at, 0
            checkpoints.keep_best(self.folder, self.course)
        else:
            progress.stale += 1

    def _due(self, saved: float) -> bool:
        return time.perf_counter() - saved > KEEP_SECONDS

    def _optimiser(self, steps: int) -> tuple[Any, Any]:
        """AdamW and a rate that rises and then falls to nothing, as in transformers' trainer."""
        import torch

        modules = [self.course.model, *(one for lesson in self.course.lessons for one in lesson.modules)]
        named = [(name, one) for module in modules for name, one in module.named_parameters() if one.requires_grad]
        still = [one for name, one in named if one.ndim < 2]  # biases and norms do not decay
        moved = [one for name, one in named if one.ndim >= 2]
        decay, rate = float(self.settings["weight_decay"]), float(self.settings["learning_rate"])
        groups = [{"params": moved, "weight_decay": decay}, {"params": still, "weight_decay": 0.0}]
        optimiser = torch.optim.AdamW([one for one in groups if one["params"]], lr=rate, fused=True)
        warm = math.ceil(float(self.settings["warmup"]) * steps)

        def share(at: int) -> float:
            return at / warm if at < warm else max(steps - at, 0) / max(steps - warm, 1)

        return optimiser, torch.optim.lr_scheduler.LambdaLR(optimiser, share)

    def _looking(self, progress: Progress, steps: int) -> Message:
        values = {"step": progress.step, "steps": steps}
        if not progress.step:
            return Message("Judging the dev part before the first of {steps} {steps:step|steps}", values)
        left = clock(progress.left(steps, self.looks, self.later))
        return Message("Judging the dev part after step {step} of {steps}, {left} left", values | {"left": left})

    def _told(self, progress: Progress, steps: int, loss: float) -> Message:
        left = clock(progress.left(steps, self.looks, self.later))
        values = {
            "step": progress.step, "steps": steps, "loss": loss, "at": progress.best_step,
            "rate": round(progress.texts / max(progress.seconds, 1e-9)), "left": left,
        }  # fmt: skip
        if not progress.watched:
            return Message("Step {step} of {steps}: loss {loss:.4f}, no dev score, {rate} texts/s, {left} left", values)
        return Message(
            "Step {step} of {steps}: loss {loss:.4f}, dev {metric} {best} at best (step {at}), {rate} texts/s, {left} "
            "left",
            values | {"best": interval(progress.best, *progress.ends), "metric": self.measured},
        )
