"""What is done with a file's tables before anything is taken for anything?"""

from collections.abc import Callable, Sequence

from engine.datasets.preparation.chosen_labels import with_choices
from engine.datasets.preparation.class_names import with_counted
from engine.datasets.preparation.evaluations import without_answers
from engine.datasets.preparation.gathering import gathered, whole
from engine.datasets.preparation.halves import with_halves, with_numbered
from engine.datasets.preparation.indicators import with_labels
from engine.datasets.preparation.joined import with_joined
from engine.datasets.preparation.judges.choices import with_chosen
from engine.datasets.preparation.judges.columns import with_raters
from engine.datasets.preparation.judges.nearer import with_triplets
from engine.datasets.preparation.judges.rows import with_agreed
from engine.datasets.preparation.judges.ticks import with_ticks
from engine.datasets.preparation.left_out.own_index import without_index
from engine.datasets.preparation.left_out.rejected import without_rejected
from engine.datasets.preparation.left_out.unannotated import without_unannotated
from engine.datasets.preparation.left_out.unlabelled_tests import without_unlabelled
from engine.datasets.preparation.lists.examples import with_examples
from engine.datasets.preparation.lists.linked_ids import with_links
from engine.datasets.preparation.lists.listed_ids import with_judgements
from engine.datasets.preparation.lists.marked_lists import with_marks
from engine.datasets.preparation.lists.ranked_lists import with_candidates
from engine.datasets.preparation.lists.similar_questions import with_similar
from engine.datasets.preparation.lists.translations import with_translations
from engine.datasets.preparation.notations import with_numbers
from engine.datasets.preparation.noticed import empty_columns, preferences
from engine.datasets.preparation.noticed.several_texts import noticed
from engine.datasets.preparation.one_label_each import with_together
from engine.datasets.preparation.schemes import without_schemes
from engine.datasets.preparation.written_chats import with_questions
from engine.datasets.preparation.written_queries import with_queries
from engine.datasets.recognition.closeness import with_scales
from engine.datasets.recognition.tables import parted
from engine.types import BadDataset, Message, Note, Tables

STEPS: Sequence[Callable[[Tables], tuple[Tables, list[Message]]]] = (
    without_index, without_schemes, empty_columns.noticed, with_examples, with_similar, noticed, preferences.noticed,
    with_translations, with_triplets, with_chosen, with_ticks, with_questions, without_answers, with_choices,
    without_rejected, with_numbers, with_raters, with_agreed, with_counted, with_together, parted, without_unlabelled,
    without_unannotated, with_labels, with_halves, with_numbered, whole, with_marks, with_candidates, with_queries,
    with_links, with_judgements, gathered,
)  # fmt: skip
"""What is done with given tables before they are recognised, one after the other."""


MOST_COLUMNS = 256
"""Of a table: each is looked at beside each other, so that the time grows by the square of their number."""


def prepared(tables: Tables, notes: Sequence[Note] = ()) -> tuple[Tables, list[Message]]:
    """The tables of a file with one table a split, and with columns that belong together as one.

    `notes`: what the reader did, for what stands above a table may say how its numbers are to be read.

    Raises:
        BadDataset: a table has too many columns.
    """
    for name, table in tables.items():
        if len(table.columns) > MOST_COLUMNS:
            raise BadDataset(
                "{table} has {n} columns, more than the {most} that a table may have here: keep those with texts, "
                "labels, scores and ids, and leave out the others.",
                table=name,
                n=len(table.columns),
                most=MOST_COLUMNS,
            )
    made, said = with_scales(tables, notes)
    for step in STEPS:
        made, told_of = step(made)
        said += told_of
    return with_joined(made), said
