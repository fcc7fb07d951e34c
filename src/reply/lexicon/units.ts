/**
 * What follows a number that is no option. Minutes up to twenty are short, the rest of the times long.
 * Source: measure words of GB 3100-93 and of everyday speech; 晌, 晚黑, 宿 from northern Jiangsu.
 */
export const units = {
  second: '秒 秒钟 s',
  minute: '分钟 min mins minute minutes 分种',
  hour: '小时 个小时 钟头 个钟头 个钟 h 时辰 个时辰 hour hours 小吋 刻钟 点钟头',
  day: '天 日 个工作日 工作日 个礼拜 礼拜 星期 个星期 周 个月 月 年 年头 个年头 上午 个上午 下午 个下午 早上 个早上 晚上 个晚上 早晨 中午 晌午 晌 宿 夜 整天 晚 季度 个季度 day days week weeks month months year years 个把月 个双休日',
  times: '次 趟 回 遍 遭 番 个来回 来回 轮 times',
  money: '块 元 块钱 圆 毛 毛钱 万 万元 万块 百块 千块 rmb 大洋 角 百 千',
  clock: '点 点钟 点半 点多 月 月份 号上午 号下午 号早上 号晚上 日上午 日下午 时',
  things:
    '个 人 名 位 口 条 张 份 辆 台 件 间 家 户 楼 层 栋 幢 单元 室 路 排 级 岁 周岁 公里 里 米 千米 平 平方 斤 度 g 只 双 对 本 页 种 项 步 排队 句 座 扇 道 扣 号窗口 号窗 号柜台 号台 号厅 号楼 号线 号机 号门 窗口 号桌 号车 号警员 号民警 号工作人员 号话务员 号接线员 楼大厅 号那个 号的 代 g网 所 处 部 手机 瓶 包 盒 把 伙 帮 群 组 班 届 批 桩 宗 起 例 顿 下 拳 脚 刀 棍 针 颗 粒 碗 桶 箱 袋 片 块砖 种说法 车道 车 队 中队 大队 分局 派出所 院 厂 中学 小学 幼',
} as const

/** Words that begin with a Chinese numeral and count nothing. Source: Modern Chinese Dictionary. */
export const numeralWords =
  '一次性 一点 一下 一会 一直 一般 一样 一些 一起 一定 一共 一边 一切 一旦 一家人 一天到晚 一句 一个 一味 一向 一贯 一律 一致 一流 一心 一问 一口 一脸 一副 一肚子 一股 一塌糊涂 一团 一堆 一通 一顿 一拖再拖 一推 一等 一番好意 一百个 一万个 一窍不通 一言 一声 一路 一面 一张嘴 一如既往 一视同仁 一站式 一条龙 一遍遍 一趟趟 一次次 一趟又一趟 一次又一次 一次也 一次都 一回都 一天天 一点点 一丝 一分钱 一毛钱 一块儿 一块去 二话 二五 三天两头 三番五次 三番两次 三番四次 三五 三心二意 三推四 推三阻四 四处 四面 五花八门 五星 七嘴八舌 七上八下 八成 九成 十分满 十分的 十分感 十分不 十分差 十分好 十分耐 十分热 十分恶 十分敷 十分周 十分负 十分专 十分认 十分方 十分快 十分及 十分失 十分到 十分细 十分慢 十分冷 十分生 十分傲 十分不耐 十足 十二分 百分之百 百分百 百姓 百般 千万别 千万不 千万要 千篇 万一 万分 万事 万能 半点 半天 半路 半道 半夜 半句 半途 两头 两边 两面 两口子 两眼 两难 两清 两码 两回事 几乎 半死 半吊子 一刀切 一棍子 一窝 一棒 四平八稳 一板一眼 一来二去 一清二楚 一五一十 十有八九 百忙 千恩万谢 千言万语 万岁 一百二十个 零距离 零容忍 零差评 零分 零服务 零跑'

/** Numerals in characters and what they stand for; 几 and 数 are taken for five. */
export const chineseNumerals: Record<string, number> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  俩: 2,
  三: 3,
  仨: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
  百: 100,
  千: 1000,
  万: 10_000,
  半: 0.5,
  几: 5,
  数: 5,
  壹: 1,
  贰: 2,
  叁: 3,
  肆: 4,
  伍: 5,
  廿: 20,
}

/** What follows a single-character unit and makes it another word: 1点赞, 1 个人觉得, 3 天啊, 2分, 1 家人. */
export const otherWords: Record<string, string> = {
  点: '赞评意也都不儿',
  个: '人觉别屁鬼',
  颗: '星',
  天: '呐哪啊那津',
  家: '人里',
  人: '家民员好很都太不不也真性',
  对: '的了你民',
  回: '复答',
  路: '上',
  平: '时',
  本: '人来身',
  道: '歉',
  处: '理',
  把: '我',
  下: '次班',
  里: '面',
  起: '码',
  口: '碑',
  只: '是能有要',
  排: '队',
  千: '万',
  万: '一',
  群: '众',
  帮: '我',
  车: '管',
  所: '有以',
  时: '间',
  周: '到围',
  晚: '了',
  户: '籍口',
}
