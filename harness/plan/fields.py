"""The shape of ``plan.json``: base units only, nothing optional."""

from __future__ import annotations

from harness.errors import ScenarioError
from harness.interfaces.target import FIDELITIES
from harness.plan.model import FORMAT
from harness.scenario import form
from harness.scenario.fields import GRADES, MOST_BLOCKS, MOST_TIMES, NO_REGION, REGIONS, STOP_GRADES
from harness.scenario.form import LARGEST, Form
from harness.scenario.population import MOST_A_DAY, MOST_INSTALLED
from harness.scenario.shape import Leaf, Many, Named, Node, Open, Table
from harness.vocab.identity import ROLES
from harness.vocab.impact import CAUSES
from harness.vocab.journal import TAPS
from harness.vocab.roles import ArmRole, Realm

__all__ = ["PLAN_SHAPE"]


def _read_words(raw: object) -> object:
    return form.plain(raw)


def _read_share(raw: object) -> object:
    if raw is None:
        return None
    shares = [share for share in raw if type(share) is int and 0 <= share <= _WHOLE] if isinstance(raw, list) else []
    if len(shares) != 3 or raw != sorted(shares):
        raise ScenarioError(f"{raw!r} is no share", expected="null, or three parts per million that do not fall")
    return shares


def _read_digest(raw: object) -> object:
    if not isinstance(raw, str) or len(raw) != 64 or not set(raw) <= set("0123456789abcdef"):
        raise ScenarioError(f"{raw!r} is not a SHA-256", expected="64 lower-case hexadecimal digits")
    return raw


_WHOLE = 1_000_000
_WORDS = Leaf(form=Form(read=_read_words), doc="text", required=True)
_INSTANT = Leaf(form=form.count(0, LARGEST), doc="whole nanoseconds", required=True)
_SETTINGS = Open(doc="settled settings", required=True)


def _one_of(*choices: str) -> Leaf:
    return Leaf(form=form.choice(*choices), doc=", ".join(choices), required=True)


def _count(minimum: int, maximum: int) -> Leaf:
    return Leaf(form=form.count(minimum, maximum), doc="a whole number", required=True)


def _table(doc: str, **fields: Node) -> Table:
    return Table(doc=doc, required=True, fields={name.replace("_", "-"): node for name, node in fields.items()})


def _known_or_null(minimum: int, maximum: int) -> Leaf:
    known = form.count(minimum, maximum)
    return Leaf(form=Form(read=lambda raw: None if raw is None else known.read(raw)), doc="a whole number, or null", required=True)


def _many(doc: str, of: Node, at_least: int = 0) -> Many:
    return Many(of=of, doc=doc, required=True, at_least=at_least)


_STIMULUS = _table(
    "a stimulus",
    name=_WORDS,
    at=_INSTANT,
    on=_one_of(*ROLES),
    do=_WORDS,
    settings=_SETTINGS,
    every=_known_or_null(1, LARGEST),
    times=_count(1, MOST_TIMES),
    told=_WORDS,
)
_ARM = _table(
    "an arm",
    name=_WORDS,
    role=_one_of(*ArmRole),
    region=_one_of(*REGIONS, NO_REGION),
    devices=Table(doc="pseudonyms by role", required=True, fields=dict.fromkeys(ROLES, Leaf(form=_WORDS.form, doc="a pseudonym"))),
    stimuli=_many("stimuli", _STIMULUS),
)
_DEVICE = _table(
    "a device",
    role=_one_of(*ROLES),
    settings=_SETTINGS,
    mechanisms=_many("mechanisms", _table("a mechanism", name=_WORDS, settings=_SETTINGS)),
)

PLAN_SHAPE = _table(
    "a plan",
    format=_one_of(FORMAT),
    scenario=_WORDS,
    family=_WORDS,
    question=_WORDS,
    codes=_many("alert codes", Leaf(form=form.CODE, doc="an alert code")),
    origin=_WORDS,
    not_examined=_many("words", _WORDS),
    exploratory=Leaf(form=form.flag(), doc="true or false", required=True),
    seed=_WORDS,
    root=Leaf(form=Form(read=_read_digest), doc="a SHA-256", required=True),
    target=_table("the target", name=_WORDS, realm=_one_of(*Realm), clock=_WORDS),
    window=_table(
        "the window",
        start=Leaf(form=form.INSTANT, doc="UTC", required=True),
        settle=_INSTANT,
        observe=_INSTANT,
        taps=_many("counting points", _one_of(*TAPS), 1),
        fidelity=_one_of(*FIDELITIES),
        capture=Leaf(form=form.flag(), doc="true or false", required=True),
    ),
    devices=Named(of=_DEVICE, doc="devices by pseudonym", required=True),
    arms=_many("arms", _ARM, 1),
    outcome=_table(
        "what is counted",
        detector=_WORDS,
        settings=_SETTINGS,
        tap=_one_of(*TAPS),
        role=_one_of(*ROLES, "any"),
        more_than=_INSTANT,
    ),
    stop=_table("the stop rule", at=_one_of(*STOP_GRADES), blocks=_count(1, MOST_BLOCKS), zero_blocks=_count(1, MOST_BLOCKS)),
    impact=_table(
        "what is said of the field",
        share=Leaf(form=Form(read=_read_share), doc="lowest, likeliest and highest in parts per million, or null", required=True),
        basis=_WORDS,
        counting_point=_one_of(*TAPS),
        common_cause=_one_of(*CAUSES),
        together=_known_or_null(0, _WHOLE),
        installed=_known_or_null(1, MOST_INSTALLED),
        capacity=_known_or_null(1, MOST_A_DAY),
        documented_degradation=_WORDS,
    ),
    expect=Named(of=_one_of(*GRADES), doc="grades by arm", required=True),
    harness=Named(of=_WORDS, doc="the harness", required=True),
    policy=Named(of=_WORDS, doc="the policy", required=True),
    plugins=_many("plug-ins", _table("a plug-in", kind=_WORDS, name=_WORDS, package=_WORDS, source=_WORDS, digest=_WORDS)),
)
