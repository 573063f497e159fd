"""What several commands put together: a plan from a scenario, results from a bundle, a payload from a run."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from harness.capture.keys import KeyFile, key_lines
from harness.errors import BundleError, UnavailableError, UsageError
from harness.evidence.layout import RESULTS
from harness.evidence.tool import harness_digest
from harness.interfaces.registry import plugin_of, plugins_with, target
from harness.judge.policy import POLICY
from harness.masking.trace import trace
from harness.plan.design import reseeded
from harness.plan.model import Plan
from harness.report.results import results
from harness.report.telling import Told
from harness.run.campaign import Campaign, carry_out_campaign
from harness.run.executors import executor
from harness.run.forms import CAPTURES, KEYS, PCAPNG, TRACES, TRIALS, captures_in, is_traced, judged_form, trials_in
from harness.run.ledger import Ledger
from harness.run.sinks import Sinks
from harness.run.trial import result_of
from harness.run.workplace import Workplace
from harness.vocab.canonical import document
from harness.vocab.journal import Journal
from harness.vocab.roles import Realm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from harness.evidence.bundle import Bundle
    from harness.evidence.files import Source
    from harness.interfaces.target import Target
    from harness.plan.model import Block
    from harness.report.story import Story
    from harness.run.sinks import Sink
    from harness.scenario.model import Scenario

__all__ = ["POLICY_FILE", "Payload", "derive", "laid_out", "payload", "plan_of", "prepare", "recorded", "rerun", "told_of"]

POLICY_FILE = "data/plan/policy.json"

_RECORDED = (CAPTURES, RESULTS, TRACES, TRIALS)
"""Folders of what trials left and of what came of it; everything else in a bundle is the plan's."""


def prepare(scenario: str, *, target_name: str, overrides: Sequence[str], seed: str | None, condition: bool = True) -> Plan:
    """Lay out the plan of a scenario, given as a path or as an id, for a target; without ``condition`` a null run.

    Raises :class:`harness.errors.ScenarioError` with every problem of the file.
    """
    from harness.interfaces.library import find_scenario
    from harness.scenario.loading import load, seed_override
    from harness.scenario.null_run import without_condition

    chosen = target(target_name)
    changes = [*overrides, *([seed_override(seed)] if seed is not None else [])]
    loaded = load(find_scenario(scenario), target=chosen, overrides=changes)
    return laid_out(loaded if condition else without_condition(loaded), chosen)


def laid_out(scenario: Scenario, chosen: Target) -> Plan:
    """Lay out the plan of a scenario that is settled, by the harness and the plug-ins at hand."""
    from harness.plan.design import design

    return design(
        scenario,
        chosen,
        harness=harness_identity(chosen.name),
        policy={"id": POLICY.version, "digest": POLICY.digest()},
        plugins=plugins_with(chosen),
    )


def harness_identity(target_name: str) -> dict[str, str]:
    """Return version and digest of the harness together with the package that brings the target."""
    from harness import __version__

    plugin = plugin_of(target(target_name))
    provider = plugin.source.partition("/")[0] if plugin else ""
    return {"version": __version__, "digest": harness_digest([provider] if provider else [])}


class Payload(dict[str, "Source"]):
    """Every file under ``data/`` by path: octets, or where to read them from."""


def payload(plan: Plan, campaign: Campaign, place: Workplace) -> tuple[Story, Payload]:
    """Return the story of a campaign and the whole payload of its bundle."""
    traced = is_traced(plan.realm)
    form, path_of = (TRACES, place.trace_path) if traced else (TRIALS, place.journal_path)

    def journal(trial: str) -> Journal:
        return Journal(path_of(trial).read_bytes(), where=f"{form}{trial}.jsonl")

    story, derived = results(Told(plan=plan, campaign=campaign, journal=journal))
    files = Payload(sealed_files(plan))
    files.update({f"{TRIALS}{trial}.jsonl": place.journal_path(trial) for trial in campaign.results.outcomes})
    if traced:
        files.update({f"{TRACES}{trial}.jsonl": place.trace_path(trial) for trial in campaign.results.outcomes})
    for trial in campaign.results.outcomes if plan.window.is_captured else ():
        capture = place.capture_path(trial)
        if capture.is_file():
            files |= {f"{CAPTURES}{trial}{PCAPNG}": capture, f"{CAPTURES}{trial}{KEYS}": KeyFile(capture)}
    files.update(derived)
    return story, files


def sealed_files(plan: Plan) -> dict[str, bytes]:
    """Return what is sealed before the first trial: the plan, its inputs, and the policy."""
    return {**plan.files(), POLICY_FILE: document(POLICY.document())}


def plan_of(files: Iterable[str], read: Callable[[str], bytes]) -> Plan:
    """Rebuild the plan from a bundle's or a workplace's files."""
    return Plan.from_files({path: read(path) for path in files if not path.startswith(_RECORDED) and path != POLICY_FILE})


