import pytest

from services.extractor.guard import refuse_pathological
from services.stage import Poison


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("<p a=b>" * 200_000, "equals signs"),
        ("<i>ab</i>" * 20_001, "20001 tags"),
        ("<div>" * 100_000, "tags"),
        ("<p>ab</p>" * 300_000, "tags"),
        ("a<br>" * 25_000, "line breaks"),
        ("<a href='/x'>word</a> " * 12_000, "links"),
        ("<A HREF='/x'>word</A> " * 8_001, "8001 links"),
        ("<table><tr>" + "<td>1" * 25_000, "table cells"),
        ("<p " + " ".join(f"a{i}=1" for i in range(20_000)) + ">x</p>", "attributes"),
        ("<p>one</p>" * 100 + "<p " + " ".join(f"a{i}" for i in range(2_001)) + ">x</p>" * 900, "attributes"),
        ("<p " + " ".join(f"a{i}='1 2 3'" for i in range(20_000)) + ">x</p>", "attributes"),
    ],
)
def test_markup_that_would_hurt_a_parser_is_refused_by_the_name_of_its_limit(text: str, named: str) -> None:
    with pytest.raises(Poison) as refused:
        refuse_pathological(text)
    assert refused.value.reason == "page-too-complex"
    assert named in refused.value.detail


def test_markup_larger_than_any_page_is_refused_unread() -> None:
    with pytest.raises(Poison) as refused:
        refuse_pathological("<p>" + "word " * 900_000)
    assert refused.value.reason == "page-too-large"


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 8_001 + "x",  # the parser stops by itself
        "<div><p>one</p></div>" * 5_000,
        "<li>one<li>two<p>three<p>four" * 1_000,  # end tags that HTML lets one leave out
        "<svg>" + "<path d='M0'/><circle/>" * 300 + "</svg>",
        "<script>" + "a=1;" * 9_000 + "if(a<b){}</script>",
        "<i>a</i>" * 20_000,
        "a<br>" * 10_000,
        "<img alt='" + "long " * 5_000 + "'>",
        "plain " * 100_000,
        "<script>if (a<b) {" + "a = b; " * 5_000 + "} if (c<d) {}</script>",
    ],
)
def test_ordinary_markup_passes(text: str) -> None:
    refuse_pathological(text)
