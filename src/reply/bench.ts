import { commonScales } from '../foundation/rating.ts'
import { understand } from './understand.ts'

// What citizens send: mostly a figure or a word, now and then a story.
const replies = [
  '1',
  '满意',
  '3',
  '２',
  '1 谢谢',
  '非常满意',
  '不满意',
  '①',
  '1，服务很好',
  '基本满意',
  '还行吧',
  '选1',
  '回复1',
  '一般',
  '满意，辛苦了',
  'TD',
  '你谁啊',
  '打错了',
  '好评👍',
  '办得挺快，谢谢',
  '3，等了两个小时',
  '不太满意，窗口态度差',
  '报警一个小时才来人，小偷早跑了',
  '1，就是停车不方便',
  '办个居住证来回跑了4趟，每次都说材料不全',
  '效率可真高，换个证等了一上午',
  '没什么不满意的',
  '请问身份证什么时候能拿',
  '我正在开车，稍后回复您',
  '民警很热情，五分钟就办好了，还帮我复印材料，给你们点赞',
]

const roundSeconds = 1
const rounds = 5
// Asking for the time takes longer than a plain expression on one reply.
const passesPerCheck = 50

export interface ReplyFigures {
  name: 'reply'
  /** Replies read per second on one core, evidence included. */
  perSecond: number
  /** What a plain first-digit expression does on the same lines. */
  plainPerSecond: number
  ratioToPlain: number
}

/** Measures reading and the plain expression in turns, so that a busy machine slows both alike. */
export function benchReply(progress: (line: string) => void): ReplyFigures {
  const scale = commonScales['1-3']
  const read = (text: string) => understand(text, { scale }).evidence.length
  const plain = (text: string) => Number(/[1-5]/.exec(text)?.[0] ?? 0)
  progress('warming up')
  perSecond(read)
  perSecond(plain)
  const reads: number[] = []
  const plains: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    progress(`round ${round} of ${rounds}`)
    reads.push(perSecond(read))
    plains.push(perSecond(plain))
  }
  const measured = median(reads)
  const measuredPlain = median(plains)
  return {
    name: 'reply',
    perSecond: Math.round(measured),
    plainPerSecond: Math.round(measuredPlain),
    ratioToPlain: measured / measuredPlain,
  }
}

/** Per second of this thread's own time: on a core that others share, the clock on the wall measures them. */
function perSecond(read: (text: string) => number): number {
  const started = process.threadCpuUsage()
  let seconds = 0
  let done = 0
  let sum = 0
  while (seconds < roundSeconds) {
    for (let pass = 0; pass < passesPerCheck; pass += 1)
      for (const text of replies) sum += read(text)
    done += replies.length * passesPerCheck
    const { user, system } = process.threadCpuUsage(started)
    seconds = (user + system) / 1_000_000
  }
  // The sum is used, so that no engine may leave the reading out.
  return sum < 0 ? 0 : done / seconds
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number
}
