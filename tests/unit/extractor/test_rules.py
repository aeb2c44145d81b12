import re

from services.extractor.rules import FILES, compile_any, digest_rules, load_rules


def test_every_file_can_be_read_and_has_a_digest() -> None:
    assert all(load_rules(name) for name in FILES)
    assert re.fullmatch("[0-9a-f]{16}", digest_rules())


def test_alternatives_are_tried_whatever_the_case() -> None:
    pattern = compile_any(["a|b", "ж"])
    assert all(pattern.fullmatch(word) for word in ("A", "b", "Ж"))
    assert not pattern.fullmatch("ab")
