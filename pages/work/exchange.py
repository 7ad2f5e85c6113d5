"""How do scores get from here to mteb, and from mteb to here?"""

from pages.parts import address
from pages.parts.exchange import results_folder
from pages.parts.language import _

if address.view("way", {"import": _("Import"), "export": _("Export")}) == "import":
    results_folder.receive()
    results_folder.show_imports()
else:
    results_folder.give()
