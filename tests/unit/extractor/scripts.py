"""Stories of an invented press in the languages of the region, with the furniture their pages have."""

from typing import NamedTuple


class Story(NamedTuple):
    """A text and what stands around it."""

    language: str
    title: str
    menu: tuple[str, ...]
    body: tuple[str, ...]
    related: tuple[str, ...]
    share: str
    comments: str


STORIES = (
    Story(
        "ar",
        "مجلس المحافظة يناقش خطة لإصلاح السد قبل الشتاء",
        ("الرئيسية", "أخبار", "اقتصاد", "رياضة", "ثقافة", "من نحن"),
        (
            "قالت وزارة الموارد المائية يوم الثلاثاء إن مستوى البحيرة فوق السد انخفض إلى أدنى حد له منذ أحد عشر عاما،"
            " وإن التوربينات ستتوقف قبل الصيف إذا لم تهطل الأمطار في الأسابيع المقبلة.",
            "وأضاف الوزير في حديث مع الصحفيين أن الحكومة ستناقش مع المحافظة خطة لإصلاح البوابات السفلى قبل موسم الفيضانات"
            " المقبل، وأن الأموال اللازمة لذلك موجودة في موازنة هذا العام.",
            "وكان المزارعون قد أغلقوا الطريق منذ الصباح للمطالبة بالأعلاف والبذور، كما طالبوا المجلس بأن يستمع إلى"
            " البلدات الواقعة أسفل السد قبل أن يصوت على أي قرار.",
            "وقال أحد أعضاء المجلس إن التصويت سيجري يوم الأحد، لكن عضوين آخرين أكدا أنهما سيمتنعان عن التصويت إذا لم تصل"
            " نسخة من تقرير المهندسين إلى الأعضاء في وقت كاف.",
        ),
        ("افتتاح جسر جديد في المدينة", "أسعار القمح ترتفع في الأسواق", "مهرجان الربيع يبدأ غدا"),
        "شارك الخبر على فيسبوك وتويتر",
        "اترك تعليقا",
    ),
    Story(
        "fa",
        "شورای استان طرح تعمیر سد را بررسی می‌کند",
        ("صفحه نخست", "سیاسی", "اقتصادی", "ورزشی", "فرهنگی", "درباره ما"),
        (
            "وزارت نیرو روز سه‌شنبه اعلام کرد که سطح آب دریاچه پشت سد به پایین‌ترین حد خود در یازده سال گذشته رسیده است و"
            " اگر باران نبارد توربین‌ها پیش از تابستان از کار می‌افتند.",
            "وزیر در گفت‌وگو با خبرنگاران گفت که دولت با استانداری درباره طرح تعمیر دریچه‌های پایینی پیش از فصل سیلاب"
            " گفت‌وگو خواهد کرد و بودجه آن در سال جاری پیش‌بینی شده است.",
            "کشاورزان از صبح جاده را بسته‌اند و علوفه و بذر می‌خواهند. آنها همچنین از شورا خواسته‌اند که پیش از هر تصمیمی به"
            " حرف مردم شهرهای پایین‌دست سد گوش کند.",
            "یکی از اعضای شورا گفت که رأی‌گیری روز یکشنبه انجام می‌شود، اما دو عضو دیگر گفتند که اگر گزارش مهندسان به‌موقع"
            " به دست آنها نرسد در رأی‌گیری شرکت نمی‌کنند.",
        ),
        ("پل تازه‌ای در شهر گشایش یافت", "بهای گندم در بازار بالا رفت", "جشنواره بهار فردا آغاز می‌شود"),
        "اشتراک‌گذاری در تلگرام و واتس‌اپ",
        "ارسال نظر",
    ),
    Story(
        "ckb",
        "ئەنجومەنی پارێزگا پلانی چاککردنەوەی بەنداوەکە تاوتوێ دەکات",
        ("سەرەکی", "هەواڵ", "ئابووری", "وەرزش", "کلتوور", "دەربارەی ئێمە"),
        (
            "وەزارەتی سەرچاوەکانی ئاو ڕۆژی سێشەممە ڕایگەیاند کە ئاستی ئاوی دەریاچەی پشت بەنداوەکە گەیشتووەتە نزمترین ئاست"
            " لە یازدە ساڵی ڕابردوودا و ئەگەر باران نەبارێت تۆربینەکان پێش هاوین دەوەستن.",
            "وەزیر لە لێدوانێکدا بۆ ڕۆژنامەنووسان گوتی کە حکومەت لەگەڵ پارێزگا پلانێک بۆ چاککردنەوەی دەرگاکانی خوارەوە"
            " تاوتوێ دەکات و پارەکەی لە بودجەی ئەمساڵدا دانراوە.",
            "جووتیاران لە بەیانییەوە ڕێگاکەیان داخستووە و داوای ئالیک و تۆو دەکەن، هەروەها داوا لە ئەنجومەن دەکەن کە پێش هەر"
            " بڕیارێک گوێ لە خەڵکی شارۆچکەکانی خوارەوەی بەنداوەکە بگرێت.",
            "یەکێک لە ئەندامانی ئەنجومەن گوتی کە دەنگدان ڕۆژی یەکشەممە بەڕێوە دەچێت، بەڵام دوو ئەندامی دیکە گوتیان کە ئەگەر"
            " ڕاپۆرتی ئەندازیاران لە کاتی خۆیدا نەگات بەشداری ناکەن.",
        ),
        ("پردێکی نوێ لە شار کرایەوە", "نرخی گەنم بەرز بووەوە", "فیستیڤاڵی بەهار سبەی دەست پێ دەکات"),
        "هاوبەشی پێ بکە لە فەیسبووک",
        "بۆچوونێک بنووسە",
    ),
    Story(
        "ru",
        "Совет провинции обсудит план ремонта плотины",
        ("Главная", "Новости", "Экономика", "Спорт", "Культура", "О нас"),
        (
            "Министерство водных ресурсов сообщило во вторник, что уровень озера над плотиной упал до самой низкой отметки"
            " за одиннадцать лет и что турбины остановятся до лета, если не пойдут дожди.",
            "Министр сказал журналистам, что правительство обсудит с провинцией план ремонта нижних затворов до следующего"
            " паводка, который начинается в ноябре, и что деньги на это уже найдены.",
            "Фермеры с утра перекрыли дорогу и требуют корма и семян, а также просят совет выслушать жителей городов ниже"
            " по течению до того, как будет принято любое решение.",
            "Один из членов совета сказал, что голосование пройдёт в воскресенье, но двое других заявили, что не будут в"
            " нём участвовать, если отчёт инженеров не придёт вовремя.",
        ),
        ("В городе открыли новый мост", "Пшеница подорожала на рынках", "Завтра начнётся весенний праздник"),
        "Поделиться в Телеграме",
        "Оставить комментарий",
    ),
    Story(
        "tr",
        "İl meclisi barajın onarım planını görüşecek",
        ("Ana Sayfa", "Gündem", "Ekonomi", "Spor", "Kültür", "Hakkımızda"),
        (
            "Su Kaynakları Bakanlığı salı günü yaptığı açıklamada barajın üstündeki gölün seviyesinin son on bir yılın en"
            " düşük noktasına indiğini ve yağmur yağmazsa türbinlerin yazdan önce duracağını bildirdi.",
            "Bakan gazetecilere hükümetin alt kapakların bir sonraki taşkın mevsiminden önce onarılması için valilikle"
            " birlikte bir plan hazırladığını ve bunun için gereken paranın bu yılın bütçesinde olduğunu söyledi.",
            "Sabahtan beri yolu kapatan çiftçiler yem ve tohum istiyor ve meclisin herhangi bir karar vermeden önce"
            " barajın aşağısındaki kasabalarda yaşayanları dinlemesini talep ediyor.",
            "Meclis üyelerinden biri oylamanın pazar günü yapılacağını söyledi, ancak iki üye mühendislerin raporu"
            " zamanında gelmezse oylamaya katılmayacaklarını açıkladı.",
        ),
        ("Kentte yeni köprü açıldı", "Buğday fiyatları arttı", "Bahar şenliği yarın başlıyor"),
        "Facebook'ta paylaş",
        "Yorum yaz",
    ),
)  # fmt: skip


