"""The measures of the field: what each divides by what, and how far chance alone could have moved it. Pure."""

from dataclasses import dataclass
from math import sqrt

from geodata.errors import gettext_noop as _

# 95 % of a normal distribution lie within so many standard deviations.
Z = 1.959963984540054
# A share of fewer cases is told as 5 / 8, and not compared.
FEW = 20
WEEKS = 12
# Again within so many days of closing, at the same place and about the same topic.
AGAIN_DAYS = 90
# Without a building, a place reaches so many metres, inside one cell.
SAME_PLACE_M = 50


@dataclass(frozen=True)
class Measure:
    """A share of cases: its name in code, its Chinese label, and the sentence that defines it."""

    name: str
    label: str
    definition: str


# All are about the cases registered in the last 12 weeks, without those merged, withdrawn or declined;
# only the last is about an earlier time.
MEASURES: tuple[Measure, ...] = (
    Measure(
        "on_time_rate",
        _("按期处置率"),
        _(
            "12 周内登记、时限已到的案件里，在时限以内化解的。挂账的不算；重新办理的按最后一次的时限。"
        ),
    ),
    Measure(
        "resolution_rate",
        _("解决率"),
        _("12 周内登记、已经回访的案件里，最后一次回访说已解决的。"),
    ),
    Measure(
        "satisfaction_rate",
        _("满意率"),
        _("12 周内登记、已经回访的案件里，最后一次回访说满意或基本满意的；没有回答的也在分母里。"),
    ),
    Measure(
        "visited_share",
        _("回访率"),
        _("12 周内登记、在这里办完并已结案或者回访过的案件里，回访过的。"),
    ),
    Measure(
        "response_rate",
        _("响应率"),
        _(
            "12 周内登记、派遣过、首次联系时限已到的案件里，在时限以内联系了来件人的。导入以前时限已到的不算。"
        ),
    ),
    Measure(
        "rework_rate",
        _("返工率"),
        _("12 周内登记、至少办结反馈过一次的案件里，返工过或者回访、结案以后重新办理的。"),
    ),
    Measure(
        "closing_rate", _("结案率"), _("12 周内登记的案件里，已经结案的；新登记的还来不及结案。")
    ),
    Measure(
        "mediation_success_rate",
        _("调解成功率"),
        _("12 周内登记、调解到底并已结案的矛盾纠纷里，达成书面、口头协议或者就地化解的。"),
    ),
    Measure(
        "recurrence_90d",
        _("90 天复发率"),
        _(
            "90 天以前的 12 周里登记、结案已满 90 天的案件里，结案后 90 天内同一地点、同一专题又发生的。地点是楼栋；没有楼栋的，是同一网格 50 米以内。"
        ),
    ),
)
BY_NAME = {measure.name: measure for measure in MEASURES}
# In the vocabulary of the field, but nothing that is recorded here says it.
UNMEASURED: tuple[Measure, ...] = (
    Measure(
        "fulfilment_rate",
        _("履行率"),
        _("协议什么时候到期、有没有履行，这里没有记录，所以算不出来。"),
    ),
)


@dataclass(frozen=True)
class Share:
    """So many of so many cases.

    Raises
    ------
    ValueError
        A numerator that is negative or above the denominator.
    """

    numerator: int = 0
    denominator: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(
                f"numerator: must lie between 0 and {self.denominator}, is {self.numerator}"
            )

    def __add__(self, other: "Share") -> "Share":
        return Share(self.numerator + other.numerator, self.denominator + other.denominator)

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def is_few(self) -> bool:
        """Too few for a percentage."""
        return self.denominator < FEW

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the 95 % interval, between 0 and 1."""
        return wilson(self.numerator, self.denominator)


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, without correction for continuity); of nothing all is possible.

    Parameters
    ----------
    numerator, denominator : int
        Cases; 0 ≤ numerator ≤ denominator.

    Returns
    -------
    (low, high) : between 0 and 1
    """
    if not denominator:
        return 0.0, 1.0
    n, p, z2 = denominator, numerator / denominator, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # At the very ends the two are equal but for rounding.
    low = 0.0 if numerator == 0 else middle - reach
    high = 1.0 if numerator == denominator else middle + reach
    return low, high
