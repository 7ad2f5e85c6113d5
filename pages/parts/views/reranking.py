"""A query with its candidates in each model's order: shown as retrieval is."""

from pages.parts.views.retrieval import COLUMNS as COLUMNS
from pages.parts.views.retrieval import detail as detail
from pages.parts.views.retrieval import overview as overview
