"""Which datasets belong together, and what of them is left to run?"""

from pages.parts import address
from pages.parts.language import _
from pages.parts.suites import choice, own_suites, run

if address.view("suites", {"run": _("Run a suite"), "own": _("Own suites")}) == "run":
    suite = choice.pick()
    run.plan(suite)
    run.show_jobs(suite)
    address.lead(
        "pages/compare/leaderboard.py", _("Leaderboard of this suite"), {"board": "suite", "suite": suite},
        "suites.board", type="tertiary", icon=":material/leaderboard:",
    )  # fmt: skip
else:
    own_suites.edit()
