"""How does a text of the user stand in Streamlit's Markdown letter by letter?"""

import re

from engine.notation import unbroken

SIGNS = "\\`*_{}[]<>()#+-.!|~$:"
JOINER = "\u2060"
"""Has no width, and keeps together what stands beside it."""
LINK = re.compile(r"://|\bwww(?=\.)|@", re.IGNORECASE)


def escape(text: str) -> str:
    """A text as st.info and its like show it: no sign of it is markup, and no address in it becomes a link.

    An address is recognised after escapes are resolved, so what makes it one is parted by a sign without width.
    """
    whole = unbroken(text)
    parted = LINK.sub(lambda found: f"{found[0]}{JOINER}" if found[0] != "://" else f":{JOINER}//", whole)
    return "".join(f"\\{sign}" if sign in SIGNS else sign for sign in parted)
