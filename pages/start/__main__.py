"""Start the dashboard: `make run`, or `python -m pages.start` with options of `streamlit run`."""

import sys
from contextlib import suppress

import click
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main_run

from pages.start.server import APP, dashboard


def start(**options: object) -> None:
    """Serves until it is stopped."""
    # Until st.navigation has run once, Streamlit takes the folder pages/ for pages of its own kind, and would answer the first deep link after a start with "page not found".
    PagesManager.uses_pages_directory = False
    sys.argv = [str(APP)]  # beside it lies .streamlit/config.toml
    given = {name.replace("_", "."): value for name, value in options.items() if value is not None and value != ()}
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        dashboard().run(config=given)


if __name__ == "__main__":
    asked = [option for option in main_run.params if isinstance(option, click.Option)]
    click.Command("python -m pages.start", params=asked, callback=start, help=__doc__).main()
