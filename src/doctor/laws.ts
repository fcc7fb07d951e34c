/** The laws that the doctor holds the database to, in the operator's words. */
export const laws: Readonly<Record<number, string>> = {
  1: 'PostgreSQL 是唯一的事实来源，队列丢失不丢任何事',
  2: '变更与由此产生的待办同时提交',
  3: '状态只按规定的次序变化',
  4: '同一短信不向任何人发送两次',
  5: '收到的任何内容都不丢失',
  6: '回访任务由人领取，占用有期限',
  7: '任何不满意评价都要电话回访',
  8: '不发送必有记录在案的原因',
  9: '结果只追加，不改写',
  10: '群众信息加密保存，密钥齐备',
  11: '全系统使用同一时钟',
}
