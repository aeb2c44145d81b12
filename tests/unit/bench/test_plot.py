from lxml import etree

from bench.extract.plot import Result, draw


def test_a_plot_is_svg_with_a_dot_for_each_mark_and_a_bar_for_each_time() -> None:
    results = [Result("a <b>", {"one": 0.95, "two": 0.5}, 10.0), Result("c", {"one": 0.9, "two": 0.99}, 40.0)]
    root = etree.fromstring(draw(results).encode())
    assert len(root.findall("{*}circle")) == 4
    assert [float(bar.get("width", "0")) for bar in root.findall("{*}rect")] == [105.0, 420.0]
    assert any("a <b>" in (text.text or "") for text in root.findall("{*}text"))