def told_of(bundle: Bundle) -> Told:
    """Read a sealed bundle's plan and traces (where it has none, its journals), and assess every trial again.

    Raises :class:`BundleError` where the trials are not whole blocks from the first on, or were
    judged by another policy than the one at hand.
    """
    plan = plan_of(bundle.files, bundle.read)
    if plan.policy["digest"] != POLICY.digest():
        raise UsageError(f"the plan was sealed under policy {plan.policy['id']} {plan.policy['digest'][:12]}", expected=POLICY.version)
    if bundle.read(POLICY_FILE) != document(POLICY.document()):
        raise BundleError("the policy is not the one whose digest the plan gives", where=POLICY_FILE)
    form = judged_form(bundle.files)
    blocks = recorded(plan, trials_in(bundle.files, form), form)

    def journal(trial: str) -> Journal:
        path = f"{form}{trial}.jsonl"
        return Journal(bundle.read(path), where=path)

    found = Ledger()
    found.enter(result_of(journal(trial.trial), plan.outcome, plan.codes) for block in blocks for trial in block.trials)
    return Told(plan=plan, campaign=Campaign(blocks=blocks, results=found, stopped=""), journal=journal)


def recorded(plan: Plan, present: set[str], form: str) -> tuple[Block, ...]:
    """Return the blocks whose trials are there; raises :class:`BundleError` where others are there as well."""
    blocks = []
    for block in plan.blocks:
        if not {trial.trial for trial in block.trials} <= present:
            break
        blocks.append(block)
    odd = sorted(present - {trial.trial for block in blocks for trial in block.trials})
    if odd:
        raise BundleError("a journal belongs to no complete block of the plan", where=f"{form}{odd[0]}.jsonl", expected="whole blocks")
    return tuple(blocks)


def derive(bundle: Bundle) -> Mapping[str, Source]:
    """Return every file under ``data/results/`` anew, from the bundle's plan and traces alone (level V5).

    Where journals or captures are there as well, a trace that is not what its journal gives, or a key file that is not
    what its capture gives, is among them. Raises :class:`UsageError`
    where another harness than the plan's gives anything else: then it cannot be told from here whether it followed.
    """
    told = told_of(bundle)
    found: dict[str, Source] = dict(results(told)[1])
    if is_traced(told.plan.realm):
        found |= _other_traces(bundle)
    found |= _other_keys(bundle)
    if not all(path in bundle.files and bundle.holds(path, source) for path, source in found.items()):
        require_same_tool(told.plan)
    return found


def _other_traces(bundle: Bundle) -> dict[str, bytes]:
    """Return the traces that a bundle's journals give, and that it does not hold like that."""
    found = {}
    for trial in sorted(trials_in(bundle.files, TRIALS)):
        source, path = f"{TRIALS}{trial}.jsonl", f"{TRACES}{trial}.jsonl"
        octets = trace(bundle.read(source), where=source)
        if path not in bundle.files or bundle.read(path) != octets:
            found[path] = octets
    return found


def _other_keys(bundle: Bundle) -> dict[str, bytes]:
    """Return the key files that a bundle's captures give, and that it does not hold like that."""
    found = {}
    for trial in sorted(captures_in(bundle.files)):
        path = f"{CAPTURES}{trial}{KEYS}"
        lines = key_lines(bundle.pieces(f"{CAPTURES}{trial}{PCAPNG}"))
        if path not in bundle.files or not bundle.holds(path, lines):
            found[path] = lines
    return found


def rerun(bundle: Bundle, workers: int, *, seed: str | None = None, sink: Sink | None = None) -> Mapping[str, Source]:
    """Carry out a bundle's plan again and return every file under ``data/`` anew (level V6).

    As many blocks are carried out as the bundle holds. With another ``seed`` the scenario is laid
    out anew. Raises :class:`UsageError` where harness or plug-ins are not those of the plan, and
    :class:`UnavailableError` where nothing was carried out in the first place.
    """
    plan = plan_of(bundle.files, bundle.read)
    if plan.realm is Realm.FIELD:
        raise UnavailableError("what was seen in the field was seen once", expected="a plan that a target can carry out")
    require_same_tool(plan)
    trials = len(trials_in(bundle.files, judged_form(bundle.files)))
    if seed is not None:
        plan = reseeded(plan, seed)
    folder = Path(tempfile.mkdtemp(prefix="smets-harness-rerun-"))
    place = Workplace(folder)
    place.open(sealed_files(plan))
    limit = trials // max(1, len(plan.arms))
    campaign = carry_out_campaign(plan, place=place, executor=executor(workers), sink=sink or Sinks(()), limit=limit)
    files = payload(plan, campaign, place)[1]
    weakref.finalize(files, shutil.rmtree, folder, ignore_errors=True)
    return files


def require_same_tool(plan: Plan) -> None:
    """Insist that harness and plug-ins at hand are those the plan names; raises :class:`UsageError` naming the first that is not."""
    chosen = target(plan.target)
    here = harness_identity(plan.target)
    if plan.harness["digest"] != here["digest"]:
        raise UsageError(
            f"this is harness {here['version']} with digest {here['digest'][:12]}",
            expected=f"{plan.harness['version']} with digest {plan.harness['digest'][:12]}, which laid out the plan",
        )
    known: dict[tuple[str, str], str] = {(plugin.kind, plugin.name): plugin.digest for plugin in plugins_with(chosen)}
    for plugin in plan.plugins:
        digest = known.get((plugin["kind"], plugin["name"]), "")
        if digest != plugin["digest"]:
            found = f"digest {digest[:12]}" if digest else "absent"
            raise UsageError(
                f"{plugin['kind']} '{plugin['name']}' is {found}", where=plugin["source"], expected=f"digest {plugin['digest'][:12]}"
            )
