/**
 * Slips of the input method, as `wrong right`, each pair of equal length. Sources: the homophone and
 * look-alike slips that the labelled samples show; same-sound characters after the Modern Chinese
 * frequency list; 灰常, 木有, 辣鸡 and their like from colloquial net writing.
 */
export const typoPairs = `
太度 态度  态渡 态度  态肚 态度  泰度 态度  钛度 态度  态杜 态度  呔度 态度
服物 服务  服雾 服务  服悟 服务  福务 服务  服勿 服务  伏务 服务  服误 服务  扶务 服务  符务 服务  浮务 服务  服无 服务
灰常 非常  飞常 非常  非长 非常  肥常 非常  费常 非常  菲常 非常  非场 非常  非尝 非常  匪常 非常  非唱 非常  非偿 非常  妃常 非常
木找 没找  木人 没人  木用 没用  木见 没见  木来 没来  木给 没给  木管 没管  木办 没办  木得 没得  木法 没法  木有 没有  米有 没有  莫有 没有  梅有 没有  没友 没有  煤有 没有  枚有 没有
级本 基本  机本 基本  几本 基本  鸡本 基本  基夲 基本  激本 基本  基木 基本  积本 基本  集本 基本  基苯 基本
一班 一般  一版 一般  以般 一般  一斑 一般  已般 一般  一半般 一般般
还星 还行  还形 还行  海行 还行  还型 还行  还性 还行
不措 不错  布错 不错  不挫 不错  卜错 不错  步错 不错  不搓 不错  部错 不错
差平 差评  差坪 差评  查评 差评  好平 好评  号评 好评  好苹 好评
拉圾 垃圾  辣鸡 垃圾  乐色 垃圾  垃机 垃圾  拉鸡 垃圾  辣级 垃圾
效绿 效率  效律 效率  笑率 效率  校率 效率  效虑 效率  小率 效率
推委 推诿  推萎 推诿  推诱 推诿  推伪 推诿  推唯 推诿
敷言 敷衍  敷眼 敷衍  夫衍 敷衍  敷演 敷衍  傅衍 敷衍
处里 处理  处利 处理  楚理 处理  初理 处理
截决 解决  解绝 解决  解觉 解决  结决 解决  解诀 解决  姐决 解决
失忘 失望  失旺 失望  师望 失望
恶列 恶劣  恶裂 恶劣  饿劣 恶劣  恶烈 恶劣
马虑 马虎  麻烦 麻烦  麻凡 麻烦  马烦 麻烦
警查 警察  警擦 警察  景察 警察  井察 警察  民惊 民警  民井 民警  民景 民警
耐烦心 耐烦心  奈心 耐心  赖心 耐心  耐新 耐心  热请 热情  热晴 热情  惹情 热情
很漫 很慢  太漫 太慢  太馒 太慢  恨慢 很慢  狠慢 很慢  很馒 很慢  太满了 太慢了
很郝 很好  狠好 很好  恨好 很好  很耗 很好  挺郝 挺好  很号 很好  狠差 很差  恨差 很差
非常号 非常好  真号 真好  都号 都好  蛮号 蛮好  态度号 态度好  服务号 服务好
很查 很差  太查 太差  很叉 很差  态度查 态度差  太叉 太差
勉墙 勉强  免强 勉强  勉抢 勉强
谢写 谢谢  蟹蟹 谢谢  射射 谢谢  谢些 谢谢
退定 退订  退丁 退订  腿订 退订  退钉 退订  推订 退订  退汀 退订
白袍 白跑  摆跑 白跑
等勒 等了  等啦 等了
糊弄人 糊弄人  胡弄 糊弄  忽弄 糊弄
办式 办事  办是 办事  搬事 办事
结果没 结果没  没接果 没结果
投述 投诉  投宿你 投诉你
凑和 凑合  凑活 凑合  凑乎 凑合
将究 将就  讲究着 讲究着
`

/** Characters that are typed for 满 and for 意: same or nearly same sound, or look alike. */
export const manyiHomophones = {
  man: '满慢曼漫蛮瞒馒蔓幔谩鳗埋螨麻蹒',
  /** Read as 意 wherever they follow one of the above. */
  yi: '意义议易异艺益谊译忆溢亿逸翼仪役毅',
  /** Read as 意 only where nothing follows: 慢一点, 满以为, 满一年 are words of their own. */
  yiAtEnd: '一以已医依衣怡宜疑伊亦思',
  /** What makes another word of 意 and 义 and their like: 蛮意外, 慢议论. */
  not: '外思味图料论常',
}

/** Characters that are typed for 不 right before 满意, and nowhere else. */
export const buHomophones = '布步部补卜捕埠怖簿'

/** Characters that are typed for degree words right before 满意 and 不满意. */
export const degreeHomophones: Record<string, string> = {
  恨: '很',
  狠: '很',
  痕: '很',
  哏: '很',
  泰: '太',
  台: '太',
}
