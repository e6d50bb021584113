"""Turkish cities with townships and districts, spelt as Hepsiburada spells them (H§11.1).

City in title case, township and district in capitals: İstanbul, KADIKÖY, CAFERAĞA.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

_TEXT = """
İstanbul|34
 KADIKÖY: CAFERAĞA, GÖZTEPE, KOŞUYOLU, FENERBAHÇE, BOSTANCI
 ÜSKÜDAR: ACIBADEM, ALTUNİZADE, ÇENGELKÖY, BEYLERBEYİ
 BEŞİKTAŞ: LEVENT, ETİLER, ORTAKÖY, BEBEK
 ŞİŞLİ: MECİDİYEKÖY, FERİKÖY, TEŞVİKİYE, BOMONTİ
 SANCAKTEPE: SARIGAZİ, YENİDOĞAN, SANCAKTEPE/SAMANDIRA
 BAĞCILAR: GÜNEŞLİ, MAHMUTBEY, KİRAZLI
 ÇEKMEKÖY: MİMAR SİNAN, TAŞDELEN, ALEMDAĞ
Ankara|06
 ÇANKAYA: KIZILAY, BAHÇELİEVLER, AYRANCI, ÇUKURAMBAR
 KEÇİÖREN: ETLİK, KALABA, İNCİRLİ
 YENİMAHALLE: BATIKENT, DEMETEVLER, ŞENTEPE
 ETİMESGUT: ERYAMAN, ELVANKENT
İzmir|35
 KARŞIYAKA: BOSTANLI, ALAYBEY, ÇARŞI
 BORNOVA: KAZIMDİRİK, ERZENE, IŞIKLAR
 KONAK: ALSANCAK, GÜZELYALI, GÖZTEPE
 ÇİĞLİ: ATAŞEHİR, EGEKENT
Bursa|16
 NİLÜFER: GÖRÜKLE, BEŞEVLER, ÖZLÜCE
 OSMANGAZİ: ÇEKİRGE, HAMİTLER, SOĞANLI
 İNEGÖL: KEMALPAŞA, AKHİSAR
Antalya|07
 MURATPAŞA: LARA, KIZILTOPRAK, MELTEM
 KONYAALTI: HURMA, LİMAN, ARAPSUYU
 ALANYA: MAHMUTLAR, OBA, KESTEL
Adana|01
 SEYHAN: REŞATBEY, CEMALPAŞA, KURTULUŞ
 ÇUKUROVA: TOROS, HUZUREVLERİ, BELEDİYE EVLERİ
Konya|42
 SELÇUKLU: BOSNA HERSEK, YAZIR, SANCAK
 MERAM: HAVZAN, KOVANAĞZI
Gaziantep|27
 ŞAHİNBEY: KARATAŞ, AKKENT
 ŞEHİTKAMİL: İBRAHİMLİ, BATIKENT, SARIGÜLLÜK
Kayseri|38
 KOCASİNAN: SAHABİYE, ERKİLET, YENİ PERVANE
 MELİKGAZİ: ALPASLAN, KÖŞK, BELSİN
Mersin|33
 YENİŞEHİR: ÇİFTLİKKÖY, LİMONLUK
 MEZİTLİ: VİRANŞEHİR, KUYULUK
Kocaeli|41
 İZMİT: YAHYA KAPTAN, ALİKAHYA
 GEBZE: MUTLUKENT, ARAPÇEŞME, GÜZELLER
Eskişehir|26
 ODUNPAZARI: VİŞNELİK, BÜYÜKDERE
 TEPEBAŞI: BATIKENT, ŞİRİNTEPE
Samsun|55
 ATAKUM: YENİ MAHALLE, CUMHURİYET, MİMAR SİNAN
 İLKADIM: KILIÇDEDE, BAHÇELİEVLER
Trabzon|61
 ORTAHİSAR: PELİTLİ, BEŞİRLİ, TOKLU
 AKÇAABAT: SÖĞÜTLÜ, DARICA
Diyarbakır|21
 KAYAPINAR: DİCLEKENT, PEYAS
 BAĞLAR: BAĞCILAR, ŞEYH ŞAMİL
Denizli|20
 PAMUKKALE: ÇAMLARALTI, KINIKLI
 MERKEZEFENDİ: SERVERGAZİ, SÜMER
Sakarya|54
 SERDİVAN: KEMALPAŞA, ARABACIALANI
 ADAPAZARI: SEMERCİLER, YENİDOĞAN
Balıkesir|10
 KARESİ: PAŞAALANI, ATATÜRK
 EDREMİT: AKÇAY, ALTINOLUK, GÜRE
Manisa|45
 YUNUSEMRE: UNCUBOZKÖY, GÜZELYURT
 AKHİSAR: HASTANE, KETHÜDA
Hatay|31
 ANTAKYA: AKEVLER, ODABAŞI
 İSKENDERUN: ÇAY, NUMUNE
