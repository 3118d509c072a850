"""What is shown of a party before a reason is given. Pure."""

import re

HIDDEN = "*"
# Digits that stay: enough to recognise a number that one has, too few to dial one that one has not.
HEAD, TAIL = 3, 4
# An address is shown as far as the entrance, else the house.
ENTRANCE = re.compile(r"^.*单元", re.S)
HOUSE = re.compile(r"^.*?(?:号楼|栋|幢|号院|村)", re.S)


def masked_name(name: str) -> str:
    """The family name: 李敏 → 李**.

    Examples
    --------
    >>> masked_name("李敏")
    '李**'
    """
    return f"{name[:1]}{HIDDEN * 2}" if name else ""


def masked_phone(phone: str) -> str:
    """The first three and last four digits; nothing of a number too short to hide any.

    Examples
    --------
    >>> masked_phone("13812346620")
    '138****6620'
    """
    digits = re.sub(r"\D", "", phone)
    if len(digits) <= HEAD + TAIL:
        return HIDDEN * len(digits)
    return f"{digits[:HEAD]}{HIDDEN * (len(digits) - HEAD - TAIL)}{digits[-TAIL:]}"


def masked_address(address: str) -> str:
    """Up to the entrance or the house; of an address without either, nothing.

    Examples
    --------
    >>> masked_address("紫轩花苑 7 号楼 2 单元 501")
    '紫轩花苑 7 号楼 2 单元 ***'
    """
    if not address:
        return ""
    found = ENTRANCE.match(address) or HOUSE.match(address)
    return f"{found[0]} {HIDDEN * 3}" if found else HIDDEN * 3
