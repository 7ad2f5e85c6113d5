"""Lines of actions between the records, as Elasticsearch and OpenSearch write them for their bulk interface."""

from collections.abc import Iterator

from engine.types import Message

ACTIONS = {"index", "create", "update", "delete"}
"""https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk"""
ABOUT = {"routing", "version", "version_type", "pipeline", "require_alias", "retry_on_conflict", "if_seq_no",
         "if_primary_term", "dynamic_templates", "op_type"}  # fmt: skip
PASSED = Message("{file}: {count} {count:line|lines} with an action, such as {example}, {count:is no row|are no rows}.")


def without_actions(values: Iterator[object], passed: list[str]) -> Iterator[object]:
    """The records alone, each with the id that its action gives it; `passed`: which actions there were."""
    passed.clear()
    given: object = None
    for number, value in enumerate(values):
        if (number == 0 or passed) and (action := _action(value)):
            passed.append(action)
            given = value[action].get("_id")  # type: ignore[index]
            continue
        if passed and passed[-1] == "update" and isinstance(value, dict) and isinstance(value.get("doc"), dict):
            value = value["doc"]
        if given is not None and isinstance(value, dict):
            value = {"_id": given} | value
        given = None
        yield value


def _action(value: object) -> str:
    """What a line does with the record below it; "" where it is a record itself."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    (name, about), *_ = value.items()
    is_one = name in ACTIONS and isinstance(about, dict) and all(one[:1] == "_" or one in ABOUT for one in about)
    return name if is_one else ""
