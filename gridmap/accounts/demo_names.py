"""Invented names and telephone numbers that nobody can have. Pure.

Names are put together at random. Telephone numbers are of Jiayuguan's area code with a
subscriber number that begins with 0: in the Chinese numbering plan that digit is the trunk
prefix, so no such number can ever be given to anybody.
"""

from collections.abc import Iterator

import numpy as np

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志文海燕晓春雪峰永斌宏亮婷慧莉鹏辉波宁云莲翠生东旭雨晨欣怡子轩浩然思远嘉祥瑞昌盛德福禄寿康泰安和顺立新民生光荣耀宗祖庆"


def invented_names(seed: int) -> Iterator[str]:
    """Surname and one or two more characters, at random."""
    rng = np.random.default_rng(seed)
    while True:
        given = rng.choice(list(GIVEN), size=int(rng.choice((1, 2), p=(0.3, 0.7))), replace=False)
        yield str(rng.choice(list(SURNAMES))) + "".join(given)


def impossible_phone(number: int) -> str:
    """One of a million numbers that no telephone can have; neighbours do not look alike."""
    digits = f"{number * 384_621 % 1_000_000:06d}"
    return f"0937-0{digits[:2]}-{digits[2:]}"
