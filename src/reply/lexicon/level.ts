import type { Group } from './words.ts'

/** The level words themselves; `negation.ts` reads what stands around them. */
export const level: Group[] = [
  {
    idea: 'level',
    note: 'The word of all survey texts; 国办发〔2019〕51号.',
    patterns: '满意 满意的 满意了 满意度很高 满意度高 满意度百分百',
    rating: 'satisfied',
  },
  {
    idea: 'level',
    note: 'Never so content as now: the negation speaks of the past.',
    patterns:
      '(从来|从|以前从|以前从来|还从来|还从)(没|没有|未)(有过|有|)(这么|这样|如此|像这次这么|像现在这么|像今天这么)满意',
    rating: 'satisfied',
    weight: 3,
  },
  {
    idea: 'level',
    note: 'Asking whether one may say so says so.',
    patterns: '(能|敢|可以|好意思|不能)说不满意(吗|么|嘛|不)',
    rating: 'dissatisfied',
    weight: 3,
  },
  {
    idea: 'level',
    note: '不满 without 意; the negation is the first character, read as one. 不满 before a figure (不满12岁) never gets here.',
    patterns: '不满(|的|了|啊|得很|至极|极了)',
    rating: 'dissatisfied',
  },
  {
    idea: 'level',
    note: 'The best level of rating scales in shops and apps.',
    patterns:
      '五星 五星好评 五颗星 5星 5颗星 满分 满分好评 {full} 一百分 一百昏 100昏 优秀 优等 全五星 满星 ⭐⭐⭐⭐⭐',
    rating: 'very_satisfied',
  },
  {
    idea: 'level',
    note: 'As above, without a degree.',
    patterns: '好评 优良 优',
    rating: 'satisfied',
  },
  {
    idea: 'level',
    note: 'As above, the other end.',
    patterns:
      '满意度(为|是|)(零|0|负数|负|负分) 差评 负一星 负1星 负五星 负5星 负一分 零分 0分 负分 零颗星 一星差评 1星差评 零星 0星 0颗星 零星差评 不及格 不合格 给差评 给个差评',
    rating: 'dissatisfied',
  },
  {
    idea: 'level',
    note: 'English level words; readers abroad and foreigners at the exit-entry desk.',
    patterns: 'satisfied satisfactory satisfying',
    rating: 'satisfied',
  },
  {
    idea: 'level',
    note: 'As above, negated by form.',
    patterns: 'dissatisfied unsatisfied unsatisfactory dissatisfying unsatisfying',
    rating: 'dissatisfied',
  },
]

/** Middling words: the third of the five levels, 基本满意. */
export const middling: Group[] = [
  {
    idea: 'middling',
    note: '基本满意 as printed, and its everyday names (一般 as a fourth word: Xinyu bureau).',
    patterns:
      '一般满意 一般化 平平常常 不功不过 中等偏(上|下|上吧|下吧) 基本吧 还阔以 能打个?(六|七|六七|六十|七十)(七|)分 (说|谈|讲)不上满意也(说|谈|讲)不上不满意 不算满意也不算不满意 谈不上满意不满意 中间(那个|那档|的)$ 将就事 凑合事 过得去 马虎事 刚及格 及格线 不好不赖 不赖不好 就那么着 就那么回事儿 一般情况 一般水平 一般吧 不差不好 半好不坏 一般般吧 一般般啦 还行吧 还成吧 还凑合 还湊合 差不离 一般 一般般 一般吧 很一般 还行 还行吧 还可以 还可以吧 凑合 凑合着 将就 马马虎虎 马虎 过得去 说得过去 还过得去 还凑合 还好 还好吧 还成 还算行 还算可以 中规中矩 差强人意 不好不坏 不好也不坏 不咸不淡 不温不火 勉强 勉勉强强 勉强可以 勉强行 勉强及格 及格 将将就就 凑凑合合 普普通通 普通 平平 平平淡淡 平常 中等 中等吧 中不溜 一半一半 可以接受 能接受 尚可 还能接受 还能过 说不上好也说不上坏 谈不上好也谈不上坏 不算好也不算坏 说不上多好 也就那样 就那样 就这样 就那样吧 就那么回事 也就那么回事 基本合格 基本可以 基本还行 基本行 基本上还行 基本上可以 ^一半$ 六十分 60分 七十分 麻麻地 一半满意 满意一半 部分满意 soso 五五开 马马乎乎 还中 还管 中吧 不高不低 不上不下 无功无过 没啥特别 无所谓好坏 大体可以 大致可以 总体还行 总体还可以 average fair acceptable okay-ish',
    rating: 'basically_satisfied',
  },
  {
    idea: 'middling',
    note: 'Degree words that make 满意 the third level.',
    patterns:
      '(基本|基本上|大体|大体上|大致|勉强|勉勉强强|凑合|马马虎虎)(算|算是|还算|还|也|能|可以)(满意|可以|行) (基本|基本上|大体|大体上|大致|勉强|勉勉强强)满意 基满 半满意 一半满意 满意一半 不是特别满意但还行',
    rating: 'basically_satisfied',
  },
]
