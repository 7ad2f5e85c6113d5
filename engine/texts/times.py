"""Is this a date or a time of day, however people write it?"""

import re

_CLOCK = (
    r"(?:上午|下午|晚上)?\s*\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?\s*(?:[ap]\.?m\.?)?"
    r"(?:\s*(?:Z|UTC|GMT|[A-Z]{2,3}T|[+-]\d{2}:?\d{2}))?"
)
_HOURS = r"\d{1,2}[时點点](?:\d{1,2}分)?(?:\d{1,2}秒)?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+|(?:星期|周)[一二三四五六日天]\s*)"
_DATES = (
    r"(?:1[5-9]|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}",
    r"(?:1[5-9]|20)\d{2}[-/]\d{1,2}",
    r"(?:1[5-9]|20)\d{2}年(?:\d{1,2}月(?:\d{1,2}[日号])?)?",
    r"\d{1,2}月\d{1,2}[日号]",
    r"\d{1,2}(?P<sign>[-/.])\d{1,2}(?P=sign)(?:(?:1[5-9]|20)\d{2}|\d{2})",
    r"(?:1[5-9]|20)\d{2}-?[WQ]\d{1,2}",
    rf"\d{{1,2}}(?:st|nd|rd|th)?[\s-]{_MONTH}(?:[\s,-]+\d{{2,4}})?",
    rf"{_MONTH}[\s-]\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s*\d{{4}})?",
    rf"{_MONTH}[\s-]+\d{{4}}",
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    rf"{_MONTH}\s+\d{{1,2}}\s+{_CLOCK}\s+(?:19|20)\d{{2}}",  # as C's ctime and Twitter write them
    r"1[0-9]{9}(?:[0-9]{3})?(?:\.0+)?",  # seconds or milliseconds since 1970
)
TIME = re.compile(
    rf"(?:{_DAY})?(?:{'|'.join(_DATES)})(?:[T\s,]*(?:{_CLOCK}|{_HOURS}))?|{_CLOCK}|{_HOURS}", re.IGNORECASE
)
"""Dates as calendars, forms, logs and spreadsheets write them, with or without a time of day."""


def is_time(text: str) -> bool:
    """Whether a text is nothing but a date or a time: `2024-01-31`, `31/1/2024 10:00`, `2024年1月31日`."""
    return TIME.fullmatch(text.strip()) is not None
