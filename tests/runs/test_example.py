"""Is the finished example what it says, and out of the way as soon as there are own results?"""

from engine.datasets import library
from engine.models import catalogue
from engine.results import export
from engine.results.store import Results
from engine.runs import evaluate, example


def test_the_example_is_results_of_the_samples_as_they_are(home):
    example.show()
    runs, entries = Results().runs(), library.entries()
    assert len(runs) == len(list(example.FOLDER.glob("*/"))) == 6
    assert all(row.fingerprint == entries[row.dataset].fingerprint for row in runs.itertuples())
    assert len(Results().comparisons(runs["fingerprint"].iloc[0])) == 3
    bm25 = runs.query("model == 'bm25' and dataset == 'helpcentre_en'").iloc[0]
    again = evaluate.evaluate(catalogue.find("bm25"), library.load("helpcentre_en"))
    mine = Results().runs().iloc[0]
    assert (mine["id"], mine["score"], mine["encoder_key"]) == (again, bm25["score"], bm25["encoder_key"])


def test_the_first_own_run_takes_the_place_of_the_example_which_never_counted_as_one(home):
    example.show()
    entry, dataset = catalogue.find("tfidf"), library.load("sts_en")
    assert not evaluate.estimate(catalogue.find("tfidf"), library.load("helpcentre_en")).known
    evaluate.evaluate(entry, dataset)
    assert Results().runs()[["model", "dataset", "example"]].values.tolist() == [["tfidf", "sts_en", ""]]
    example.show()
    assert len(Results().runs()) == 1


def test_the_example_can_be_put_away(home):
    example.show()
    example.hide()
    assert Results().runs().empty


def test_an_exported_result_reads_as_it_was(home, tmp_path):
    example.show()
    run = Results().runs().query("warnings != '[]'")["id"].iloc[0]
    was, found = Results().result(run), export.read(export.export(run, tmp_path))
    assert (found.settings, found.metrics, found.timings) == (was.settings, was.metrics, was.timings)
    assert found.items.equals(was.items)
