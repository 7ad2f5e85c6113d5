"""Does what an encoding makes of some bytes read like text of its language? Bytes fit many encodings by accident."""

import re
from collections import Counter
from collections.abc import Callable, Mapping

# The commonest Chinese characters, simplified: half of the characters of any Chinese text, one in ten of mojibake.
SIMPLIFIED = frozenset(
    "的么什是有怎一人在年好为哪如大中何不个这了国上子生吗我以看和些样能会用最你成学意小电可机发时手于下里天地名女出日家到后行思多要作月自部新得被说高本动吃方公来世分现西影文物对美车做开之关长价主语赛男都三"
    "海网道第事比求法情还界体前评全字待工面他加信市东斯片过理与合代度水图称北场宝果牌游其头色球去谁南没明期及同爱业号啊品特重回王打线星通位视外原而因该力表二种将心此应入员区起老问英金民定者化值路克台己等建"
    "平由玩山所叫利州花内性喜歌买元间次经尔友政布那也科件很安就欢数制式当马站米至们相系战十注给进神才型想点目解教剧量结首带钱火张别办知流载戏正写版无孩近亚真军城士词立呢空卡任产感更德画候但提联改龙或息考万"
    "话两处让音题少快红包拉传身院节四交实队华服属使巴书单漫放已口今推运演香太常白保见司选直儿乐季变京梦广并设器鱼活职港然死接类义古请取总基从形读支气省组反越像林找微格除级觉指记门计只受超又局向黑程报播师百"
    "江清角脑食软集达淘查适罗送治配句阿响校风朋较五武河约光费列兰婚完始共造黄票持案存房石韩周导离展务修收具强尼曲消初言於认研商调决连底码冠装李资听把各狗奇史速深跑社班统岛管颜岁足帝条需未声肖议铁非普每曾专"
)
# The same in their traditional forms, where those differ.
TRADITIONAL = SIMPLIFIED | frozenset(
    "為個這國嗎樣會學電發時說動來現對車開關長語賽還評東過圖稱場寶頭誰沒愛業號線視該將應員區問內買間經爾歡數當馬們戰給進點劇結帶錢張別辦載戲寫無"
    "亞軍詞產畫聯龍話兩處讓題紅傳節實隊華屬書單運見選樂變夢廣設魚職類義請總從讀組級覺記門計報師腦軟達羅響風較約費蘭黃韓導務強認調決連碼裝資統島"
    "顏歲條聲議鐵專"
)
HANGUL = frozenset("이다는을의에가고하지로어기도사리한은서를자들인대시해나아일정그수있었것니라과만보제장전주부면상동여")
CYRILLIC = frozenset("оеаинтсрвл")
WESTERN = frozenset("àâäáãåçéèêëíìîïñóòôöõúùûüßøæœÿÀÂÄÁÃÅÇÉÈÊËÍÎÏÑÓÔÖÕÚÛÜØÆŒ")
SIGNS = frozenset("€£§°«»„“”‚‘’–—…·¿¡©®™\u00a0½²ªº")
PUNCTUATION = frozenset("，。、？！：；（）《》“”‘’—…·【】「」『』～％　")


def _among(common: frozenset[str], least: float) -> Callable[[Counter[str]], bool]:
    """Whether the common characters are as many as in real text; few characters must be surer."""

    def reads(counts: Counter[str]) -> bool:
        total = counts.total()
        return total > 0 and sum(counts[char] for char in common) / total > least + 0.6 / len(counts) ** 0.5

    return reads


def _japanese(counts: Counter[str]) -> bool:
    kana = sum(count for char, count in counts.items() if "\u3041" <= char <= "\u30fe")
    others = sum(count for char, count in counts.items() if not "\u3041" <= char <= "\u9fff")
    return kana > 4 and kana > 0.25 * counts.total() and others < 0.02 * counts.total()


def _korean(counts: Counter[str]) -> bool:
    hangul = sum(count for char, count in counts.items() if "\uac00" <= char <= "\ud7a3")
    return hangul > 0.9 * counts.total() and _among(HANGUL, 0.15)(counts)


def _cyrillic(counts: Counter[str]) -> bool:
    small = sum(count for char, count in counts.items() if char in "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ")
    return small > 0.8 * counts.total() and _among(CYRILLIC, 0.45)(counts)


def _western(counts: Counter[str]) -> bool:
    return counts.total() > 0 and all(char in WESTERN or char in SIGNS for char in counts)


READS: Mapping[str, Callable[[Counter[str]], bool]] = {
    # Real Chinese text has 0.4 to 0.8 common characters, mojibake below 0.15.
    "gb18030": _among(SIMPLIFIED, 0.2),
    "cp932": _japanese,
    "euc_jp": _japanese,
    "big5hkscs": _among(TRADITIONAL, 0.2),
    "cp949": _korean,
    "koi8_r": _cyrillic,
    "cp1251": _cyrillic,
    "cp1252": _western,
}
"""The encodings that are tried where a file is not in Unicode, in this order."""
STUCK = re.compile(r"[^\W\d_][§°©®™½²«»„€£]+[^\W\d_]")
"""A sign within a word: what cp1252 makes of letters of the encodings beside it."""


def reads_well(encoding: str, text: str) -> bool:
    """Whether a piece of text, as this encoding gives it, is what people write in its languages."""
    if encoding == "cp1252" and STUCK.search(text):
        return False
    return READS[encoding](Counter(char for char in text if ord(char) > 127 and char not in PUNCTUATION))


def width(text: str) -> int:
    """How wide a text is in Latin letters: a Chinese, Japanese or Korean character says as much as three."""
    return len(text) + 2 * sum("\u2e80" <= char <= "\ud7a3" or "\uf900" <= char <= "\ufaff" for char in text)