def themed(story: Story) -> str:
    """A page of a usual theme: paragraphs in a named container, a bar of related headlines, a comment form."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in story.body)
    menu = "".join(f"<li><a href='/{i}'>{name}</a></li>" for i, name in enumerate(story.menu))
    related = "".join(f"<li><h3><a href='/n/{i}'>{t}</a></h3></li>" for i, t in enumerate(story.related))
    return (
        f"<!doctype html><html lang='{story.language}'><head><title>{story.title}</title></head><body>"
        f"<header><nav class='main-menu'><ul>{menu}</ul></nav></header><main><article class='post'>"
        f"<h1 class='entry-title'>{story.title}</h1><div class='share-buttons'>{story.share}</div>"
        f"<div class='entry-content'>{text}</div></article>"
        f"<aside class='sidebar related-posts'><ul>{related}</ul></aside>"
        f"<div class='comments'><h3>{story.comments}</h3><form><textarea></textarea></form></div></main>"
        f"<footer><p>© 2024 River Post</p></footer></body></html>"
    )


def bare(story: Story) -> str:
    """A page of an old house: tables, no names, paragraphs parted by line breaks."""
    text = "<br><br>".join(story.body)
    menu = " | ".join(f"<a href='/{i}'>{name}</a>" for i, name in enumerate(story.menu))
    related = "".join(f"<tr><td><a href='/n/{i}'>{t}</a></td></tr>" for i, t in enumerate(story.related))
    return (
        f"<html><head><title>{story.title}</title></head><body><table><tr><td colspan=2>{menu}</td></tr>"
        f"<tr><td><h1>{story.title}</h1><div>{text}</div><div>{story.share}</div></td>"
        f"<td><table>{related}</table></td></tr><tr><td colspan=2>© 2024 River Post</td></tr></table></body></html>"
    )
