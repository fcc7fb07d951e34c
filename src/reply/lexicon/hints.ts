import type { ReplyReason } from '../verdict.ts'

/**
 * Signs of trouble in a story that no other lexicon knows. Whoever tells a survey a story with a denial, a
 * "still", an "only then" in it complains; whoever is content says so. Source: the labelled samples, where
 * a third of the dissatisfied tell what happened and judge nothing.
 */
export const hints = {
  /** Enough by themselves. */
  strong:
    '没 没有 不 无 未 别人 凭 被打 挨打 被骂 被撞 被咬 打人 错过 白跑 白等 骂 吼 抢 赔 罚 丢 推 踢 坑 骗 躲 催 求 熬 受罪 遭罪 折磨 害 苦 怕 哭 急 愁 烦 脏 破 臭 漏 偏 假 空手 吃亏 活该 倒霉 算什么 当什么 打发 撵 轰 赶走 训 甩 扔 摔 瞪 嫌 怪 赖 冤 错 乱 难 歪 拒 卡 扣 拖 磨 耗 晾 堵 挤 排 等 才 竟 竟然 居然 反而 反倒 偏偏 愣是 硬是 硬说 硬 非要 非得 非说 光 光说 只会 只管 仍 仍然 依旧 依然 照样 还在 还是 还没 又让 又要 又说 又来 再来 再去 再说 最后还 到头来 结果还 结果又 结果却 来来回回 一遍遍 一趟趟 一次次 半天 半宿 白 两头 到处 四处 挨个 转了 绕了 当猴 当皮球 像皮球 摆 装 谁管 谁来 找谁 怎么活 咋活 哪有 哪来 何必 何苦 难道 亏 悬 黄了 泡汤 没戏 作废 过期 过号 关门 下班 锁门 黑 冷 热 慢'.split(
      ' ',
    ),
  /** Contain such a sign and complain of nothing. */
  harmless:
    '不错 不用 没事 没关系 不客气 不用谢 不好意思 没收到 没注意 没看 不知道 没空 没时间 不清楚 不了解 不懂 没听懂 没明白 不明白 不会用 不认识 不方便 不是 不在 无 没看到短信 没看见短信 不记得 记不清 忘了 难忘 难得 不容易 不简单 不一般 等等 急事 没别的 没什么事 没啥事 罚单 赔偿 错过 还是 才能 热情 热心 热线 冷静 难怪 别人 排名 不久 白天 明白 红绿灯 苦口婆心 等级 等候区 等候 黑色 白色 怪好 下班 人才 刚才 才艺 口才 急救 无论 无数 无偿 不论 不管 不仅 不但 不光 不断 不少 不住 忍不住 不由 不由得 禁不住 不禁 来不及 不一会 不到 不愧 不得不说 再来'.split(
      ' ',
    ),
  /** What the story is about, where it has only one such thing in it. */
  topics: {
    environment:
      '厕所 空调 椅子 凳子 座位 大厅里 停车 车位 灯 电梯 地面 门口 饮水机 卫生 味道 笔 复印机 打印机 叫号机 取号机 屏幕 暖气 风扇 太阳底下 雨棚 台阶 坡道 轮椅 指示牌 标牌 喇叭 广播 玻璃 桌子 纸巾 洗手间'.split(
        ' ',
      ),
    efficiency: '排队 叫号 小时 上午 下午 一天 午饭 下班 上班 等 天 号 {dur} 慢 窗口 前面'
      .replace('{dur} ', '')
      .split(' '),
    procedure:
      '材料 证明 章 盖章 复印件 照片 手续 表格 填表 签字 户口本 房产证 系统 网上 app 小程序 预约 流程 规定 政策 电话里说 原件 体检 补正 趟 指纹 拍照 回执 介绍信 公证'.split(
        ' ',
      ),
    fairness:
      '责任书 责任 认定 全责 同等 主责 扣分 罚款 罚单 罚了 压线 违停 监控里 证据 判 公平 对方 偏 调解 道歉 先动手 关系 亲戚 有钱 熟人 处罚 冤 贴条 贴单 拘'.split(
        ' ',
      ),
    integrity:
      '钱 烟 酒 红包 收费 发票 收据 黄牛 中介 指定 拖车费 停车费 保险 好处 块 费 收我 押金'.split(
        ' ',
      ),
    attitude:
      '脸 态度 说话 口气 语气 骂 吼 嗓门 眼神 眼皮 白眼 手机 聊天 电话 挂 笑 凶 瞪 甩 扔 训 吵 嚷 怼 嘴 头也 不耐烦 人搭腔 搭理 打招呼'.split(
        ' ',
      ),
    response: '出警 警车 到场 来人 没来 才来 来了 派人 赶到 现场'.split(' '),
    result:
      '案子 案件 立案 小偷 贼 骗子 监控 追回 破案 结果 通知 笔录 噪音 扰民 邻居 报案 丢了 被偷 被骗 找回 抓 解决 处理 电动车 手机丢 打错 写错 印成 名字 证 下文 消息 着落 归 管'.split(
        ' ',
      ),
  } satisfies Partial<Record<ReplyReason, readonly string[]>>,
} as const
