import pytest

from services.extractor.furniture import is_closing_note, match_furniture

FURNITURE = {
    "counter": [
        "149",
        "0",
        "1,204",
        "Views: 84",
        "12 comments",
        "3 min read",
        "12:30",
        "Просмотров: 12",
        "بازدید: ۱۲",
        "المشاهدات 120",
    ],
    "button": [
        "A+",
        "A-",
        "print",
        "copy link",
        "Search",
        "night_theme",
        "What are you looking for ?",
        "طباعة",
        "چاپ",
        "جستجو",
        "Печать",
        "Ссылка скопирована",
        "Войти",
        "Yazdır",
        "گەڕان",
    ],
    "breadcrumb": [
        "Home > World > Dams",
        "Home - World",
        "الرئيسية / العالم",
        "Главная » Мир",
        "خانه › جهان",
    ],
    "share": [
        "Share via",
        "Share this article",
        "twitter",
        "Follow us on Telegram",
        "Liked the article? Share it with your friends!",
        "تابعونا على تلغرام",
        "شارك المقال",
        "اشتراک گذاری",
        "Поделиться",
        "Paylaş",
        "Facebook",
    ],
    "newsletter": [
        "Subscribe to get curated news",
        "Sign up for our newsletter",
        "Join our Telegram channel today",
        "اشترك في النشرة البريدية",
        "Подпишитесь на наш канал",
        "عضو کانال ما شوید",
    ],
    "advert": ["Advertisement", "إعلان", "تبلیغات", "Реклама"],
    "widget": ["Powered by Some Plugin", "Loading..."],
    "comments": [
        "Leave a Reply",
        "Post a comment",
        "Comments (3)",
        "اترك تعليقا",
        "ارسال نظر",
        "Оставить комментарий",
        "Yorum yap",
    ],
    "related": [
        "More Stories",
        "You may also like",
        "Related articles",
        "Most read",
        "The most important world news",
        "مواضيع ذات صلة",
        "مطالب مرتبط",
        "Читайте также",
        "İlgili haberler",
        "Mehr zum Thema",
    ],
    "read-more": ["Read more", "See also: the dam", "اقرأ المزيد", "ادامه مطلب", "Читать далее"],
    "tags": [
        "Tags: dams, water",
        "الكلمات المفتاحية: سد، مياه",
        "برچسب‌ها: سد، آب",
        "Теги: плотина",
        "Etiketler: baraj, su",
    ],
    "notice": [
        "انتهای پیام/",
        "انتهای پیام/ 4021",
        "بازنشر مطالب با ذکر منبع بلامانع است.",
        "Hemû maf parastî ne",
        "This website uses cookies to improve your experience. You can accept them all.",
        "We use cookies and other means to measure our audience.",
        "Your email address will not be published.",
        "Full or partial reproduction of our texts is permitted with a hyperlink.",
        "We and our 31 partners store cookies on your device.",
        "River Post uses cookies for statistics only.",
        "This article is for subscribers of the River Post. You have read your free article.",
        "Subscribe to continue reading.",
        "All rights reserved.",
        "جميع الحقوق محفوظة © 2024",
        "تمامی حقوق این سایت محفوظ است.",
        "Все права защищены.",
        "При использовании материалов ссылка на сайт обязательна.",
        "لن يتم نشر عنوان بريدك الإلكتروني.",
        "Tüm hakları saklıdır.",
    ],
}


@pytest.mark.parametrize(
    ("rule", "line"), [(rule, line) for rule, lines in FURNITURE.items() for line in lines]
)
def test_page_furniture_is_known_by_rule(rule: str, line: str) -> None:
    matched = match_furniture(line)
    assert matched is not None
    assert matched.rule == rule


@pytest.mark.parametrize(
    "line",
    [
        "The lake fell again on Tuesday, and the minister spoke.",
        "Share prices fell after the news.",
        (
            "Follow us if you can, the boys shouted, and ran down"
            " to the river where the boats lay waiting for them."
        ),
        "Comments by the minister angered farmers.",
        "Home is where the river is.",
        "Home-cooked meals for those who mend the dam",
        "Print workers went on strike in Basra on Sunday.",
        "Search teams found the boat.",
        "Read the statement, he said.",
        "شارك الوزير في الاجتماع.",
        "Последние новости пришли из Басры вчера вечером.",
        "2024 was a dry year",
        "x" * 5_000,
    ],
)
def test_sentences_are_never_furniture(line: str) -> None:
    assert match_furniture(line) is None


@pytest.mark.parametrize(
    "paragraph",
    [
        "Layla Hassan is a senior reporter at the River Post. She covers water and farming in the north.",
        "Omar Aziz, is the River Post’s correspondent in Basra.",
        "About the author",
        "Follow her on social media.",
        "The views expressed in this article are the author’s own and not those of the River Post.",
        "عن الكاتب: ليلى حسن صحفية تكتب عن المياه.",
        "درباره نویسنده: لیلا حسنی درباره آب می‌نویسد.",
        "الآراء الواردة في هذا المقال تعبر عن رأي كاتبها.",
        "Мнение автора может не совпадать с мнением редакции.",
    ],
)
def test_a_note_on_the_author_or_the_opinion_closes_an_article(paragraph: str) -> None:
    assert is_closing_note(paragraph)


@pytest.mark.parametrize(
    "paragraph",
    [
        "The minister is a former editor of the River Post.",
        "Layla Hassan is a farmer who lost her herd to the drought.",
        "Views of the lake drew tourists from the south.",
        "Layla Hassan is a reporter. " * 40,
    ],
)
def test_a_paragraph_of_the_story_closes_nothing(paragraph: str) -> None:
    assert not is_closing_note(paragraph)
