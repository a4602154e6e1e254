"""The vocabulary of customer service: words that ask for the same thing, in English and Chinese.

Owns a fixed list of concepts, general to the trade and not taken from any one FAQ, so that "parcel", "package" and
"包裹" meet although they share no letters. Read by :class:`bot.nlp.encoder.LexicalEncoder` only; being fixed, it
keeps the encoder stateless.
"""
# ruff: noqa: E501  a table reads best with a concept a line

import re
from functools import lru_cache

# One concept a line: its name: English words and two-word phrases | Chinese words. A word may belong to several.
_CONCEPTS = """
order: order, purchase, checkout | 订单, 单子, 下单, 订购
buy: buy, bought, purchase, order, ordering | 买, 购买, 下单, 订购, 拍下, 购物
parcel: parcel, package, shipment, consignment, box, packet | 包裹, 快递, 快件, 货物, 物流, 邮包
item: item, product, goods, article, stuff, thing, merchandise | 商品, 东西, 产品, 货, 宝贝
track: track, tracking, trace, locate, whereabouts, status, progress, waybill | 物流, 跟踪, 追踪, 查询, 进度, 状态, 到哪, 单号, 运单, 走到
number: number, code, id, reference | 号码, 单号, 编号, 号, 码
dispatch: ship, shipping, dispatch, send, sent, post, mail | 发货, 寄出, 发出, 出库, 寄送, 寄, 发走
deliver: deliver, delivery, ship, shipping, bring | 送货, 配送, 派送, 送到, 送, 运输, 送达
receive: receive, get, got, arrive, arrival, reach, come, came, land | 收到, 到货, 到达, 送达, 签收, 到
absent: never, missing, lost, lose, vanish, disappear, nowhere, absent | 没收到, 没到, 没有收到, 未收到, 丢, 丢失, 不见, 少了, 漏, 缺
late: late, delay, overdue, slow, wait, stuck, still, behind | 迟, 晚, 延误, 延迟, 慢, 还没, 拖, 等了, 一直没, 没动
courier: courier, carrier, driver, postman, deliveryman, rider | 快递员, 快递公司, 派送员, 司机, 送货员, 小哥
duration: how long, days, weeks, eta, soon, quickly, timeframe | 多久, 几天, 多长时间, 要多少天, 时长, 天数
when: when, date, eta, what time, schedule | 什么时候, 何时, 几号, 几点, 啥时候, 哪天, 时间
slot: slot, schedule, appointment, evening, morning, afternoon, weekend, time slot, reschedule | 时间段, 预约, 晚上, 上午, 下午, 周末, 改期, 约
cost: cost, price, fee, charge, how much, rate, expense, expensive | 多少钱, 费用, 价格, 收费, 价钱, 要钱, 几块, 贵, 手续费
postage: postage, delivery fee, shipping cost, delivery cost, shipping fee, delivery charge | 运费, 邮费, 快递费, 配送费, 邮资
free: free, complimentary, gratis, no charge | 免费, 包邮, 免, 不要钱, 白送
express: express, urgent, rush, fast, faster, asap, priority, next day, same day, overnight, quicker, expedite | 加急, 急, 特快, 当天, 次日, 明天到, 尽快, 快点, 赶
abroad: abroad, international, overseas, foreign, country, worldwide, global, outside | 国外, 海外, 国际, 外国, 境外, 国家, 出国, 跨境
customs: customs, duty, duties, import, border, tariff | 海关, 关税, 清关, 进口税, 税费
address: address, street, flat, apartment, house, moved, postcode, moving | 地址, 住址, 搬家, 门牌, 收货地址, 邮编
change: change, modify, edit, update, correct, alter, amend, adjust, fix, different | 改, 修改, 更改, 变更, 改成, 更正, 更新, 换成
add: add, include, extra, another, more | 加, 添加, 增加, 多加, 补
cancel: cancel, cancellation, call off, undo, revoke, abort, changed mind | 取消, 撤销, 不要了, 不想要, 撤单, 作废
return: return, send back, give back, bring back, sent back, take back | 退货, 退回, 寄回, 退掉, 退换, 返回, 退
exchange: exchange, swap, replace, replacement, trade | 换货, 更换, 调换, 换一个, 换个, 换新, 换
refund: refund, money back, reimburse, repay, reimbursement, get back | 退款, 退钱, 返钱, 钱退, 退我钱, 到账, 退回来
policy: policy, rule, condition, terms, allowed | 政策, 规定, 规则, 条件, 条款
deadline: deadline, how many days, too late, period, within, expire, expiry, valid, expiration | 期限, 几天内, 过期, 有效期, 超过, 多久内, 截止, 有效
label: label, print, printer, form | 面单, 打印, 标签, 退货单
pickup: pickup, pick up, collect, collection, click and collect | 自提, 自取, 取件, 上门取, 提货, 去取, 取货
home: home, nobody home, not home, doorstep, neighbour, neighbor, door | 在家, 不在家, 家里, 门口, 邻居, 没人
missed: miss, missed, redeliver, attempt, nobody | 错过, 没接到, 再送, 重新派送, 重送, 没送成
damaged: damage, broken, break, broke, crack, smash, dent, scratch, shatter, torn | 坏, 破, 碎, 裂, 损坏, 破损, 划痕, 摔, 压坏, 碎了
faulty: faulty, defective, defect, not working, stopped working, doesn't work, malfunction, dead, won't, flicker | 故障, 不能用, 坏了, 不好使, 失灵, 没反应, 质量问题, 有问题, 不亮, 用不了
wrong: wrong, incorrect, mistake, different, mixed up, not what | 错, 发错, 不对, 错误, 不是我, 弄错, 不符
part: part, screw, spare, component, accessory, incomplete, piece, pieces | 配件, 零件, 螺丝, 部件, 缺件, 少件
warranty: warranty, guarantee, cover, covered | 保修, 质保, 保质, 包换
repair: repair, fix, mend, service, technician | 维修, 修, 修理, 返修, 检修
install: install, installation, assemble, assembly, set up, setup, mount, fit, electrician | 安装, 装, 组装, 上门安装, 师傅
manual: manual, instruction, guide, how to use, tutorial | 说明书, 教程, 使用方法, 怎么用, 指南, 用法
clean: clean, cleaning, care, wash, dust, maintain, maintenance, wipe | 清洁, 清洗, 保养, 擦, 打理, 洗
size: size, dimension, height, width, measure, large, small, fit, big, length, weight | 尺寸, 大小, 尺码, 多大, 多高, 多宽, 规格, 高度, 重量
colour: colour, color, shade, finish, black, white, red, green, blue | 颜色, 色, 黑色, 白色, 款式
material: material, made of, fabric, wood, metal, glass, quality | 材质, 材料, 面料, 质量, 什么做的
stock: stock, available, availability, sold out, restock, back in, inventory, unavailable | 有货, 库存, 缺货, 补货, 现货, 断货, 没货, 卖完, 售罄
power: power, voltage, plug, electric, electricity, socket, watt, battery, charge, charger | 电压, 插头, 功率, 电源, 充电, 电池, 插座, 瓦
pay: pay, payment, paid, paying, checkout | 付款, 支付, 付, 付钱, 结账, 买单
method: method, accept, way, option, ways | 方式, 支持, 接受, 方法
card: card, credit card, debit, visa, mastercard, amex | 卡, 信用卡, 银行卡, 借记卡
wallet: paypal, apple pay, google pay, alipay, wechat pay, wallet | 支付宝, 微信, 钱包, 云闪付, 贝宝
bank: bank, transfer, wire, account balance | 银行, 转账, 汇款, 打款
cash: cash, cash on delivery, cod, atm, withdraw, withdrawal | 现金, 货到付款, 取现, 取款, 提现
payment-failed: declined, decline, failed, fail, rejected, error, not go through, didn't go | 失败, 付不了, 被拒, 不成功, 支付失败, 付款失败, 报错
charged-twice: twice, double, duplicate, charged, extra charge, overcharged, two charges | 两次, 重复扣, 多扣, 扣了, 扣款, 多收, 重复
installment: instalment, installment, instalments, installments, finance, monthly, split | 分期, 花呗, 月付, 分几期
invoice: invoice, receipt, bill, vat, tax, company name | 发票, 收据, 账单, 抬头, 开票, 税号
discount: discount, sale, offer, deal, cheaper, promotion, reduction, student | 折扣, 打折, 优惠, 活动, 便宜, 促销, 特价, 降价, 减
coupon: coupon, promo, voucher, discount code, promo code, promotional | 优惠券, 优惠码, 折扣码, 券, 红包, 代金券, 促销码
gift-card: gift card, gift voucher, e-gift, gift certificate | 礼品卡, 购物卡, 储值卡
price-drop: price match, price drop, dropped, cheaper elsewhere, price difference, lower price | 差价, 补差价, 保价, 降价, 比价, 买贵
points: point, points, loyalty, reward, membership, member, tier, bonus | 积分, 会员, 奖励, 等级, 会员卡
gift: gift, present, birthday, gift wrap, wrap, wrapping, gift message | 礼物, 送人, 生日, 包装, 礼盒, 贺卡, 礼品
bulk: bulk, wholesale, large order, business, corporate, company, quantity, trade, reseller | 批发, 大量, 团购, 企业, 公司, 大批, 采购, 批量
account: account, profile, register, sign up, registration, membership, join | 账号, 账户, 注册, 帐号, 资料, 帐户, 开户
login: log in, login, sign in, logged, access, locked | 登录, 登陆, 登不上, 进不去, 登不了
password: password, passcode, reset, forgot, forgotten, credentials | 密码, 忘记密码, 重置, 忘了密码
verify: verify, verification, verification code, otp, sms, authenticate, identity | 验证码, 验证, 短信, 认证, 身份, 核实
email: email, e-mail, mail, inbox, spam, confirmation | 邮件, 邮箱, 电子邮件, 确认邮件, 信箱
phone: phone, call, telephone, mobile, phone number, ring, hotline | 电话, 手机, 手机号, 打电话, 热线, 联系电话
delete: delete, remove, close, erase, deactivate, close account, delete account | 删除, 注销, 删掉, 关闭, 清除
privacy: privacy, personal data, data, gdpr, personal information, information | 隐私, 个人信息, 信息安全, 数据
newsletter: newsletter, unsubscribe, subscribe, marketing, spam, subscription, emails | 订阅, 退订, 广告, 推送, 营销, 通讯
shop: shop, store, showroom, branch, outlet, location, physical | 门店, 店, 实体店, 展厅, 店铺, 专柜, 线下
hours: hours, open, opening, close, closed, opening hours, business hours, holiday, weekend | 营业, 几点, 开门, 关门, 上班, 营业时间, 节假日, 下班
where: where, where is, located, location, find, directions | 哪里, 在哪, 哪儿, 位置, 怎么走, 在哪里
contact: contact, reach, get in touch, support, customer service, help desk, speak, talk | 联系, 客服, 沟通, 咨询
human: human, person, real person, agent, representative, operator, someone, staff, people | 人工, 真人, 转人工, 工作人员, 人工客服
complain: complain, complaint, unhappy, disappointed, terrible, angry, unacceptable, manager, awful, rude | 投诉, 差评, 不满, 生气, 太差, 失望, 经理, 态度, 垃圾
review: review, rating, feedback, rate, comment, opinion, suggestion | 评价, 评论, 反馈, 建议, 好评, 晒单
job: job, hire, hiring, career, vacancy, work for | 招聘, 工作, 应聘, 招人, 求职, 岗位
recommend: recommend, suggest, advice, which one, best, suitable, choose, help choosing | 推荐, 建议, 适合, 选, 哪款, 哪个好, 挑
sustainable: recycle, eco, environment, sustainable, green, dispose, disposal, old | 环保, 回收, 可持续, 旧, 处理
fraud: fraud, scam, stolen, suspicious, hacked, unauthorised, unauthorized, steal, fake, genuine, authentic | 骗, 诈骗, 被盗, 可疑, 盗刷, 假, 正品, 真假, 假货
block: block, freeze, lock, disable, suspend | 冻结, 锁定, 封, 停用, 挂失
limit: limit, maximum, minimum, at least, how many, max, min | 限额, 最多, 最少, 上限, 起订, 起送, 限购, 最低
guest: guest, without account, without registering, no account | 游客, 不注册, 没有账号, 免注册
preorder: preorder, pre-order, backorder, advance, upcoming | 预售, 预订, 定金, 预购
custom: custom, customise, customize, personalised, bespoke, engrave, made to | 定制, 订做, 刻字, 定做
hello: hi, hello, hey, good morning, good afternoon, good evening, greetings | 你好, 您好, 哈喽, 嗨, 早上好, 在吗, 晚上好
thanks: thank, thanks, thank you, cheers, appreciate, thx, ty, grateful | 谢谢, 感谢, 多谢, 谢了, 辛苦
bye: bye, goodbye, see you, farewell, good night | 再见, 拜拜, 回见, 晚安
okay: ok, okay, alright, fine, great, got it, sure, understood, cool | 好的, 好吧, 知道了, 明白, 收到, 嗯, 行, 可以
bot: bot, robot, ai, machine, automated, who are you, chatbot | 机器人, 人工智能, 你是谁, 智能
exchange-rate: exchange rate, currency, currencies, convert, conversion, dollar, euro | 汇率, 货币, 外币, 美元, 币种
balance: balance, top up, topup, deposit, recharge, top-up | 余额, 充值, 储值
app: app, website, site, page, online, web, browser, loading | 网站, 网页, 应用, 软件, 页面, 小程序, 官网, 打不开
language: language, english, chinese, mandarin, translate | 语言, 中文, 英文, 英语, 翻译
"""

