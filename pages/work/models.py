"""Which models are there, and how are they used properly?"""

from pages.parts import address
from pages.parts.language import _
from pages.parts.models import add, catalogue, stored_vectors

view = address.view("shelf", {"catalogue": _("Catalogue"), "add": _("Add a model"), "vectors": _("Stored vectors")})
if view == "catalogue":
    chosen = catalogue.pick()
    if chosen:
        catalogue.card(chosen)
        catalogue.vary(chosen)
elif view == "add":
    add.show()
else:
    stored_vectors.show()
