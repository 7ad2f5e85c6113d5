"""Start the dashboard: `make run`, or `python -m pages.start` with options of `streamlit run`."""

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

APP = Path(__file__).resolve().parents[2] / "app.py"

if __name__ == "__main__":
    # Until st.navigation has run once, Streamlit takes the folder pages/ for pages of its own kind, and would answer the first deep link after a start with "page not found".
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(APP), *sys.argv[1:]]
    main()