_ENGLISH_FUNCTION_WORDS = """
a about also am an and any are as at be been being but by can can't could did do does doing done don't doesn't didn't for
from get got had has have having he hello help her here hi his how i i'd i'll i'm i've if in into is isn't it it's its
just know let like may me might mine must my need no not of on or our out please pls plz really shall she should so some
tell than thank thanks that the their them then there these they this those to too up us very want was we were what when
where which who whom why will with won't would you your yours you're
"""
_CHINESE_FUNCTION_WORDS = "的了吗呢吧啊呀我你您们他她它是有在和跟与就都也还又再很太这那个些什么怎样可以能会要想请帮给把被对从到为于上下里来去过着得地嘛哦呃一"
_FUNCTION_WORDS = frozenset(_ENGLISH_FUNCTION_WORDS.split()) | frozenset(_CHINESE_FUNCTION_WORDS)


def _stem(word: str) -> str:
    """A word without its inflection: crude, but the same for the list above and for the text compared with it."""
    word = word.removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        word = f"{word[:-3]}y"
    elif len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, shortest in (("ing", 6), ("ed", 5)):
        if len(word) >= shortest and word.endswith(ending):
            word = word.removesuffix(ending)
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sle":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


stem = lru_cache(maxsize=8192)(_stem)


def _read(concepts: str) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """(stemmed English word or phrase → concepts, Chinese word → concepts)."""
    english: dict[str, tuple[str, ...]] = {}
    chinese: dict[str, tuple[str, ...]] = {}
    for line in concepts.strip().splitlines():
        name, words = line.split(": ", 1)
        before, after = words.split(" | ")
        for word in before.split(", "):
            key = " ".join(stem(part) for part in word.split())
            english[key] = tuple(dict.fromkeys((*english.get(key, ()), name)))
        for word in after.split(", "):
            chinese[word] = tuple(dict.fromkeys((*chinese.get(word, ()), name)))
    return english, chinese


_ENGLISH, _CHINESE = _read(_CONCEPTS)
_CHINESE_WORD = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))


def is_function_word(word: str) -> bool:
    """Whether an English word or a Chinese character shapes a question rather than saying what it is about."""
    return word in _FUNCTION_WORDS


def word_concepts(phrase: str) -> tuple[str, ...]:
    """The concepts of an English word, or of a phrase, given stemmed."""
    return _ENGLISH.get(phrase, ())


def chinese_concepts(run: str) -> list[str]:
    """The concepts of the words of the trade found in a run of Chinese, longest words first."""
    return [concept for word in _CHINESE_WORD.findall(run) for concept in _CHINESE[word]]
