"""Words that tell what kind of name stands beside them. Tables for names.py; own lists, no others' data."""

HONORIFICS = (
    "Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Dr.", "Dr", "Prof.", "Gov.", "Sen.", "Rep.", "Gen.", "Maj. Gen.",
    "Brig. Gen.", "Lt. Gen.", "Lt Gen", "Maj Gen", "Brig Gen", "Lt. Col.", "Lt Col", "Col.", "Col", "Capt.",
    "Cmdr.", "Sgt.", "Staff Sgt.", "Spc.", "Adm.", "Rear Adm.", "Vice Adm.", "Ayatollah", "Grand Ayatollah",
    "Hojatoleslam", "Sheikh", "Sayyid",
)  # fmt: skip
TITLES = (
    *HONORIFICS, "President", "Vice President", "Prime Minister", "Key Minister", "Foreign Minister",
    "Defense Minister", "Defence Minister", "Interior Minister", "Oil Minister", "Finance Minister",
    "Minister", "Secretary", "Ambassador", "Governor", "Senator", "Imam", "King", "Queen", "Prince",
    "Crown Prince", "Sultan", "Emir", "Pope", "Judge", "Justice", "Professor", "General", "Maj.", "Major",
    "Major General", "Brigadier General", "Brigadier", "Lieutenant General", "Lieutenant Colonel", "Colonel",
    "Captain", "Admiral", "Commander", "Commodore", "High Representative", "Cleric", "Congressman",
    "Congresswoman", "spokesman", "spokeswoman", "spokesperson", "lawmaker", "analyst", "commander",
    "director", "ambassador", "minister", "president", "lawyer", "activist", "journalist", "cleric",
)  # fmt: skip
ROLES = (
    r"spokes(?:man|woman|person)|ministers?|commander|analyst|director|head|chief|secretary|ambassador|envoy"
    r"|official|professor|leader|member|researcher|expert|president|governor|lawmaker|cleric|general|advis[eo]r"
    r"|fellow|editor|lawyer|activist|journalist|reporter|resident|historian|economist|economist|scholar|mayor"
    r"|deputy|politician|physician|doctor|engineer|teacher|student|carpenter|soldier|officer|senator|speaker"
)
SAID = r"said|says|told|added|wrote|tweeted|warned|announced|explained|argued|recalled|noted"
GIVEN = frozenset(
    "Abbas Abdul Abdullah Abdulrahman Adel Adnan Ahmad Ahmed Akram Ali Alireza Ammar Amin Amir Anas Arash Asma "
    "Ayad Aziz Babak Barham Bashar Behrouz Bilal Ebrahim Emad Esmail Faisal Faleh Farhad Farid Farzad Fatemeh "
    "Fatima Ghassan Habib Hadi Haidar Haider Hamid Hamza Hassan Hossein Hussain Hussein Ibrahim Imad Ismail Jaafar "
    "Jabbar Jalal Jamal Javad Jawad Kamal Karim Karwan Kazem Khaled Khalid Khalil Laila Leila Mahdi Mahmoud Mansour "
    "Maryam Masoud Mehdi Mohamed Mohammad Mohammed Mohsen Mostafa Muhammad Muqtada Mustafa Nabil Nasser Nazanin "
    "Nouri Omar Omid Parviz Qais Qasim Qassem Rahim Rania Rashid Reza Riyadh Saad Sadiq Saeed Salah Salim Salman "
    "Sami Samir Sara Sardar Shahram Shirin Tariq Yahya Yasser Yousef Youssef Yusuf Zahra Zaid Zainab Zeinab Ziad "
    "Adam Alan Alex Alexander Alice Andrew Angela Anna Anne Anthony Barbara Benjamin Bill Brian Carl Caroline "
    "Charles Christopher Daniel David Deborah Dennis Donald Edward Elizabeth Emily Emma Eric Frank Gary George "
    "Gregory Harry Helen Henry Jack Jacob James Jane Janet Jason Jeffrey Jennifer Jim Joe John Jonathan Joseph "
    "Joshua Julia Karen Katherine Keith Kenneth Kevin Larry Laura Lawrence Linda Lisa Lorraine Margaret Maria Mark "
    "Mary Matthew Michael Michelle Mike Nancy Nathan Nicholas Nicole Norman Patricia Patrick Paul Peter Philip Rachel "
    "Raymond Rebecca Richard Robert Ronald Ruth Ryan Samuel Sandra Sarah Scott Sharon Simon Sophie Stephen Steve "
    "Steven Susan Thomas Timothy Tom Tony Victoria Vincent Walter William".split()
)
BODIES = (
    "Ministry|Department|Directorate|Agency|Brigades?|Battalion|Council|Committee|Command|Corps|Division|Party"
    "|Movement|Front|Union|University|College|Institute|Bank|Company|Corporation|Court|Association|Organi[sz]ation"
    "|Foundation|Commission|Authority|Forces?|Task Group|Squadron|Regiment|Wing|Fleet|Alliance|Coalition|Bloc|Army"
    "|Police|Guards?|Bureau|Board|Network|Federation|Syndicate|Chamber|Parliament|Assembly|Tribunal|Intelligence"
    "|Resistance|Militia|Society|Observatory|Consulate|Embassy|Fund|Group"
)
OF_BODIES = (
    "Ministry|Department|Board|Bank|University|Institute|Council|Committee|Union|Association|Organi[sz]ation"
    "|Federation|Academy|Court|Chamber|Directorate"
)
PLACES = (
    "Province|Governorate|District|County|Airport|Air Base|Airbase|Airfield|River|Village|Refinery|Dam|Hospital"
    "|Square|Prison|Street|Bridge|Mosque|Shrine|Valley|Islands?|Mountains?|Desert|Cemetery|Neighbou?rhood|Crossing"
)
BEFORE_PLACES = "Lake|Mount|Fort|Camp|Gulf of|Port of|Lakes"
KINDS_OF_PLACE = (
    "town|city|village|province|district|suburb|neighbou?rhood|port|governorate|hamlet|settlement"
)
# A name with one of these is a role, a body or a date that the tables do not list, not somebody's name.
NOT_IN_NAMES = frozenset(
    "The This That These Those When While After Before But And For With From New North South East West Mr Mrs Ms "
    "President Minister Secretary General Ambassador Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
    "February March April May June July August September October November December Department Division Office "
    "Ministry State Deputy Chief Under Western Eastern Northern Southern Central Middle Islamic Republic Shiite Sunni "
    "Kurdish Arab Source Read More Copyright All Rights Reserved Street News Share Follow Copy Link Photo Image "
    "Advertisement Home About Related Stories Comments Reply In On At As By If It Its He She They We You Our His Her "
    "Their There Then Here Now Not No Yes So Also Yet Last Next Since Until During According Officials Militants "
    "Residents Witnesses Many Most Some Several One Two Three Four Five Six Seven Eight Nine Ten First Second Third "
    "Today Yesterday Tomorrow War Peace God World Foreign Defense Defence Interior Oil Finance Prime Key Vice Special "
    "Navy Army Force Forces Council Coalition Operation International National Supreme High Former Senior Muslim "
    "Christian Jewish Jews Muslims Christians Shia Western Spring Summer Winter Autumn Christmas Ramadan Eid Ashura "
    "Nowruz Easter Internet Covid Editor Staff Writer Press Times Post Opinion Live Watch Video Click Subscribe Sign "
    "Newsletter Email Print Getty Images Contributed Reporting Updated Published GMT EST Senate House Congress Party "
    "Government Military Security Police Court Law Act Agreement Deal Treaty Day Week Month Year Nuclear "
    "Individuals Officers Assaults Navy Revolution Revolutionary".split()
)
