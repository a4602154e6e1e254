"""The people and the group of the demo: who is in the playground, and in the record that :mod:`bot.desk.demo` fills."""

from dataclasses import dataclass

from bot.crm.agents import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with a Telegram account: a customer (``role`` None) or a colleague."""

    telegram_id: int
    first_name: str
    last_name: str | None
    username: str | None
    language_code: str
    role: Role | None = None
    since_days: int = 0  # a customer for so long; 0: since their first story
    phone: str | None = None  # the two by which we know them besides
    email: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The forum group where the demo's staff work."""

    title: str
    chat_id: int


DEMO_GROUP = DemoGroup("Support desk", -1_001_000_000_001)

# Telegram ids count up from a number that looks made up. Staff have the highest ones, for whoever is added in the
# playground gets the next number after the highest there.
# The phone numbers begin like Singapore's but are not in use there; example addresses reach nobody.

ANNA = DemoPerson(7_000_000_001, "Anna", "Berg", "anna_berg", "en", since_days=212, email="anna.berg@mail.example")
WANG = DemoPerson(7_000_000_002, "王芳", None, "wangfang", "zh-hans", since_days=96, email="wangfang@mail.example")
LIAM = DemoPerson(7_000_000_003, "Liam", "O'Connor", "liam_oc", "en", since_days=35)
CHEN = DemoPerson(7_000_000_004, "陈静", None, "chenjing88", "zh-hans", since_days=151, phone="+6580000104")
SOFIA = DemoPerson(7_000_000_005, "Sofia", "Rossi", "sofia_rossi", "en", phone="+6580000105")
LI = DemoPerson(7_000_000_006, "李伟", None, None, "zh-hans", since_days=60, email="liwei@mail.example")
PRIYA = DemoPerson(7_000_000_007, "Priya", "Nair", "priya_n", "en", since_days=44, email="priya.nair@mail.example")
JAMES = DemoPerson(7_000_000_008, "James", "Tan", None, "en", since_days=300, phone="+6580000108")
LIU = DemoPerson(7_000_000_009, "刘洋", None, "liuyang", "zh-hans", phone="+6580000109")
EMMA = DemoPerson(7_000_000_010, "Emma", "Clarke", "emmaclarke", "en", email="emma@mail.example")
ZHANG = DemoPerson(7_000_000_011, "张敏", None, "zhangmin", "zh-hans", since_days=187, phone="+6580000111")
DANIEL = DemoPerson(7_000_000_012, "Daniel", "Weber", "dweber", "en", since_days=120, email="d.weber@studio.example")
ZHAO = DemoPerson(7_000_000_013, "赵磊", None, None, "zh-hans")
GRACE = DemoPerson(7_000_000_014, "Grace", "Lim", "gracelim", "en", since_days=75, phone="+6580000114")
NOAH = DemoPerson(7_000_000_015, "Noah", "Martin", "noahm", "en", since_days=20, email="noah@martin.example")
HANNAH = DemoPerson(7_000_000_016, "Hannah", "Schmidt", None, "en", phone="+6580000116")
HUANG = DemoPerson(7_000_000_017, "黄丽", None, "huangli_home", "zh-hans", since_days=58)

OLIVIA = DemoPerson(7_000_000_101, "Olivia", None, "olivia_desk", "en", Role.OWNER)
MING = DemoPerson(7_000_000_102, "Ming", "明", "ming_desk", "zh-hans", Role.AGENT)
CARLA = DemoPerson(7_000_000_103, "Carla", None, "carla_desk", "en", Role.AGENT)

DEMO_PEOPLE = (
    *(ANNA, WANG, LIAM, CHEN, SOFIA, LI, PRIYA, JAMES, LIU, EMMA, ZHANG, DANIEL, ZHAO, GRACE),
    *(NOAH, HANNAH, HUANG),
    *(OLIVIA, MING, CARLA),
)
"""Everybody, those who matter most first. Each needs an account in the playground: whom an agent answers, reads it."""
