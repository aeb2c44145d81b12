import pytest

from services.extractor.access import judge_access

SHORT = "The lake fell again on Tuesday and nobody knew why."
LONG = " ".join([SHORT] * 60)
WHOLE = " ".join([SHORT] * 110)


@pytest.mark.parametrize(
    ("text", "lines", "free", "declared", "verdict"),
    [
        (LONG, (), None, None, "full"),
        (SHORT, (), None, None, "full"),
        (LONG, (), False, None, "full"),  # says it is not free, yet the text is all there
        (SHORT, (), False, None, "paywalled"),
        (SHORT, ("Subscribe to continue reading",), None, None, "paywalled"),
        (SHORT, ("Sign in or subscribe now to read the full story.",), None, None, "paywalled"),
        (SHORT, ("This article is for subscribers only",), None, None, "paywalled"),
        (SHORT, ("هذا المحتوى للمشتركين فقط",), None, None, "paywalled"),
        (SHORT, ("ویژه مشترکان",), None, None, "paywalled"),
        (SHORT, ("Материал доступен только подписчикам",), None, None, "paywalled"),
        (LONG, ("Subscribe to continue reading",), None, None, "full"),  # a hidden template
        (LONG, ("Subscribe to continue reading",), False, None, "paywalled"),
        (WHOLE, ("Subscribe to continue reading",), False, None, "full"),  # nothing is missing
        (SHORT, ("Subscribe to our newsletter",), None, None, "full"),
        (SHORT, ("Create a free account to continue reading",), None, None, "paywalled"),
        (SHORT, ("This content is for registered users only",), None, None, "paywalled"),
        (SHORT, ("اشترك لمتابعة القراءة",), None, None, "paywalled"),
        (SHORT, ("سجل الدخول لقراءة المقال",), None, None, "paywalled"),
        (SHORT, ("برای خواندن ادامه مطلب وارد شوید",), None, None, "paywalled"),
        (SHORT, ("تەنها بۆ بەشداربووان",), None, None, "paywalled"),
        (SHORT, ("Ji bo xwendina vê nivîsê bibe abone",), None, None, "paywalled"),
        (SHORT, ("Чтобы продолжить чтение, оформите подписку",), None, None, "paywalled"),
        (SHORT, ("Devamını okumak için abone olun",), None, None, "paywalled"),
        (SHORT, (SHORT, "Continue reading"), None, None, "truncated"),
        (SHORT, (SHORT, "12 March", "تابع القراءة"), None, None, "truncated"),
        (SHORT, (SHORT, "Читать дальше"), None, None, "truncated"),
        (SHORT, (SHORT, "ادامه مطلب"), None, None, "truncated"),
        (SHORT, (SHORT, "Devamını oku"), None, None, "truncated"),
        (SHORT, (SHORT, "Bêtir bixwîne"), None, None, "truncated"),
        (SHORT, (SHORT, "زیاتر بخوێنەوە"), None, None, "truncated"),
        (SHORT, (SHORT, "a", "b", "Continue reading"), None, None, "full"),  # of another article
        (SHORT, ("Continue reading", SHORT), None, None, "full"),
        (LONG, (LONG, "Continue reading"), None, None, "full"),
        (LONG + "\n\nTell us what you think...", (), None, None, "full"),
        (LONG[:-1] + "…", (), None, None, "truncated"),
        (WHOLE[:-1] + "…", (), None, None, "full"),
        ("The lake fell again on Tuesday and…", (), None, None, "truncated"),
        ("The lake fell again [...]", (), None, None, "truncated"),
        ("The lake fell again. Read more", (), None, None, "truncated"),
        ("انخفض مستوى البحيرة. اقرأ المزيد", (), None, None, "truncated"),
        (SHORT, (), None, 900, "truncated"),
        (SHORT, (), False, 900, "paywalled"),
        (LONG, (), None, 620, "full"),
    ],
)
def test_the_verdict_follows_the_evidence(
    text: str, lines: tuple[str, ...], free: bool | None, declared: int | None, verdict: str
) -> None:
    access = judge_access(text, lines, free=free, declared_words=declared)
    assert access.verdict == verdict
    assert verdict == "full" or access.evidence


def test_a_body_cut_at_the_fetch_limit_is_truncated() -> None:
    assert judge_access(LONG, cut_in_transit=True).verdict == "truncated"
