"""The sentences that the scripts of the page fill in: names in braces are theirs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, str | Promise] = {
    "last_day": _("最近 {n} 天"),
    "last_week": _("最近 {n} 周"),
    "last_month": _("最近 {n} 个月"),
    "cases": pgettext_lazy("for a script", "{n} 件"),
    "window": _("{period}，{n} 件"),
    "window_partly": _("{period}，公布的 {n} 件"),
    "window_untold": _("{period}，件数太少，不公布"),
    "start": _("时段的开始"),
    "end": _("时段的结束"),
    "play": _("播放"),
    "pause": _("暂停"),
    "density_title": _("案件密度"),
    "density_unit": _("件 / 平方公里"),
    "density_note": _("密度是图画，不是结论。编号圈有统计依据：实线已确认，虚线待确认。"),
    "count_title": _("每个网格的案件数"),
    "count_unit": pgettext_lazy("unit", "件"),
    "count_note": _("时段一样长，分级就不变。"),
    "rate_title": _("每千名居民案件数"),
    "rate_unit": _("件 / 千人"),
    "rate_note": _(
        "斜线：95% 区间包括全部平均 {value}，看不出高低。不到 2 件、居民不到 100 人的不比较。居民数是户数乘 {per_household}。"
    ),
    "open_title": _("在办占比"),
    "open_unit": _("占案件"),
    "open_note": _("斜线：95% 区间包括全部平均 {value}，看不出高低。不到 2 件的不比较。"),
    "change_title": _("和前一时段比"),
    "change_unit": pgettext_lazy("unit", "倍"),
    "change_note": _("斜线：95% 区间包括“没有变化”，看不出增减。前后不到 2 件的不比较。"),
    "no_before": _("前面没有同样长的时段，不能比较。"),
    "conflicts_title": _("反复发生"),
    "conflicts_note": _("实线已确认，虚线待确认。依据在列表里。"),
    "nothing_note": _("这个时段、这些筛选里没有案件。换一个时段，或者去掉筛选。"),
    "merged_title": _("各社区的案件数"),
    "merged_unit": pgettext_lazy("unit", "件"),
    "merged_note": _("只算过完的季度。案件太少的社区合并，或者不公布；选了专题就按街道和郊区。"),
    "and_up": _("{n} 起"),
    "tip_rate": _("每千名居民 {rate} 件（{low}～{high}），居民估计 {residents} 人"),
    "tip_open": _("在办 {share}（{low}～{high}）"),
    "tip_change": _("前一时段 {before} 件，{ratio} 倍（{low}～{high}）"),
    "none_before": _("前一时段没有，至少 {low} 倍"),
    "too_few": _("件数太少，不比较"),
    "untold": _("不公布"),
    "interval": _("括号里是 95% 区间"),
    "to_cases": _("看这些案件"),
    "drill": _("只看这里"),
    "close": _("关闭"),
    "hour": _("{day} {from}—{to} 时：{n} 件"),
    "rhythm": _("一周节律"),
    "col_name": _("地方"),
    "col_count": _("件数"),
    "col_rate": _("每千人"),
    "col_open": _("在办"),
    "col_change": _("前一时段"),
    "col_day": _("星期"),
    "col_time": _("时段"),
    "many": pgettext_lazy("for a script", "{kind} {n} 个"),
    "all_area": _("全部区域"),
    "all_topic": _("全部专题"),
    "all_source": _("全部来源"),
    "saved": _("图片已保存"),
    "picture_made": _("{time} 制图"),
    "picture_scale": _("{n} 公里"),
    "picture_metres": _("{n} 米"),
    "picture_demo": _("演示数据，案件是虚构的"),
    "title": pgettext_lazy("navigation", "态势"),
}


def words_for_scripts(per_household: float) -> dict[str, str]:
    """In the reader's language; what does not change while somebody looks is filled in."""
    told = {name: str(words) for name, words in WORDS.items()}
    told["rate_note"] = told["rate_note"].replace("{per_household}", f"{per_household:g}")
    return told
