/**
 * Replies typed without an input method: what each spelling stands for. A reply is read this way
 * only if it consists of these spellings alone. Source: the labelled samples, standard spelling without tones.
 */
export const pinyinWords = `
manyi 满意  mangyi 满意  manyii 满意  bu 不  bumanyi 不满意  buman 不满  feichang 非常  feicang 非常  hen 很  tai 太  ting 挺  zhen 真
jiben 基本  jibenmanyi 基本满意  bijiao 比较  tebie 特别  shifen 十分  yiban 一般  yibanban 一般般  haixing 还行  haikeyi 还可以  keyi 可以  couhe 凑合
hao 好  henhao 很好  haoping 好评  chaping 差评  buhao 不好  bucuo 不错  cuo 错  cha 差  taicha 太差  hencha 很差  zhencha 真差  chajin 差劲  xing 行  buxing 不行
kuai 快  henkuai 很快  man 慢  tamen 他们  wo 我  ni 你  nimen 你们  shi 是  le 了  de 的  a 啊  ba 吧  ne 呢  dou 都  ye 也
taidu 态度  fuwu 服务  banshi 办事  xiaolv 效率  xiaolu 效率  jingcha 警察  minjing 民警  wenti 问题  jiejue 解决  mei 没  meiyou 没有  meiren 没人  guan 管  li 理
xiexie 谢谢  xinku 辛苦  xinkule 辛苦了  ganxie 感谢  duoxie 多谢  dengle 等了  deng 等  tian 天  xiaoshi 小时  jiu 久  taijiu 太久  haojiu 好久  ge 个
laji 垃圾  lese 垃圾  shiwang 失望  tuiding 退订  shui 谁  shuia 谁啊  weishenme 为什么  shenme 什么  zenme 怎么
xuan 选  huifu 回复  yi 一  er 二  san 三  si 四  wu 五
zan 赞  dianzan 点赞  bang 棒  henbang 很棒  taibang 太棒  geili 给力  lihai 厉害
meiyongde 没用的  meiyong 没用  gun 滚  zhende 真的  hai 还  jiushi 就是  yao 要  pao 跑  tang 趟  ci 次  renzhen 认真  fuze 负责  reqing 热情  naixin 耐心
elie 恶劣  fuyan 敷衍  tuoyan 拖延  tuo 拖  mafan 麻烦  bufangbian 不方便  fangbian 方便  gandong 感动  jishi 及时  bujishi 不及时  yidian 一点  yidianye 一点也
`

/** First letters of common answers; only as words of their own. */
export const pinyinAbbreviations = `
bmy 不满意  bmanyi 不满意  fcmy 非常满意  hmy 很满意  jbmy 基本满意  fcbmy 非常不满意  hbmy 很不满意  tbmy 太不满意  my 满意  mymy 满意  bhmy 不很满意
fcgx 非常感谢  xxn 谢谢你  xx 谢谢  hh 很好  hbc 很不错  bc 不错
`
