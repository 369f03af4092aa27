"""Chinese numerals: capital amounts on paper, and the numbers that rule texts write in words."""

CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
CAPITAL_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))

DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip(CAPITAL_DIGITS, range(10), strict=True)),
    "〇": 0,
    "两": 2,
}
UNITS = {"十": 10, "百": 100, "千": 1000, **{word: unit for unit, word in CAPITAL_UNITS}}
NUMERALS = "".join(dict.fromkeys([*DIGITS, *UNITS]))


def capital_number(number: int) -> str:
    """A whole number of at least zero in capital numerals: 1005 is 壹仟零伍."""
    for unit, word in CAPITAL_UNITS:
        if number >= unit:
            head, rest = divmod(number, unit)
            gap = "零" if 0 < rest < unit // 10 else ""
            return capital_number(head) + word + gap + (capital_number(rest) if rest else "")
    return CAPITAL_DIGITS[number]


def read_numeral(text: str) -> int:
    """The number that Chinese numerals say: 三万五千 is 35000, 二〇二二 is 2022. ValueError for others."""
    if not text or any(character not in NUMERALS for character in text):
        raise ValueError(f"不是中文数字：{text}")
    if not any(character in UNITS for character in text):
        return int("".join(str(DIGITS[character]) for character in text))
    return _read_with_units(text)


def _read_with_units(text: str) -> int:
    total = section = digit = 0
    for character in text:
        unit = UNITS.get(character)
        if unit is None:
            digit = DIGITS[character]
        elif unit < 10**4:
            section, digit = section + (digit or 1) * unit, 0
        elif unit == 10**4:
            total, section, digit = total + (section + digit) * unit, 0, 0
        else:
            total, section, digit = (total + section + digit) * unit, 0, 0
    return total + section + digit