Muğla|48
 BODRUM: YALIKAVAK, TURGUTREİS, KONACIK
 FETHİYE: FOÇA, ÖLÜDENİZ
Şanlıurfa|63
 HALİLİYE: BAHÇELİEVLER, VEYSEL KARANİ
 KARAKÖPRÜ: AKPIYAR, NARLIKUYU
Erzurum|25
 YAKUTİYE: LALAPAŞA, ÖMER NASUHİ BİLMEN
 PALANDÖKEN: YUNUSEMRE, OSMAN GAZİ
Bolu|14
 GEREDE: SEVİLLER, KABİLLER
 MUDURNU: MUSALLA, KAYGANA
Çanakkale|17
 BİGA: HAMDİBEY, SAKARYA
 GELİBOLU: YAZICIZADE, ALAEDDİN
Edirne|22
 KEŞAN: AŞAĞIZAFERİYE, İSPATCAMİ
 UZUNKÖPRÜ: HABİBHOCA, KAVAK
Isparta|32
 EĞİRDİR: HIZIRBEY, YAZLA
 YALVAÇ: PAZAR, SOFULAR
"""
_STREETS = (
    "Gül", "Çiçek", "Atatürk", "Cumhuriyet", "İnönü", "Zübeyde Hanım", "Şehit Ömer Halisdemir",
    "Barbaros", "Mimar Sinan", "Yunus Emre", "Papatya", "Menekşe", "Çınar", "Ihlamur", "Bahar",
    "Fatih Sultan Mehmet", "Karanfil", "Piri Reis", "Itır", "Göksu",
)  # fmt: skip


@dataclass(frozen=True)
class SeedTownship:
    """A township (ilçe) with its districts (mahalle)."""

    name: str
    districts: tuple[str, ...]


@dataclass(frozen=True)
class SeedCity:
    """A city (il); ``plate`` is its traffic code, which begins its postcodes."""

    name: str
    plate: str
    townships: tuple[SeedTownship, ...]


@dataclass(frozen=True)
class SeedAddress:
    """An address as Hepsiburada sends it; ``line`` may hold a line break in the middle."""

    city: str
    town: str
    district: str
    line: str
    postcode: str

    def full(self) -> str:
        """``shippingAddressDetail``: the line ends with district, town and city (H§11.1)."""
        return " ".join(part for part in (self.line, self.district, self.town, self.city) if part)


UNMAPPED: tuple[tuple[str, str], ...] = (
    ("Bolu", "Merkez"),
    ("Çanakkale", "Merkez"),
    ("Edirne", "Merkez"),
    ("Isparta", "Merkez"),
)
"""(city, township) that Hepsiburada uses and Omnitron has no township for."""

_UNMAPPED_DISTRICTS = ("KARAMANLI", "CUMHURİYET", "BAHÇELİEVLER", "ATATÜRK")


def _parse(text: str) -> tuple[SeedCity, ...]:
    cities: list[SeedCity] = []
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            name, plate = line.split("|")
            cities.append(SeedCity(name, plate, ()))
            continue
        town, districts = line.strip().split(": ")
        city = cities.pop()
        township = SeedTownship(town, tuple(districts.split(", ")))
        cities.append(SeedCity(city.name, city.plate, (*city.townships, township)))
    return tuple(cities)


CITIES: tuple[SeedCity, ...] = _parse(_TEXT)


def address(rng: random.Random, *, unmapped: bool = False) -> SeedAddress:
    """A random address; ``unmapped`` takes one whose township Omnitron does not know.

    One in six has a line break in it and one in fourteen names no district, as recorded
    packages have; so has the district with a slash.
    """
    if unmapped:
        city_name, town = rng.choice(UNMAPPED)
        plate = next(city.plate for city in CITIES if city.name == city_name)
        district = rng.choice(_UNMAPPED_DISTRICTS)
    else:
        # half of all parcels go to the three largest cities
        city = rng.choice(CITIES[:3]) if rng.random() < 0.5 else rng.choice(CITIES)
        township = rng.choice(city.townships)
        city_name, town, plate = city.name, township.name, city.plate
        district = rng.choice(township.districts)
    line = _line(rng, turkish_title(district))
    if rng.random() < 1 / 14:
        district = ""
    return SeedAddress(city_name, town, district, line, f"{plate}{rng.randrange(1000):03d}")


def _line(rng: random.Random, district: str) -> str:
    street = f"{rng.choice(_STREETS)} {rng.choice(('Sk.', 'Cd.', 'Sokak', 'Caddesi', 'Bulv.'))}"
    number = f"No:{rng.randrange(1, 180)} D:{rng.randrange(1, 28)}"
    gap = "\r\n" if rng.random() < 1 / 6 else " "
    return f"{district} Mah. {street}{gap}{number}"


def turkish_title(text: str) -> str:
    """``KADIKÖY`` → ``Kadıköy``: capitals by the Turkish rule for I and İ."""
    return " ".join(w[:1] + w[1:].replace("I", "ı").replace("İ", "i").lower() for w in text.split())
