"""The demo shop's people and what happened to them: plain data for :mod:`bot.desk.demo`.

Times are lengths before the present, so that the demo is always fresh.
"""

from dataclasses import dataclass
from enum import Enum

from bot.crm.agents import Role
from bot.crm.tickets import Priority, TicketState


class Who(Enum):
    CUSTOMER = "customer"
    AGENT = "agent"
    NOTE = "note"  # the agent's, for colleagues only


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody in the demo, with their Telegram account; ``role`` None: a customer."""

    key: str
    telegram_id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str
    phone: str
    role: Role | None = None
    email: str | None = None

    @property
    def language(self) -> str:
        return "zh" if self.language_code.startswith("zh") else "en"


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The forum group where the demo's agents work."""

    chat_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket: who asked, so many days ago; who took it (None: nobody yet); where it stands; what was said.

    ``wait_min`` is how long the customer waited for the first human reply.
    """

    days: float
    customer: str
    agent: str | None
    state: TicketState
    wait_min: float
    said: tuple[tuple[Who, str], ...]
    priority: Priority = Priority.NORMAL


C, A, N = Who.CUSTOMER, Who.AGENT, Who.NOTE
NEW, OPEN, PENDING = TicketState.NEW, TicketState.OPEN, TicketState.PENDING
ON_HOLD, SOLVED, CLOSED = TicketState.ON_HOLD, TicketState.SOLVED, TicketState.CLOSED

DEMO_GROUP = DemoGroup(-1_002_000_000_001, "Lumen Home desk")

DEMO_PEOPLE = (
    DemoPerson("olivia", 700_000_001, "Olivia", "Tan", "olivia", "en", "+6591000001", Role.OWNER),
    DemoPerson("ming", 700_000_002, "Ming", "Li", "ming", "zh-hans", "+6591000002", Role.AGENT),
    DemoPerson("carla", 700_000_003, "Carla", "Reyes", "carla", "en", "+6591000003", Role.SUPERVISOR),
    DemoPerson("anna", 700_000_101, "Anna", "Berg", "anna", "en", "+6591000101", email="anna.berg@example.com"),
    DemoPerson("wang", 700_000_102, "芳", "王", "wangfang", "zh-hans", "+8613800000102", email="wangfang@example.com"),
    DemoPerson("ben", 700_000_103, "Ben", "Carter", "bencarter", "en", "+6591000103"),
    DemoPerson("lina", 700_000_104, "娜", "李", "lina", "zh-hans", "+8613800000104"),
    DemoPerson("sofia", 700_000_105, "Sofia", "Rossi", None, "en", "+6591000105", email="sofia.rossi@example.com"),
    DemoPerson("chen", 700_000_106, "伟", "陈", "chenwei", "zh-hans", "+8613800000106"),
    DemoPerson("tom", 700_000_107, "Tom", None, "tom_k", "en", "+6591000107", email="tom@example.com"),
    DemoPerson("zhang", 700_000_108, "敏", "张", None, "zh-hans", "+8613800000108"),
    DemoPerson("maria", 700_000_109, "Maria", "Silva", "maria", "en", "+6591000109"),
    DemoPerson("zhao", 700_000_110, "磊", "赵", "zhaolei", "zh-hans", "+8613800000110"),
)

STORIES = (
    Story(13.6, "anna", "ming", CLOSED, 9, (
        (C, "The glass shade of my floor lamp came with a crack in it. What now?"),
        (A, "I'm sorry about that, Anna! Could you send me a photo of the shade and of the box?"),
        (C, "Done, the photo is on its way by email."),
        (N, "Third cracked shade from this batch, told the warehouse."),
        (A, "Thank you. A new shade leaves today; you can keep the cracked one as a spare for the base."),
    )),
    Story(13.1, "wang", "ming", CLOSED, 6, (
        (C, "我买的吊灯少了一个螺丝包，装不上去。"),
        (A, "您好，给您添麻烦了！配件包今天就用快递补发，明后天到。"),
        (C, "好的，谢谢！"),
    )),
    Story(12.4, "ben", "carla", CLOSED, 24, (
        (C, "Could I get an invoice made out to my company instead of to me?"),
        (A, "Of course. Please tell me the company's name, address and tax number."),
        (C, "Carter Studio, 5 Keong Saik Road, UEN 201912345K"),
        (A, "The new invoice is in your inbox."),
    )),
    Story(11.8, "lina", "ming", SOLVED, 4, (
        (C, "付款时扣了两次钱，麻烦查一下。"),
        (A, "查到了，第二笔是银行的预授权，三天内会自动退回，不会真正扣款。"),
    ), Priority.HIGH),
    Story(10.9, "sofia", "carla", CLOSED, 38, (
        (C, "The courier says delivered, but there is no parcel and my neighbours have nothing either."),
        (A, "That must not happen. I have opened a search with the courier; they answer within three working days."),
        (C, "Ok, please hurry, it is a birthday present."),
        (A, "They found it at the wrong tower of your condo. It is with your concierge now."),
    ), Priority.URGENT),
    Story(10.2, "chen", "ming", SOLVED, 11, (
        (C, "想订四十盏台灯给公司用，有折扣吗？"),
        (A, "您好，四十盏可以按项目价，九折并免运费，报价单已发到您的邮箱。"),
        (C, "收到，我们内部走流程。"),
    )),
    Story(9.5, "tom", "olivia", CLOSED, 52, (
        (C, "My smart bulb keeps dropping off the wifi every night around 2."),
        (A, "Does your router change its channel at night? A fixed 2.4 GHz channel cures it in most homes."),
        (C, "That was it. Thanks!"),
    )),
    Story(9.0, "wang", "carla", CLOSED, 15, (
        (C, "收到的灯罩颜色和网页上不一样，我要的是米白，不是纯白。"),
        (A, "抱歉发错了！米白的明天发出，旧的请原包装留着，快递员上门取走。"),
        (C, "好的。"),
    )),
    Story(8.3, "zhang", "ming", SOLVED, 7, (
        (C, "退货已经寄回一个星期了，钱还没有到。"),
        (A, "仓库昨天签收，退款刚刚提交，原路返回5–10个工作日。"),
    )),
    Story(8.1, "anna", "carla", CLOSED, 13, (
        (C, "Can I swap the brass table lamp for the black one? It is still in its box."),
        (A, "Yes. Bring it to the showroom or I send a courier; which do you like better?"),
        (C, "The showroom is fine, I'm there on Saturday anyway."),
        (A, "It is set aside for you under your name."),
    )),
    Story(6.7, "maria", "carla", SOLVED, 8, (
        (C, "My gift card says it is invalid at the checkout."),
        (A, "Two letters were mixed up when it was printed. This code works: please look in your email."),
    )),
    Story(6.2, "zhao", "ming", SOLVED, 5, (
        (C, "能不能改到晚上送货？白天家里没人。"),
        (A, "已改到今晚18点到22点，快递员会提前打电话。"),
        (C, "太好了"),
    )),
    Story(5.6, "ben", "olivia", SOLVED, 31, (
        (C, "You charged me 6 dollars for delivery although the order was over 80."),
        (A, "You are right, the voucher was counted wrongly. The 6 dollars are on their way back to your card."),
        (N, "Same rounding as last week: voucher is taken off before the limit is checked."),
    )),
    Story(5.1, "chen", "carla", SOLVED, 12, (
        (C, "发票抬头写错了，可以重开吗？"),
        (A, "可以，新的电子发票十分钟内发到您邮箱，旧的自动作废。"),
    )),
    Story(4.4, "tom", "ming", ON_HOLD, 17, (
        (C, "Is there a spare driver for the Halo pendant? Mine hums."),
        (A, "Humming is covered by the warranty. I have ordered the part; the factory says about two weeks."),
        (N, "Part no. HP-DRV-24, ETA from the factory by email."),
    )),
    Story(4.0, "lina", "carla", SOLVED, 9, (
        (C, "请问浴室可以用这款壁灯吗？说明书没写防水等级。"),
        (A, "这款是IP44，可以装在浴室，但要离淋浴60厘米以上。"),
        (C, "明白了，谢谢。"),
    )),
    Story(3.3, "zhang", "carla", ON_HOLD, 21, (
        (C, "物流三天没有更新了，是不是丢件了？"),
        (A, "已向快递公司发起查件，三个工作日内答复，我会盯着。"),
        (N, "查件单号 SB-88231，周四再催。"),
    ), Priority.HIGH),
    Story(2.8, "sofia", "olivia", SOLVED, 19, (
        (C, "Do you take back the old lamp when you deliver the new one?"),
        (A, "Yes, free of charge. Tell the driver, or write it into the notes of your order."),
    )),
    Story(2.2, "maria", "ming", PENDING, 10, (
        (C, "Half of the LED strip stays dark, the other half works."),
        (A, "Which of the two plugs did you use for the far half? A photo would help me."),
    )),
    Story(1.7, "zhao", "ming", ON_HOLD, 8, (
        (C, "想换成暖光的灯泡，4000K的太白了。"),
        (A, "可以换2700K的，不过要等下周到货，到了我马上通知您。"),
    )),
    Story(1.2, "chen", "carla", PENDING, 14, (
        (C, "上次的报价单能不能加上安装服务？"),
        (A, "可以的，请告诉我安装地址和楼层，有没有电梯。"),
    )),
    Story(0.6, "zhang", "ming", OPEN, 6, (
        (C, "新买的落地灯开关接触不良，一闪一闪的。"),
        (A, "请先拔下插头，检查灯泡有没有拧紧。还闪的话我给您换新。"),
        (C, "拧紧了，还是闪。"),
    )),
    Story(0.3, "tom", "carla", OPEN, 11, (
        (C, "The voucher from the newsletter does not work on sale items?"),
        (A, "It does not stack with the sale, but I can give you the better of the two. Which order is it?"),
        (C, "Order 20977, the two wall lamps."),
    )),
    Story(0.09, "ben", None, NEW, 0, (
        (C, "I need the arch lamp by Friday for a photo shoot. Can you guarantee that?"),
        (C, "I would pay for express of course."),
    ), Priority.HIGH),
    Story(0.03, "lina", None, NEW, 0, (
        (C, "刚收到的台灯底座有划痕，可以换吗？"),
    )),
)  # fmt: skip

ANSWERED = (
    ("where-is-my-order", "Where is my order?", "我的订单到哪了？"),
    ("delivery-time", "How long does delivery take?", "多久能送到？"),
    ("return-policy", "What is your return policy?", "可以退货吗？"),
    ("refund-time", "When do I get my money back?", "退款什么时候到账？"),
    ("delivery-cost", "How much is delivery?", "运费多少钱？"),
    ("payment-methods", "How can I pay?", "可以用什么付款？"),
    ("warranty-length", "How long is the warranty?", "保修多久？"),
    ("find-discounts", "Do you have any discounts?", "现在有优惠吗？"),
)
"""What people ask the bot, most asked first: the entry, the question in English and in Chinese."""
