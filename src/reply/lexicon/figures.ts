/** Words around an option figure. Source: the labelled samples, the wording of survey texts (选1, 回复1, 按1). */
export const figureWords = {
  /** Characters that are figures where they stand alone; the formal ones after GB/T 15835. */
  values: {
    一: '1',
    两: '2',
    二: '2',
    三: '3',
    四: '4',
    五: '5',
    六: '6',
    七: '7',
    八: '8',
    九: '9',
    零: '0',
    〇: '0',
    壹: '1',
    贰: '2',
    叁: '3',
    肆: '4',
    伍: '5',
    弌: '1',
    弍: '2',
    弎: '3',
    貳: '2',
    叄: '3',
    参: '3',
    幺: '1',
    陆: '6',
    柒: '7',
    捌: '8',
    玖: '9',
  },
  spelled: [
    ['one', '1'],
    ['two', '2'],
    ['three', '3'],
    ['four', '4'],
    ['five', '5'],
    ['zero', '0'],
    ['i', '1'],
    ['ii', '2'],
    ['iii', '3'],
    ['iv', '4'],
    ['v', '5'],
    ['l', '1'],
  ] as const,
  prefixes:
    '选 选择 选了 选的 选的是 我选 回 回复 回复的 回复是 回了 按 按了 填 填了 打 打了 评 评价 评分 评个 评为 打分 给 给个 给了 给出 给分 就给 只给 答 答案 答案是 答复 答复是 是 为 投 投票 扣 发 发送 点 点了 选项 选项是 序号 编号 数字 数字是 号码 第 就 就是 总分 分数 得分 总评 综合 满意度 评级 改选 改 改成 改为 应该是 应为 更正 更正为 一律 都 都是 统一 那就 还是 算 得 要 画 勾 勾选 输入 我的评价 我的选择 我的答案 我的回复 本人 我 我们 我评 我给 我打 我投 option choose reply number no 顶多 最多 只能 只能给 勉强给 勉强 不对 不 错了 是的 好的 好 嗯 或 或者 和 跟 与 还是 到 至 及 又'.split(
      ' ',
    ),
  /** The last characters of those prefixes that speak of answering and of nothing else. */
  asking: '选择回复按填评投给分价案',
  suffixes:
    '吧 分 分吧 号 号吧 星 颗星 颗星吧 星吧 颗 个 项 了 啊 哦 呢 哈 呀 噢 喽 咯 哟 嘛 选项 哒 啦 谢谢 谢谢了 谢谢你 谢谢你们 感谢 辛苦 辛苦了 不是 才对 才是 才是对的 是对的 为准 作准 ok 好评 差评 个选项 号选项 项吧 分钱 级 档 等 了吧 了哈 了谢谢 分了 吧谢谢'.split(
      ' ',
    ),
  /** What makes a figure right behind it a name or a part of one. */
  places:
    '窗口 窗 科目 科 楼 路 组 班 车道 线 电话 型 级 苹果 iphone 口 柜 厅 院 厂 校 幢 栋 室 台 周 星期 礼拜 月 初 表 附件 图 版 厂'.split(
      ' ',
    ),
  /** What makes a figure right before it a count that was not folded. */
  counters:
    '点号月日年时分秒个名人位次回趟遍楼层路车证本张份条块元万千百十岁度级代类型线米里斤克升双对件把间家户台架辆艘匹只头口',
  withdrawnBefore:
    '不是 并不是 并非 而非 不选 不要 别按 非 不回 不按 刚才发的 刚才回的 刚才选的 刚才按的 刚才的 刚发的 刚回的 刚才发 刚才回 刚才 上条 上一条 之前的 前面的 前面发的 之前发的 之前回的 错发成 错按成 发成 按成 选成 打成 写成 回成 点成 输成 看成 当成 误按 误发 误选 误点 错选 错按 错发 错回 按错了 原来的 原来选的 原来选 上面的 上面那个 手滑按了 手滑发了 手滑选了 手滑按 手滑发 手滑 不小心按 不小心发 不小心按了 不小心发了 不小心选了 刚按 刚选 刚发 刚回 刚才按 刚才选 刚才点 孩子按的 孩子发的 先前的 先前发的 取消 把 由 从'.split(
      ' ',
    ),
  withdrawnBehind:
    '是错的 是按错 是发错 是打错 是选错 是误 是手滑 是回错 是点错 是孩子 是小孩 按错 发错 打错 选错 回错 点错 错了 作废 不算 是手误 是手抖 那条作废 那个不算 那条不算 撤回 改成 改为 改 是我按错 是我发错 无效 是不小心 那条是 是我不小心 是看错 不对'.split(
      ' ',
    ),
  confirmedBefore:
    '改成 改为 改选 应该是 应为 应是 应该选 应该为 更正 更正为 更正成 纠正为 才是 而是 想选 想选的是 要选的是 想回的是 想回 本想选 实际是 其实是 以 重新选 重选 我是说 是说 想发 想发的是 要发的是 本来想选 本来要选'.split(
      ' ',
    ),
  confirmedBehind: '才对 才是 为准 是对的 作准 才是对'.split(' '),
} as const
