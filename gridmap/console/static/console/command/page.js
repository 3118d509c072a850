/*
 * The commander's page: the map, the time and the list, drawn from one cube of counts.
 *
 * Words that the scripts need, in `#words` as JSON, Chinese | English; names in braces are filled in:
 *   last_day 最近 {n} 天 | last {n} days · last_week 最近 {n} 周 | last {n} weeks · last_month 最近 {n} 个月 | last {n} months
 *   cases {n} 件 | {n} cases · window {period}，{n} 件 | {period}: {n} cases
 *   start 时段的开始 | Start of the period · end 时段的结束 | End of the period · play 播放 | Play · pause 暂停 | Pause
 *   density_title 案件密度 | Density of cases · density_unit 件 / 平方公里 | cases per km²
 *   density_note 密度是图画，不是结论。编号圈有统计依据：实线已确认，虚线待确认。
 *     | A density is a picture, not a finding. Numbered outlines have evidence: solid is confirmed, dashed is not yet.
 *   count_title 案件数 | Cases · count_unit 件 | cases
 *   count_note 时段一样长，分级就不变。 | The classes stay the same for periods of one length.
 *   rate_title 每千名居民案件数 | Cases per 1,000 residents · rate_unit 件 / 千人 | per 1,000
 *   rate_note 白斜线：95% 区间包括全部平均 {value}，看不出高低。不到 2 件的不比较。
 *     | White lines: the 95 % interval includes the mean of all, {value}. Fewer than 2 cases are not compared.
 *   open_title 在办占比 | Share still open · open_unit 占案件 | of the cases
 *   open_note 白斜线：95% 区间包括全部平均 {value}，看不出高低。不到 2 件的不比较。 | (as rate_note)
 *   change_title 和前一时段比 | Against the period before · change_unit 倍 | times
 *   change_note 白斜线：95% 区间包括“没有变化”，看不出增减。前后不到 2 件的不比较。
 *     | White lines: the 95 % interval includes “no change”. Fewer than 2 cases in both are not compared.
 *   no_before 前面没有同样长的时段，不能比较。 | There is no period of that length before: nothing to compare with.
 *   conflicts_title 反复发生 | What keeps coming back
 *   conflicts_note 实线已确认，虚线待确认。依据在列表里。 | Solid is confirmed, dashed is not yet. The evidence is in the list.
 *   merged_note 案件太少的社区并在一起。 | Communities with few cases are told together.
 *   and_up {n} 起 | {n} or more
 *   tip_rate 每千名居民 {rate} 件（{low}～{high}），居民约 {residents} 人 | {rate} per 1,000 residents ({low}–{high}); about {residents} residents
 *   tip_open 在办 {share}（{low}～{high}） | {share} still open ({low}–{high})
 *   tip_change 前一时段 {before} 件，{ratio} 倍（{low}～{high}） | {before} in the period before, {ratio} times ({low}–{high})
 *   too_few 件数太少，不比较 | too few to compare · fewer 少于 5 件 | fewer than 5
 *   interval 括号里是 95% 区间 | 95 % intervals in brackets
 *   to_cases 看这些案件 | See these cases · drill 只看这里 | Only here · close 关闭 | Close
 *   hour {day} {from}—{to} 时：{n} 件 | {day} {from}:00–{to}:00: {n} cases · rhythm 一周节律 | Rhythm of the week
 *   col_name 地方 | Place · col_count 件数 | Cases · col_rate 每千人 | per 1,000 · col_open 在办 | Open
 *   col_change 前一时段 | Period before · col_day 星期 | Day
 *   stale 显示的是 {time} 的数据，{minutes} 分钟前。新的没有取到，会再试。 | Shown as of {time}, {minutes} min ago. New figures did not come; trying again.
 *   copied 链接已复制 | Link copied · saved 图片已保存 | Picture saved
 *   picture_made {time} 制图 | drawn {time} · picture_scale {n} 公里 | {n} km · picture_metres {n} 米 | {n} m
 *   picture_demo 演示数据，案件是虚构的 | Demonstration data, invented cases · title 态势 | Situation
 */
