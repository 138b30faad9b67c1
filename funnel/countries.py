"""The seed country_names: how people write the countries of ISO 3166.

Names come from Unicode's CLDR through Babel (licence: docs/licences/unicode.txt), codes and a few
names that CLDR lacks from the lists below. `funnel countries` writes the seed again.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from funnel.places import ROOT

SEED = ROOT / "seeds" / "country_names.csv"
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "nb", "fi", "cs", "tr"]
"""Besides the official languages of each country."""
CODES = """
ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE
BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS
BTBTN BVBVT BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN
COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST
EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF
GGGGY GHGHA GIGIB GLGRL GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD
HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM
JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA
LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD
MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM
NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG
PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA
SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR SNSEN SOSOM SRSUR SSSSD
STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON
TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB VIVIR
VNVNM VUVUT WFWLF WSWSM YEYEM YTMYT ZAZAF ZMZMB ZWZWE
"""
"""ISO 3166-1: the code of two letters, then that of three."""
ALIASES = {
    "AE": ["UAE", "Emirates"],
    "BA": ["Bosnia"],
    "BO": ["Bolivia, Plurinational State of", "Plurinational State of Bolivia"],
    "BN": ["Brunei Darussalam"],
    "CD": ["DRC", "DR Congo", "Democratic Republic of the Congo", "Congo, Democratic Republic of"],
    "CG": ["Congo", "Republic of the Congo"],
    "CI": ["Ivory Coast"],
    "CN": ["PRC", "People's Republic of China", "Mainland China"],
    "CV": ["Cabo Verde"],
    "CZ": ["Czech Republic"],
    "DE": ["BRD", "Federal Republic of Germany"],
    "FM": ["Micronesia, Federated States of"],
    "GB": ["UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland",
           "United Kingdom of Great Britain and Northern Ireland"],
    "GR": ["EL"],
    "HK": ["Hong Kong"],
    "IE": ["Republic of Ireland"],
    "IR": ["Iran, Islamic Republic of", "Islamic Republic of Iran"],
    "KP": ["Korea, Democratic People's Republic of", "DPRK"],
    "KR": ["Korea", "Korea, Republic of", "Republic of Korea"],
    "LA": ["Lao People's Democratic Republic"],
    "MD": ["Moldova, Republic of", "Republic of Moldova"],
    "MK": ["Macedonia", "Republic of North Macedonia"],
    "MM": ["Burma", "Myanmar"],
    "MO": ["Macau", "Macao"],
    "NL": ["Holland"],
    "PS": ["Palestine", "Palestine, State of"],
    "RU": ["Russian Federation"],
    "SY": ["Syrian Arab Republic"],
    "SZ": ["Swaziland"],
    "TL": ["East Timor"],
    "TR": ["Turkey"],
    "TW": ["Taiwan, Province of China", "Republic of China"],
    "TZ": ["Tanzania, United Republic of", "United Republic of Tanzania"],
    "US": ["United States of America", "America", "U.S. of A.", "EE.UU."],
    "VA": ["Holy See", "Vatican"],
    "VE": ["Venezuela, Bolivarian Republic of", "Bolivarian Republic of Venezuela"],
    "VN": ["Viet Nam"],
}  # fmt: skip


def write_countries() -> int:
    """Writes the seed; returns the exit code."""
    SEED.write_text(seed_text(), encoding="utf-8")
    return 0


def seed_text() -> str:
    """The seed as CSV: one row per way to write a country."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["country_name", "country"])
    ordered = sorted((country, name) for name, country in names().items())
    rows.writerows([name, country] for country, name in ordered)
    return out.getvalue()


def names() -> dict[str, str]:
    """The country of each name; a name that two countries share belongs to neither."""
    found: dict[str, str] = {}
    for level in (_own_names(), _cldr_names(["en"]), _cldr_names(LANGUAGES), _native_names()):
        candidates: dict[str, set[str]] = {}
        for name, country in level:
            for written in _ways_to_write(name):
                candidates.setdefault(written, set()).add(country)
        for written, owners in candidates.items():
            if written not in found and len(owners) == 1:
                found[written] = owners.pop()
    return found


def countries() -> list[str]:
    """Every country's code of two letters."""
    return [pair[:2] for pair in CODES.split()]


def _own_names() -> Iterator[tuple[str, str]]:
    for pair in CODES.split():
        yield pair[:2], pair[:2]
        yield pair[2:], pair[:2]
    for country, aliases in ALIASES.items():
        for alias in aliases:
            yield alias, country


def _cldr_names(languages: list[str]) -> Iterator[tuple[str, str]]:
    for language in languages:
        territories = Locale.parse(language).territories
        for country in countries():
            if name := territories.get(country):
                yield name, country


def _native_names() -> Iterator[tuple[str, str]]:
    for country in countries():
        for language in get_official_languages(country, de_facto=True):
            try:
                name = Locale.parse(language).territories.get(country)
            except (UnknownLocaleError, ValueError):
                continue
            if name:
                yield name, country


def _ways_to_write(name: str) -> set[str]:
    """A name as the macro country_name writes it, with and without accents."""
    plain = _words(name)
    letters = unicodedata.normalize("NFKD", plain)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return {plain, unicodedata.normalize("NFC", bare)}


def _words(name: str) -> str:
    """What the macro country_name makes of a text."""
    kept = "".join(letter for letter in name.lower() if letter not in ".,()'\u2019")
    return " ".join(kept.replace("-", " ").replace("&", "and").split()).removeprefix("the ")
