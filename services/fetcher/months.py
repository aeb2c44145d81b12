"""Names of months of the Gregorian calendar, as feeds print them. Pure."""

import re
import unicodedata
from functools import lru_cache

# What a name begins with once accents are off and case is folded: 3 letters, 4 where months share 3, or all.
BEGINNINGS = (
    "jan ene gen oca sty led янв ιαν يناير كانون-الثاني ژانویه",
    "feb fev sub lut uno фев φεβ فبراير شباط فوریه",
    "mar mrt mae bre мар μαρ مارس اذار",
    "apr abr avr nis kwi dub апр απρ ابريل نيسان اوریل",
    "may mai mag maj mei мая май μαι مايو ايار مه",
    "jun juin giu haz cze июн ιουν يونيو حزيران ژوین",
    "jul juil lug tem lip июл ιουλ يوليو تموز ژوییه",
    "aug aou ago agu sie srp авг αυγ اغسطس اب اوت",
    "sep set eyl wrz zar сен σεπ سبتمبر ايلول سپتامبر",
    "oct okt out ott eki paz rij окт οκτ اكتوبر تشرين-الاول اکتبر",
    "nov kas lis ноя νοε نوفمبر تشرين-الثاني نوامبر",
    "dec dez dic des ara gru дек δεκ ديسمبر كانون-الاول دسامبر",
)
MONTHS = {word: number for number, words in enumerate(BEGINNINGS, 1) for word in words.split()}


@lru_cache(maxsize=1024)
def month_number(name: str) -> int | None:
    """1 to 12, or None where a word begins no month's name in any language we know."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    bare = re.sub(r"\s+", "-", bare)
    return MONTHS.get(bare) or MONTHS.get(bare[:4]) or MONTHS.get(bare[:3])
